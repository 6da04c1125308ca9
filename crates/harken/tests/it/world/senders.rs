//! A crowd of clients that send, and send again what was not acknowledged, as every tracker does.

use rand::{RngExt, rngs::Xoshiro256PlusPlus};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

use super::{Answer, Connection, Event, Events, Ledger, Seed, events::batch, http::Lost};

/// Who sends what to whom.
pub struct Crowd<'a> {
    /// The beginning of all their message ids.
    pub name: &'a str,
    pub clients: u64,
    /// A client turns to one of these; with more than one, a tenth of what it sends goes to another at the same time.
    pub addresses: Vec<SocketAddr>,
    pub key: &'a str,
    pub seed: &'a Seed,
    /// The most events in one request.
    pub batch: usize,
    /// What a client waits between requests, in milliseconds, at most.
    pub pause: u64,
}

pub struct Senders {
    clients: JoinSet<()>,
    stop: Arc<AtomicBool>,
}

impl Senders {
    pub fn start(crowd: &Crowd<'_>, ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for number in 0..crowd.clients {
            let client = Client {
                nodes: crowd.addresses.iter().map(|address| Connection::to(*address)).collect(),
                key: crowd.key.to_owned(),
                events: Events::new(crowd.seed.part(number), format!("{}-{number}", crowd.name)),
                ledger: ledger.clone(),
                stop: stop.clone(),
                batch: crowd.batch,
                pause: crowd.pause,
            };
            clients.spawn(client.run());
        }
        Self { clients, stop }
    }

    /// Lets go of all clients at once; what was not answered yet never is.
    pub async fn abandon(mut self) {
        self.clients.abort_all();
        while let Some(client) = self.clients.join_next().await {
            if let Err(error) = client
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }

    /// Lets every client end with what it is sending, until that is acknowledged.
    pub async fn finish(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(client) = self.clients.join_next().await {
            client.unwrap();
        }
    }
}

struct Client {
    nodes: Vec<Connection>,
    key: String,
    events: Events,
    ledger: Arc<Ledger>,
    stop: Arc<AtomicBool>,
    batch: usize,
    pause: u64,
}

/// How often a client that got no answer gives up for good; the ledger then never learns what became of it.
const GIVES_UP: f64 = 0.05;

impl Client {
    async fn run(mut self) {
        while !self.stop.load(Ordering::SeqCst) {
            let single = self.dice().random_bool(0.5);
            let count = if single { 1 } else { self.dice_to(self.batch) };
            let events = self.events.take(count);
            self.ledger.sends(&events);
            while !self.send(&events).await {
                if self.dice().random_bool(GIVES_UP) {
                    break;
                }
                let wait = self.dice().random_range(10..100);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            let longest = self.pause;
            let wait = self.dice().random_range(0..=longest);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    fn dice(&mut self) -> &mut Xoshiro256PlusPlus {
        self.events.dice()
    }

    fn dice_to(&mut self, most: usize) -> usize {
        self.dice().random_range(1..=most)
    }

    /// One attempt; true when it was acknowledged.
    async fn send(&mut self, events: &[Event]) -> bool {
        let also = self.nodes.len() > 1 && self.dice().random_bool(0.1);
        let [first, others @ ..] = self.nodes.as_mut_slice() else { return true };
        let other = async {
            match others.first_mut() {
                Some(other) if also => Some(post(other, &self.key, events).await),
                _ => None,
            }
        };
        let (answer, other) = tokio::join!(post(first, &self.key, events), other);
        let acknowledged = [Some(answer), other].into_iter().flatten().any(|answer| is_acknowledged(&answer));
        if acknowledged {
            self.ledger.acknowledged(events);
        }
        acknowledged
    }
}

async fn post(node: &mut Connection, key: &str, events: &[Event]) -> Result<Answer, Lost> {
    match events {
        [event] => node.post("/v1/track", key, event.json.to_string()).await,
        _ => node.post("/v1/batch", key, batch(events)).await,
    }
}

/// A client that did nothing wrong is never told that it did.
fn is_acknowledged(answer: &Result<Answer, Lost>) -> bool {
    match answer {
        Err(Lost) => false,
        Ok(answer) if answer.status == 200 => {
            assert_eq!((&answer.body["success"], &answer.body["errors"]), (&json!(true), &json!([])), "{answer:?}");
            true
        }
        Ok(answer) => {
            assert!((500..600).contains(&answer.status), "{answer:?}");
            false
        }
    }
}
