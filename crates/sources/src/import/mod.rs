//! Import: rows of CSV, JSON lines and Parquet files as customers and signals, as a map says. The reference of the map
//! stands in `docs/sources.md`.

mod cells;
mod decode;
mod fault;
mod inputs;
mod ledger;
mod lookup;
mod map;
mod mapper;
mod records;
mod rejects;
mod rows;
mod run;
mod template;
#[cfg(test)]
mod tests;

use base::{Error, Result};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use team::Scope;

use crate::Sources;
use inputs::Inputs;
use run::{Run, blocking};

pub use map::Map;

/// So many signals of one file change what the database should know of its tables.
const MANY: u64 = 10_000;

/// How an import is run.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The folder that takes the rejects files.
    pub rejects: PathBuf,
    /// Import a file from its beginning, even though the ledger says that it has been imported. The log still
    /// recognises what it was told in the last seven days.
    pub again: bool,
}

/// How far the file at hand is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file's name.
    pub file: String,
    /// Bytes read, before unpacking; the reader is a little ahead of the log.
    pub bytes_read: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Rows done with in this run.
    pub rows: u64,
    /// Signals logged in this run.
    pub logged: u64,
    /// Signals that had been logged before.
    pub duplicates: u64,
    /// Rows kept out.
    pub refused: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// File by file, in the order of the map.
    pub files: Vec<FileReport>,
    /// Files that were given and that the map does not name.
    pub ignored: Vec<PathBuf>,
    /// Names and patterns of the map that no given file has.
    pub missing: Vec<String>,
}

/// What an import did with one file, in this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Whether there was anything to do.
    pub state: FileState,
    /// Rows done with, good and bad.
    pub rows: u64,
    /// Signals logged.
    pub logged: u64,
    /// Signals that had been logged before, under the same message id.
    pub duplicates: u64,
    /// Rows kept out.
    pub refused: u64,
    /// Rows kept out, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Columns that the map reads and that no row of this JSON lines file has: misspelt, as likely as not. A file with a
    /// header or a schema that lacks a column is an error instead.
    pub never_seen: Vec<String>,
    /// The file with the rows kept out by this run and earlier ones.
    pub rejects: Option<PathBuf>,
}

/// What the ledger knew of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Nothing: it was imported from its beginning.
    Imported,
    /// An interrupted import: it went on from there.
    Resumed,
    /// A finished import: nothing was read.
    AlreadyImported,
}

impl FileReport {
    fn new(path: &Path, state: FileState) -> Self {
        let (rows, logged, duplicates, refused) = (0, 0, 0, 0);
        Self {
            path: path.to_owned(),
            state,
            rows,
            logged,
            duplicates,
            refused,
            reasons: BTreeMap::new(),
            never_seen: Vec::new(),
            rejects: None,
        }
    }

    /// The file's name without its folder.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Sources {
    /// Imports the files that the map names, in its order, out of the given files and folders.
    ///
    /// Bad rows are kept out and written to a rejects file; the good ones are all logged. The ledger remembers each
    /// file by its content, its part of the map and the files it looks up in: a second import of the same adds nothing,
    /// and an import that was interrupted goes on where it stopped. An error stops the import; what was logged until then stays.
    pub async fn import(
        &self,
        scope: &Scope,
        map: &Map,
        inputs: &[PathBuf],
        options: &ImportOptions,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<ImportReport> {
        let given = inputs.to_vec();
        let mut inputs = blocking(move || Inputs::gather(&given)).await?;
        let mut report = ImportReport::default();
        let mut runs = Vec::new();
        for file in &map.files {
            let paths = inputs.named(&file.file)?;
            if paths.is_empty() {
                report.missing.push(file.file.clone());
            }
            for path in paths {
                let lookups = file.lookup.iter().map(|lookup| inputs.beside(&path, &lookup.file));
                let lookups = lookups.collect::<Result<Vec<PathBuf>>>()?;
                let (source, rejects) = (map.source.clone(), options.rejects.clone());
                runs.push(Run { path, map: file.clone(), source, lookups, rejects, again: options.again });
            }
        }
        report.ignored = inputs.unnamed();
        if runs.is_empty() {
            let names = report.missing.join("', '");
            return Err(Error::invalid(format!("none of the files is one that the map names: '{names}'")));
        }
        for run in runs {
            let path = run.path.clone();
            let done = run.run(self, scope, progress).await;
            let done = done.map_err(|error| error.context(path.display()))?;
            if done.logged >= MANY {
                self.store.look_again().await?;
            }
            report.files.push(done);
        }
        Ok(report)
    }
}
