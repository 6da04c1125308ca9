//! F12: files of the lake are damaged. No question gets a wrong number: it gets what is left with the damage named, and
//! `harken verify` lists it.

use rand::{RngExt, rngs::Xoshiro256PlusPlus, seq::IndexedRandom};
use serde_json::Value as Json;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::world::{Connection, Event, Events, Installation, Seed, cycles, events::batch};

const FILES: usize = 3;
const SIGNALS_PER_FILE: usize = 150;
const ARCHIVED: usize = FILES * SIGNALS_PER_FILE;
/// Signals that are not archived yet.
const TAIL: usize = 20;
const TOTAL: u64 = (ARCHIVED + TAIL) as u64;

/// What happens to a file on a bad disk or in bad hands.
#[derive(Clone, Copy, Debug)]
enum Damage {
    FlippedBit,
    Truncated,
    Emptied,
    ZeroedPage,
    Deleted,
    SwappedWithAnother,
}

const DAMAGES: [Damage; 6] = [
    Damage::FlippedBit,
    Damage::Truncated,
    Damage::Emptied,
    Damage::ZeroedPage,
    Damage::Deleted,
    Damage::SwappedWithAnother,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_named_and_never_counted() {
    let seed = Seed::of("damaged lake");
    let installation = filled(&seed).await;
    let mut dice = seed.part(1);
    for damage in (0..cycles(2)).flat_map(|_| DAMAGES) {
        let files = files(&installation, "parquet");
        let whole: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        let hurt = damage.strike(&files, &mut dice);
        let names: BTreeSet<String> = hurt.iter().map(|file| name(file)).collect();

        let verify = installation.run(&["verify", "--json"]).await;
        assert!(!verify.success, "{damage:?} of {names:?} was not found: {verify:?}");
        assert_eq!(named(&verify.json()["damaged"]), names, "{damage:?}");

        let query = installation.run(&["query", "count", "--json"]).await;
        assert!(!query.success, "{damage:?} of {names:?}: a script would take this for a whole answer: {query:?}");
        let figures = query.json();
        assert_eq!(named(&figures["incomplete"]), names, "{damage:?}");
        let left = figures["rows"][0]["value"].as_f64().unwrap() as u64;
        let missing: u64 =
            figures["incomplete"].as_array().unwrap().iter().map(|file| file["rows"].as_u64().unwrap()).sum();
        assert_eq!((left + missing, missing), (TOTAL, (hurt.len() * SIGNALS_PER_FILE) as u64), "{damage:?}");

        let count = installation.run(&["signals", "count", "--json"]).await;
        assert!(!count.success && names.iter().any(|name| count.err.contains(name)), "{damage:?}: {count:?}");

        for (file, bytes) in files.iter().zip(whole) {
            fs::write(file, bytes).unwrap();
        }
        assert_eq!(installation.count("").await, TOTAL, "with the file restored");
    }
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_of_the_table_is_found_and_never_hides_signals() {
    let seed = Seed::of("damaged table log");
    let installation = filled(&seed).await;
    let mut dice = seed.part(1);
    for damage in (0..cycles(1)).flat_map(|_| [Damage::Truncated, Damage::Emptied, Damage::Deleted, Damage::FlippedBit])
    {
        for commit in files(&installation, "json") {
            let whole = fs::read(&commit).unwrap();
            damage.strike(std::slice::from_ref(&commit), &mut dice);
            let verify = installation.run(&["verify", "--json"]).await;
            // Some bits of a commit say nothing that a reader needs.
            let harmless = matches!(damage, Damage::FlippedBit);
            assert!(harmless || !verify.success, "{damage:?} of {}: {verify:?}", name(&commit));
            refuses_or_answers_whole(&installation, &format!("{damage:?} of {}", name(&commit))).await;
            fs::write(&commit, whole).unwrap();
        }
    }
    assert_eq!(installation.count("").await, TOTAL, "with everything restored");
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watermark_that_was_changed_is_found_and_never_hides_signals() {
    let installation = filled(&Seed::of("changed watermark")).await;
    let commit = files(&installation, "json").pop().unwrap();
    let whole = fs::read_to_string(&commit).unwrap();
    let said = |watermark: usize| format!(r#""version":{watermark}"#);
    for changed in [ARCHIVED - 1, ARCHIVED + 1, ARCHIVED + TAIL] {
        let forged = whole.replace(&said(ARCHIVED), &said(changed));
        assert_ne!(forged, whole);
        fs::write(&commit, forged).unwrap();
        let verify = installation.run(&["verify", "--json"]).await;
        assert!(!verify.success, "{changed}: {verify:?}");
        refuses_or_answers_whole(&installation, &changed.to_string()).await;
    }
    fs::write(&commit, whole).unwrap();
    installation.is_sound().await;
}

/// A count is refused, or it is the right one.
async fn refuses_or_answers_whole(installation: &Installation, why: &str) {
    let count = installation.run(&["signals", "count", "--json"]).await;
    let told = count.success.then(|| count.json()["count"].as_u64());
    assert!(told.is_none_or(|told| told == Some(TOTAL)), "{why}: {count:?}");
}

/// An installation whose lake holds as many files as said above, and whose log holds a few signals more.
async fn filled(seed: &Seed) -> Installation {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let mut client = Connection::to(server.address());
    let mut events = Events::new(seed.part(0), "lake");
    for number in 0..=FILES {
        let sent: Vec<Event> = events.take(if number < FILES { SIGNALS_PER_FILE } else { TAIL });
        assert_eq!(client.post("/v1/batch", installation.key(), batch(&sent)).await.unwrap().status, 200);
        if number < FILES {
            installation.json(&["archive", "--json"]).await;
        }
    }
    server.stop().await;
    assert_eq!(files(&installation, "parquet").len(), FILES);
    installation
}

impl Damage {
    /// Strikes one of the files and answers which no longer hold what they held.
    fn strike(self, files: &[PathBuf], dice: &mut Xoshiro256PlusPlus) -> Vec<PathBuf> {
        let victim = files.choose(dice).unwrap();
        let mut bytes = fs::read(victim).unwrap();
        match self {
            Self::FlippedBit => {
                let place = dice.random_range(0..bytes.len());
                bytes[place] ^= 1 << dice.random_range(0..8);
            }
            Self::Truncated => bytes.truncate(dice.random_range(1..bytes.len())),
            Self::Emptied => bytes.clear(),
            Self::ZeroedPage => {
                let page = dice.random_range(0..bytes.len().div_ceil(4096)) * 4096;
                let end = bytes.len().min(page + 4096);
                bytes[page..end].fill(0);
            }
            Self::Deleted => {
                fs::remove_file(victim).unwrap();
                return vec![victim.clone()];
            }
            Self::SwappedWithAnother => {
                let other = files.iter().find(|file| *file != victim).unwrap();
                let others = fs::read(other).unwrap();
                fs::write(other, &bytes).unwrap();
                fs::write(victim, others).unwrap();
                return vec![victim.clone(), other.clone()];
            }
        }
        fs::write(victim, bytes).unwrap();
        vec![victim.clone()]
    }
}

fn named(files: &Json) -> BTreeSet<String> {
    files.as_array().unwrap().iter().map(|file| name(Path::new(file["file"].as_str().unwrap()))).collect()
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The lake's files of a kind, in the order of their names.
fn files(installation: &Installation, extension: &str) -> Vec<PathBuf> {
    let mut folders = vec![installation.data().join("lake")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(found) if found == extension => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}
