//! F28: whoever follows the signals hears of every one of them once and in order, though the server is killed meanwhile.

use http_body_util::{BodyExt, Empty};
use hyper::{
    Request,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{AUTHORIZATION, HOST},
};
use hyper_util::rt::TokioIo;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpStream, sync::mpsc, time::sleep};

use crate::world::{Crowd, Installation, Ledger, Seed, Senders, Server, on_both_databases, server::PATIENCE};

on_both_databases! {
    async fn whoever_follows_hears_of_everything_once_though_the_server_is_killed(installation: Installation) {
        let installation = installation.with("HARKEN__ARCHIVE__FROM", 500);
        let seed = Seed::of("live feed");
        let mut server = installation.serve().await;
        let made = installation.json(&["key", "create", "--name", "screen", "--scope", "signals:read", "--json"]).await;
        let (says, mut heard) = mpsc::unbounded_channel();
        let follower = Follower { address: server.address(), key: made["key"].as_str().unwrap().to_owned(), last: None, says };
        let (mut body, mut follower) = (follower.connect().await.expect("it answers"), follower);
        let following = tokio::spawn(async move {
            loop {
                follower.hear(body).await;
                body = loop {
                    match follower.connect().await {
                        Some(body) => break body,
                        None => sleep(Duration::from_millis(50)).await,
                    }
                };
            }
        });

        let ledger = Arc::new(Ledger::default());
        let (name, addresses) = ("live", vec![server.address()]);
        let crowd = Crowd { name, clients: 16, addresses, key: installation.key(), seed: &seed, batch: 10, pause: 40 };
        let senders = Senders::start(&crowd, &ledger);
        for _ in 0..2 {
            sleep(Duration::from_millis(1_500)).await;
            let address = server.kill().await;
            server = Server::start(&installation, Some(address), "").await;
        }
        sleep(Duration::from_millis(1_500)).await;
        senders.finish().await;

        let mut stored: Vec<i64> = installation.signals().await.into_iter().map(|signal| signal.seq).collect();
        stored.sort_unstable();
        for seq in stored {
            let told = tokio::time::timeout(PATIENCE, heard.recv()).await;
            assert_eq!(told.expect("nothing comes any more"), Some(seq));
        }
        following.abort();
        server.stop().await;
        assert_eq!(heard.recv().await, None, "and of nothing else");
    }
}

/// Somebody who goes on where the line broke, as a browser's `EventSource` does.
struct Follower {
    address: SocketAddr,
    key: String,
    last: Option<i64>,
    says: mpsc::UnboundedSender<i64>,
}

impl Follower {
    async fn connect(&self) -> Option<Incoming> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let mut request = Request::get("/api/v1/signals/live").header(HOST, self.address.to_string());
        request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
        if let Some(last) = self.last {
            request = request.header("last-event-id", last);
        }
        let answer = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.ok()?;
        answer.status().is_success().then(|| answer.into_body())
    }

    /// Reads until the line breaks. An event counts once it is complete.
    async fn hear(&mut self, mut body: Incoming) {
        let mut bytes = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            let Ok(piece) = frame.into_data() else { continue };
            bytes.extend_from_slice(&piece);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                let event = str::from_utf8(&event).unwrap();
                let id = event.lines().find_map(|line| line.strip_prefix("id:")).map(|id| id.trim().parse().unwrap());
                if let Some(id) = id {
                    self.last = Some(id);
                    self.says.send(id).unwrap();
                }
            }
        }
    }
}
