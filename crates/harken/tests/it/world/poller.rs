//! Somebody who looks at the count the whole time: it never falls, never lacks what was acknowledged, and never exceeds
//! what was sent.

use base::{Clock, Filter};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

use super::{Installation, Ledger, rooms::Rooms};

pub struct Poller {
    looks: JoinHandle<u64>,
    stop: Arc<AtomicBool>,
}

impl Poller {
    /// Starts looking, beside whatever else works on the installation and without asking it.
    pub async fn start(installation: &Installation, ledger: &Arc<Ledger>) -> Self {
        let rooms = Rooms::open(installation, Clock::system()).await;
        let (ledger, stop) = (ledger.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let looks = tokio::spawn(async move {
            let (mut looks, mut before) = (0, 0);
            while !stopped.load(Ordering::SeqCst) {
                let (least, _) = ledger.bounds();
                let count = rooms.insights.count(&rooms.scope, &Filter::default()).await.unwrap();
                let (_, most) = ledger.bounds();
                assert!(count >= before, "look {looks}: the count fell from {before} to {count}");
                assert!(count >= least, "look {looks}: {least} were acknowledged, {count} are seen");
                assert!(count <= most, "look {looks}: {most} were sent, {count} are seen");
                (looks, before) = (looks + 1, count);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            looks
        });
        Self { looks, stop }
    }

    /// Ends it and answers how often it looked; what it saw wrong fails the test here.
    pub async fn finish(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        match self.looks.await {
            Ok(looks) => looks,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
