//! F5: kill -9 at every gap of archiving and of compaction, while signals come in and somebody watches the count.

use std::{path::PathBuf, process::Stdio, sync::Arc};

use crate::world::{
    Connection, Crowd, Events, Installation, Ledger, Poller, Seed, Senders, Server,
    events::batch,
    gap::{self, HOLD},
    say,
};

/// The gaps of moving signals from the log to the lake, in their order.
const OF_ARCHIVING: [&str; 8] = [
    "archive::read",
    "archive::written",
    "archive::renamed",
    "archive::synced",
    "archive::before_commit",
    "archive::committed",
    "archive::commit_synced",
    "archive::pruned",
];

/// The gaps of merging small files, in their order. A merge that is killed in the first five leaves a file that nobody needs.
const OF_COMPACTION: [&str; 7] = [
    "compact::read",
    "compact::written",
    "compact::renamed",
    "compact::synced",
    "compact::before_commit",
    "compact::committed",
    "compact::commit_synced",
];

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_gap_of_archiving_no_signal_is_lost_doubled_or_out_of_sight() {
    if !cfg!(feature = "failpoints") {
        return say("the gaps of archiving are left out: they need --features harken/failpoints");
    }
    let installation = Installation::on_sqlite().await.with("HARKEN__ARCHIVE__FROM", 1);
    let seed = Seed::of("kill in archive");
    let ledger = Arc::new(Ledger::default());
    let mut server = installation.serve().await;
    let addresses = vec![server.address()];
    let crowd = Crowd { name: "gap", clients: 4, addresses, key: installation.key(), seed: &seed, batch: 5, pause: 60 };
    let senders = Senders::start(&crowd, &ledger);
    let poller = Poller::start(&installation, &ledger).await;
    for at in OF_ARCHIVING {
        let address = server.kill().await;
        server = Server::start(&installation, Some(address), &format!("{at}={HOLD}")).await;
        gap::reached(server.pid(), at).await;
    }
    let address = server.kill().await;
    server = Server::start(&installation, Some(address), "").await;
    two_at_once(&installation).await;
    senders.finish().await;
    server.stop().await;
    installation.json(&["archive", "--json"]).await;

    assert!(poller.finish().await > 0);
    let audit = ledger.audit(&installation.signals().await).unwrap();
    assert_eq!(installation.count("").await, audit.stored);
    installation.is_sound().await;
    let left_behind = make_old(&installation);
    assert!(left_behind > 0);
    installation.json(&["archive", "--json"]).await;
    assert_eq!(ledger.audit(&installation.signals().await), Ok(audit), "an hour later, with what was left behind gone");
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_gap_of_compaction_no_signal_is_lost_doubled_or_out_of_sight() {
    if !cfg!(feature = "failpoints") {
        return say("the gaps of compaction are left out: they need --features harken/failpoints");
    }
    let installation = Installation::on_sqlite().await.with("HARKEN__ARCHIVE__AFTER_SECONDS", 3_600);
    let seed = Seed::of("kill in compaction");
    let ledger = Arc::new(Ledger::default());
    let server = installation.serve().await;
    let addresses = vec![server.address()];
    let crowd = Crowd { name: "gap", clients: 4, addresses, key: installation.key(), seed: &seed, batch: 5, pause: 60 };
    let senders = Senders::start(&crowd, &ledger);
    let poller = Poller::start(&installation, &ledger).await;
    for at in OF_COMPACTION {
        make_small_files(&installation).await;
        kill_archiver_at(&installation, at).await;
    }
    senders.finish().await;
    server.stop().await;
    installation.json(&["archive", "--json"]).await;

    assert!(poller.finish().await > 0);
    let audit = ledger.audit(&installation.signals().await).unwrap();
    assert_eq!(installation.count("").await, audit.stored);
    installation.is_sound().await;
    make_old(&installation);
    let removed = installation.json(&["archive", "--json"]).await["files_removed"].as_u64();
    assert_eq!(removed, Some(5), "what each of them left behind is gone an hour later");
    assert_eq!(ledger.audit(&installation.signals().await), Ok(audit));
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_archivers_that_have_read_the_same_signals_move_them_once() {
    if !cfg!(feature = "failpoints") {
        return say("the race of two archivers is left out: it needs --features harken/failpoints");
    }
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let mut client = Connection::to(server.address());
    let mut events = Events::new(Seed::of("two archivers").part(0), "race");
    // The first of them makes the table, which is a race of its own.
    for round in 1..=2 {
        let answer = client.post("/v1/batch", installation.key(), batch(&events.take(50))).await.unwrap();
        assert_eq!(answer.status, 200);
        let mut slow = installation.command(&["archive"]);
        slow.env("FAILPOINTS", "archive::read=1*sleep(3000)").stdout(Stdio::null());
        let mut slow = slow.spawn().unwrap();
        gap::reached(slow.id().unwrap(), "archive::read").await;
        installation.json(&["archive", "--json"]).await;
        assert!(slow.wait().await.unwrap().success());
        assert_eq!(installation.count("").await, 50 * round);
    }
    assert_eq!(installation.signals().await.len(), 100);
    server.stop().await;
    installation.is_sound().await;
}

/// Two more archivers beside the server's own.
async fn two_at_once(installation: &Installation) {
    let archive = || installation.run(&["archive", "--json"]);
    let (one, other) = tokio::join!(archive(), archive());
    for said in [one, other] {
        // Who always came second says so, and nothing is lost by it.
        assert!(said.success || said.err.contains("other nodes are archiving"), "{said:?}");
    }
}

/// As many as compaction waits for: by archivers that would fail in compacting, until one does.
async fn make_small_files(installation: &Installation) {
    for _ in 0..100 {
        let mut archiver = installation.command(&["archive"]);
        archiver.env("FAILPOINTS", "compact::read=return").stdout(Stdio::null()).stderr(Stdio::null());
        if !archiver.status().await.unwrap().success() {
            return;
        }
    }
    panic!("a hundred files, and nothing to compact");
}

async fn kill_archiver_at(installation: &Installation, at: &str) {
    let mut archiver = installation.command(&["archive"]);
    let mut archiver = archiver.env("FAILPOINTS", format!("{at}={HOLD}")).stdout(Stdio::null()).spawn().unwrap();
    gap::reached(archiver.id().unwrap(), at).await;
    archiver.kill().await.unwrap();
}

/// Sets the files of the lake two hours back, past the grace that what is left behind has; answers how many there are.
fn make_old(installation: &Installation) -> usize {
    let files = files(&installation.data().join("lake"));
    let touched = std::process::Command::new("touch").args(["-d", "2 hours ago"]).args(&files).status();
    assert!(touched.unwrap().success());
    files.len()
}

fn files(folder: &PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
