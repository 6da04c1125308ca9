//! F3: every fifth answer is lost on the way after the server gave it; clients send again.

use std::{sync::Arc, time::Duration};

use crate::world::{Crowd, Installation, Ledger, Seed, Senders, on_both_databases, proxy::Proxy, server::PATIENCE};

/// Answers that are lost before the test ends.
const LOST: u64 = 40;

on_both_databases! {
    async fn what_is_sent_again_after_a_lost_answer_is_stored_once(installation: Installation) {
        let installation = installation.with("HARKEN__ARCHIVE__FROM", 200);
        let server = installation.serve().await;
        let proxy = Proxy::losing_every(5, server.address()).await;
        let mut addresses = vec![proxy.address()];
        // Only PostgreSQL has room for a second node.
        let second = if installation.database().is_some() { Some(installation.serve().await) } else { None };
        addresses.extend(second.as_ref().map(|node| node.address()));

        let seed = Seed::of("lost answers");
        let ledger = Arc::new(Ledger::default());
        let crowd = Crowd { name: "lost", clients: 8, addresses, key: installation.key(), seed: &seed, batch: 10, pause: 20 };
        let senders = Senders::start(&crowd, &ledger);
        let enough = async {
            while proxy.lost() < LOST {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("too few answers were lost");
        senders.finish().await;

        let audit = ledger.audit(&installation.signals().await).unwrap();
        assert_eq!(installation.count("").await, audit.stored);
        assert_eq!(installation.tally("logged").await, audit.stored);
        assert!(installation.tally("duplicate").await > 0, "nothing was sent twice");
        assert_eq!(installation.tally("conflict").await, 0);
        for node in [Some(server), second].into_iter().flatten() {
            node.stop().await;
        }
        installation.is_sound().await;
    }
}
