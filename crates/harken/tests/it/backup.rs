//! F34: a backup that is taken while the server works is whole, is restored elsewhere, and is noticed when it is not what
//! it was.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::world::{Crowd, Installation, Ledger, Seed, Senders, installation::Said, on_both_databases, say};

/// Every signal up to a position by its number.
async fn signals_up_to(installation: &Installation, position: i64) -> BTreeMap<i64, String> {
    let mut found = BTreeMap::new();
    for signal in installation.signals().await.into_iter().filter(|signal| signal.seq <= position) {
        let said = serde_json::to_string(&signal).unwrap();
        assert_eq!(found.insert(signal.seq, said), None, "signal {} is there twice", signal.seq);
    }
    found
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A file that only its owner can read.
fn secret(path: &Path, secret: &str) {
    fs::write(path, secret).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

impl Installation {
    async fn backs_up(&self, name: &str) -> (PathBuf, i64) {
        let to = self.beside(name);
        let said = self.json(&["backup", text(&to), "--json"]).await;
        (to, said["backup"]["position"].as_i64().unwrap())
    }

    /// Restores a backup here, which must succeed and be sound.
    async fn restores(&self, backup: &Path) {
        let said = self.json(&["restore", text(backup), "--json"]).await;
        assert_eq!(said["sound"], true, "{said}");
        self.is_sound().await;
    }
}

on_both_databases! {
    async fn backups_under_way_hold_every_acknowledged_signal_once(installation: Installation) {
        // Archiving and merging go on all the time.
        let installation = installation.with("HARKEN__ARCHIVE__FROM", 1);
        let seed = Seed::of("backup");
        let ledger = Arc::new(Ledger::default());
        let server = installation.serve().await;
        let addresses = vec![server.address()];
        let key = installation.key();
        let crowd = Crowd { name: "backup", clients: 8, addresses, key, seed: &seed, batch: 20, pause: 20 };
        let senders = Senders::start(&crowd, &ledger);
        let mut backups = Vec::new();
        for number in 0..3 {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let (acknowledged, _) = ledger.bounds();
            let (backup, position) = installation.backs_up(&format!("backup-{number}")).await;
            backups.push((backup, position, acknowledged));
        }
        senders.finish().await;
        let pinned = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
        let left_behind = fs::read_dir(installation.data().join("lake")).unwrap().flatten().filter(pinned).count();
        assert_eq!(left_behind, 0);
        for (backup, position, acknowledged) in backups {
            let restored = installation.elsewhere().await;
            restored.restores(&backup).await;
            let found = signals_up_to(&restored, i64::MAX).await;
            assert_eq!(found, signals_up_to(&installation, position).await);
            assert!(found.len() as u64 >= acknowledged, "{} of {acknowledged}", found.len());
            // It goes on from there: the next signal has a number of its own, and the sender's key works.
            let server = restored.serve().await;
            let again = Arc::new(Ledger::default());
            let crowd = Crowd { name: "after", addresses: vec![server.address()], ..crowd_of(&crowd) };
            let senders = Senders::start(&crowd, &again);
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            senders.finish().await;
            server.stop().await;
            restored.json(&["archive", "--json"]).await;
            let (acknowledged, _) = again.bounds();
            assert!(signals_up_to(&restored, i64::MAX).await.len() as u64 >= found.len() as u64 + acknowledged);
            restored.is_sound().await;
        }
        server.stop().await;
    }
}

fn crowd_of<'a>(crowd: &Crowd<'a>) -> Crowd<'a> {
    Crowd { addresses: crowd.addresses.clone(), ..*crowd }
}

/// An installation with some signals, in the log and in the lake.
async fn with_signals(installation: Installation) -> Installation {
    let simulate = ["simulate", "--customers", "40", "--days", "20", "--load"];
    let said = installation.run(&simulate).await;
    assert!(said.success, "{said:?}");
    installation.json(&["archive", "--json"]).await;
    let server = installation.serve().await;
    let (seed, ledger) = (Seed::of("a few"), Arc::new(Ledger::default()));
    let addresses = vec![server.address()];
    let crowd = Crowd { name: "few", clients: 2, addresses, key: installation.key(), seed: &seed, batch: 5, pause: 5 };
    let senders = Senders::start(&crowd, &ledger);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    senders.finish().await;
    server.stop().await;
    installation
}

on_both_databases! {
    async fn every_changed_file_is_named_and_nothing_is_restored_from_it(installation: Installation) {
        let installation = with_signals(installation).await;
        let (backup, _) = installation.backs_up("backup").await;
        assert!(installation.run(&["backup", text(&backup), "--verify"]).await.success);
        let files = files_of(&backup);
        assert!(files.len() > 10, "{files:?}");
        for file in files {
            let path = backup.join(&file);
            let bytes = fs::read(&path).unwrap();
            let Some(last) = bytes.len().checked_sub(1) else { continue };
            let mut changed = bytes.clone();
            changed[last / 2] ^= 4;
            for damaged in [Some(changed.as_slice()), Some(&bytes[..last]), None] {
                match damaged {
                    Some(damaged) => fs::write(&path, damaged).unwrap(),
                    None => fs::remove_file(&path).unwrap(),
                }
                let said = installation.run(&["backup", text(&backup), "--verify"]).await;
                assert!(!said.success && said.err.contains(file.as_str()), "{file}: {said:?}");
            }
            fs::write(&path, &bytes).unwrap();
        }
        let empty = installation.elsewhere().await;
        let lake = files_of(&backup).into_iter().find(|file| file.ends_with(".parquet")).unwrap();
        fs::write(backup.join(&lake), "no columns").unwrap();
        let said = empty.run(&["restore", text(&backup)]).await;
        assert!(!said.success && said.err.contains(&lake), "{said:?}");
        assert!(!empty.data().exists(), "nothing is begun before everything was checked");
    }
}

/// Every file in a folder, by its path there.
fn files_of(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_backup_says_nothing_and_needs_its_key() {
    let installation = with_signals(Installation::on_sqlite().await).await;
    let (key, wrong, to) = (installation.beside("key"), installation.beside("wrong"), installation.beside("backup"));
    secret(&key, "correct horse battery staple\n");
    secret(&wrong, "incorrect horse battery staple\n");
    let backup = ["backup", text(&to), "--key-file", text(&key), "--with-master-key", "--json"];
    let master_key = BASE64_STANDARD.encode(rand::random::<[u8; 32]>());
    secret(&installation.data().join("master.key"), &master_key);
    assert_eq!(installation.json(&backup).await["backup"]["master_key"], true);
    let told = installation.json(&["audit", "--installation", "--json"]).await;
    let told = (&told["items"][0]["action"], &told["items"][0]["details"]["encrypted"]);
    assert_eq!(told, (&json!("backup.taken"), &json!(true)));
    for file in files_of(&to) {
        let bytes = fs::read(to.join(&file)).unwrap();
        let says = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!says("page_viewed") && !says("order_completed") && !says(&master_key), "{file}");
    }
    let verify = async |key: &[&str]| installation.run(&[&["backup", text(&to), "--verify"], key].concat()).await;
    assert!(verify(&["--key-file", text(&key)]).await.success);
    let refused = |said: &Said, why: &str| assert!(!said.success && said.err.contains(why), "{said:?}");
    refused(&verify(&[]).await, "encrypted");
    refused(&verify(&["--key-file", text(&wrong)]).await, "cannot be decrypted");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&verify(&["--key-file", text(&key)]).await, "chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let restored = installation.elsewhere().await;
    let said = restored.run(&["restore", text(&to), "--key-file", text(&key)]).await;
    assert!(said.success, "{said:?}");
    assert_eq!(fs::read_to_string(restored.data().join("master.key")).unwrap(), master_key);
    let bare = ["backup", text(&restored.beside("other")), "--with-master-key"].map(str::to_owned);
    let bare = installation.run(&bare.each_ref().map(String::as_str)).await;
    refused(&bare, "--key-file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_is_restored_into_postgres_and_back() {
    let installation = with_signals(Installation::on_sqlite().await).await;
    let Some(other) = Installation::on_postgres().await else { return };
    let everything = signals_up_to(&installation, i64::MAX).await;
    let (backup, _) = installation.backs_up("backup").await;
    let postgres = other.elsewhere().await;
    postgres.restores(&backup).await;
    assert_eq!(signals_up_to(&postgres, i64::MAX).await, everything);
    let (back, _) = postgres.backs_up("back").await;
    let sqlite = installation.elsewhere().await;
    sqlite.restores(&back).await;
    assert_eq!(signals_up_to(&sqlite, i64::MAX).await, everything);
    let rows = |backup: &Path| {
        let lines = |file: &str| {
            let text = fs::read_to_string(backup.join(file)).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let stored = |file: &String| file.starts_with("store/");
        files_of(backup).into_iter().filter(stored).map(|file| (lines(&file), file)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&backup), rows(&back), "every row of every table");
    say(format_args!("{} signals went to PostgreSQL and back", everything.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_there_is_overwritten() {
    let installation = with_signals(Installation::on_sqlite().await).await;
    let (backup, _) = installation.backs_up("backup").await;
    for arguments in [["restore", text(&backup)], ["backup", text(&backup)]] {
        let said = installation.run(&arguments).await;
        assert!(!said.success && said.err.contains("is not empty"), "{said:?}");
    }
    installation.is_sound().await;
    // What was not finished is no backup, and a folder whose restore did not end is no installation.
    fs::remove_file(backup.join("backup.json")).unwrap();
    let said = installation.run(&["backup", text(&backup), "--verify"]).await;
    assert!(!said.success && said.err.contains("not finished"), "{said:?}");
    fs::write(installation.data().join("restoring"), "").unwrap();
    let said = installation.run(&["doctor"]).await;
    assert!(!said.success && said.err.contains("did not end"), "{said:?}");
    if let Some(other) = Installation::on_postgres().await {
        let (backup, _) = other.backs_up("backup").await;
        let said = other.run(&["restore", text(&backup), "--data", text(&other.beside("new"))]).await;
        assert!(!said.success && said.err.contains("the database is not empty"), "{said:?}");
        other.is_sound().await;
    }
}
