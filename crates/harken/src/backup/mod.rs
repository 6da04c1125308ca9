//! Backups: a folder that holds one moment of an installation, and says of every file what it must be.
//!
//! ```text
//! backup.json         the format, how it is encrypted, and the hash of the manifest; written last, so that what was not
//!                     finished is no backup
//! manifest.json       what it holds: position, steps of the tables, and the length and BLAKE3 of every file
//! store/TABLE.rows    a table's rows, one JSON list of values on each line; either engine's
//! lake/WORKSPACE/…    the lake's own files
//! secrets/master.key  the vault's master key, when it was asked for
//! ```
//!
//! All but `backup.json` may be encrypted.

mod check;
mod file;
mod key;
mod restore;
mod take;

use base::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fs, io::Read, path::Path};
use store::copy::Table;

pub use check::check;
pub use key::KeyFile;
pub use restore::{MARKER, restore};
pub use take::{Taken, take};

use file::{Entry, read};
use key::{Key, Salt};

const HEADER: &str = "backup.json";
const MANIFEST: &str = "manifest.json";
const MASTER_KEY: &str = "secrets/master.key";
const FORMAT: u32 = 1;

/// `backup.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    /// The salt by which the key is made from a key file; nothing where it is not encrypted.
    encrypted: Option<Salt>,
    manifest: Entry,
}

/// `manifest.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of Harken that made it.
    pub harken: String,
    /// When.
    pub made_at: Timestamp,
    /// The last sequence number given out: every signal that was acknowledged up to there is in it.
    pub position: i64,
    /// The steps by which its tables came to be as they are.
    pub steps: Vec<String>,
    /// The tables of the store.
    tables: Vec<Rows>,
    /// How many signals are in the lake's files; the store holds the rest.
    pub signals_in_lake: u64,
    /// Every file.
    files: Vec<Entry>,
}

/// A table in a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    table: Table,
    rows: u64,
}

impl Manifest {
    /// How many files there are, and their bytes.
    pub fn size(&self) -> (usize, u64) {
        (self.files.len(), self.files.iter().map(|file| file.bytes).sum())
    }

    /// How many signals it holds.
    pub fn signals(&self) -> u64 {
        self.signals_in_lake
            + self.tables.iter().filter(|rows| rows.table.name == "signal").map(|rows| rows.rows).sum::<u64>()
    }

    /// Whether the vault's master key is in it.
    pub fn holds_master_key(&self) -> bool {
        self.file(MASTER_KEY).is_some()
    }

    fn file(&self, name: &str) -> Option<&Entry> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// A backup whose manifest has been read and is what it was.
struct Opened {
    manifest: Manifest,
    key: Option<Key>,
}

impl Opened {
    fn open(folder: &Path, key_file: Option<&KeyFile>) -> Result<Self> {
        let path = folder.join(HEADER);
        let damaged = |file: &str, why: &str| Error::invalid(format!("the backup's file {file} is damaged: {why}"));
        let text = fs::read(&path).map_err(|error| {
            Error::invalid(format!("{} is no backup, or was not finished: {HEADER}: {error}", folder.display()))
        })?;
        let header: Header = serde_json::from_slice(&text).map_err(|error| damaged(HEADER, &error.to_string()))?;
        if header.format != FORMAT {
            return Err(Error::invalid(format!(
                "the backup has the format {}; this version of Harken reads {FORMAT}",
                header.format
            )));
        }
        let key = match (&header.encrypted, key_file) {
            (None, _) => None,
            (Some(salt), Some(file)) => Some(file.key(salt)?),
            (Some(_), None) => return Err(Error::invalid("the backup is encrypted: name its key with --key-file")),
        };
        let mut text = Vec::new();
        read(folder, &header.manifest, key.as_ref())?
            .read_to_end(&mut text)
            .map_err(|error| Error::invalid(error.to_string()))?;
        let manifest = serde_json::from_slice(&text).map_err(|error| damaged(MANIFEST, &error.to_string()))?;
        Ok(Self { manifest, key })
    }
}

fn failed(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let context = format!("cannot {doing} {}", path.display());
    move |error| Error::invalid(format!("{context}: {error}"))
}
