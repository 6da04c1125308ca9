//! The real Segment clients send while the server is killed with -9; they retry, and every message id is there once.

use std::{collections::BTreeSet, process::Stdio, time::Duration};

use crate::world::{Installation, Server, clients::client, on_both_databases, say, server::PATIENCE};

/// A multiple of the Node client's batch of 15: what remains of a batch would wait ten seconds for more.
const EVENTS: u64 = 10_005;
/// The server is killed when it holds so many.
const KILLS: [u64; 2] = [2_000, 6_000];

on_both_databases! {
    async fn what_the_python_client_sends_while_the_server_is_killed_is_there_once(installation: Installation) {
        sends_while_the_server_is_killed("python/client.py", installation).await;
    }
}

on_both_databases! {
    async fn what_the_node_client_sends_while_the_server_is_killed_is_there_once(installation: Installation) {
        sends_while_the_server_is_killed("node/client.mjs", installation).await;
    }
}

async fn sends_while_the_server_is_killed(program: &str, installation: Installation) {
    let Some(mut program) = client(program) else { return };
    let installation = installation.with("HARKEN__ARCHIVE__FROM", 1_000);
    let mut server = installation.serve().await;
    let count = EVENTS.to_string();
    program.args(["segment", &server.url(), installation.key(), "flood", &count]);
    let sending = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its ids are read as they come, so that it never waits for us.
    let sending = tokio::spawn(sending.wait_with_output());
    let mut killed = 0;
    for kill in KILLS {
        if holds(&installation, kill).await < EVENTS {
            killed += 1;
            let address = server.kill().await;
            server = Server::start(&installation, Some(address), "").await;
        }
    }
    let sent = sending.await.unwrap().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    if killed == 0 {
        say("the client was done before the server could be killed");
    }

    let sent: BTreeSet<String> = String::from_utf8(sent.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(sent.len() as u64, EVENTS);
    for archived in [false, true] {
        let stored: Vec<String> = installation.signals().await.into_iter().map(|signal| signal.message_id).collect();
        assert_eq!(stored.len() as u64, EVENTS, "archived: {archived}");
        assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), sent, "archived: {archived}");
        assert_eq!(installation.count("kind = 'button_clicked'").await, EVENTS);
        assert_eq!(installation.value("unique(message_id)").await, Some(EVENTS as f64));
        assert_eq!(installation.value("unique(properties.number)").await, Some(EVENTS as f64));
        assert_eq!(installation.tally("logged").await, EVENTS);
        installation.json(&["archive", "--json"]).await;
    }
    server.stop().await;
    installation.is_sound().await;
}

/// Waits until it holds so many signals, and answers how many it then holds.
async fn holds(installation: &Installation, least: u64) -> u64 {
    let waiting = async {
        loop {
            let count = installation.count("").await;
            if count >= least {
                return count;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the client does not send")
}
