//! F1: kill -9 during ingest. What was acknowledged is there, once, and as it was sent.

use rand::RngExt;
use std::{sync::Arc, time::Duration};

use crate::world::{Crowd, Installation, Ledger, Seed, Senders, Server, cycles, on_both_databases};

on_both_databases! {
    async fn killed_again_and_again_the_server_loses_and_doubles_nothing(installation: Installation) {
        let installation = installation.with("HARKEN__ARCHIVE__FROM", 500);
        let seed = Seed::of("kill in ingest");
        let ledger = Arc::new(Ledger::default());
        let mut server = installation.serve().await;
        let addresses = vec![server.address()];
        let crowd = Crowd { name: "kill", clients: 64, addresses, key: installation.key(), seed: &seed, batch: 20, pause: 60 };
        let senders = Senders::start(&crowd, &ledger);
        let mut moments = seed.part(u64::MAX);
        for _ in 0..cycles(3) {
            tokio::time::sleep(Duration::from_millis(moments.random_range(200..1_500))).await;
            let address = server.kill().await;
            server = Server::start(&installation, Some(address), "").await;
        }
        senders.finish().await;
        let audit = ledger.audit(&installation.signals().await).unwrap();
        assert!(audit.acknowledged > 0);
        assert_eq!(installation.count("").await, audit.stored);
        assert_eq!(installation.tally("logged").await, audit.stored);
        server.stop().await;
        installation.json(&["archive", "--json"]).await;
        assert_eq!(ledger.audit(&installation.signals().await), Ok(audit));
        installation.is_sound().await;
    }
}
