//! Import: rows of CSV, JSON lines and Parquet files as customers and signals, as a map says. The reference of the map
//! stands in `docs/sources.md`.

mod cells;
mod decode;
mod fault;
mod inputs;
mod ledger;
mod look;
mod lookup;
mod map;
mod mapper;
mod preview;
mod records;
mod rejects;
mod rows;
mod run;
mod suggest;
mod template;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use base::{Error, Result};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use team::Scope;
use utoipa::ToSchema;

use crate::Sources;
use inputs::Inputs;
use lookup::Table;
use map::FileMap;
use rows::{Rows, Shape};
use run::Run;

pub(crate) use inputs::Input;
pub(crate) use look::{Look, Seen};
pub(crate) use map::Written;
pub(crate) use preview::Preview;
pub(crate) use run::{Onlooker, blocking};

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
    /// Which file it is of those that the map names, from 0.
    pub step: usize,
    /// The file's name.
    pub file: String,
    /// What the ledger knew of it.
    pub state: FileState,
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
    /// Rows kept out, by reason.
    pub reasons: BTreeMap<String, u64>,
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
    /// Its name without its folder.
    #[serde(skip)]
    name: String,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    fn new(input: &Input, state: FileState) -> Self {
        let (rows, logged, duplicates, refused) = (0, 0, 0, 0);
        Self {
            path: input.path().to_owned(),
            name: input.name().to_owned(),
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
    pub fn name(&self) -> &str {
        &self.name
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
        let inputs = blocking(move || Inputs::gather(&given)).await?;
        self.import_inputs(scope, map, inputs, options, &Teller(progress)).await
    }

    /// The same of files that people have sent, under somebody's eyes.
    pub(crate) async fn import_uploads(
        &self,
        scope: &Scope,
        map: &Map,
        uploads: Vec<Input>,
        options: &ImportOptions,
        onlooker: &dyn Onlooker,
    ) -> Result<ImportReport> {
        self.import_inputs(scope, map, Inputs::of(uploads), options, onlooker).await
    }

    async fn import_inputs(
        &self,
        scope: &Scope,
        map: &Map,
        inputs: Inputs,
        options: &ImportOptions,
        onlooker: &dyn Onlooker,
    ) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let Plan { steps, missing, ignored } = plan(map, inputs)?;
        report.missing = missing;
        report.ignored = ignored.iter().map(|input| input.path().to_owned()).collect();
        for (step, Step { input, map: file, lookups }) in steps.into_iter().enumerate() {
            let shown = input.shown();
            let (source, rejects) = (map.source.clone(), options.rejects.clone());
            let run = Run { step, input, map: file, source, lookups, rejects, again: options.again };
            let done = run.run(self, scope, onlooker).await;
            let done = done.map_err(|error| error.context(shown))?;
            if done.logged >= MANY {
                self.store.look_again().await?;
            }
            report.files.push(done);
        }
        Ok(report)
    }
}

/// What a map makes of the given files.
struct Plan {
    steps: Vec<Step>,
    /// Names and patterns of the map that no given file has.
    missing: Vec<String>,
    /// Files that the map does not name.
    ignored: Vec<Input>,
}

/// One file, its part of the map, and the files that it looks up in.
struct Step {
    input: Input,
    map: Arc<FileMap>,
    lookups: Vec<Input>,
}

/// Matches files with what a map names, in its order.
fn plan(map: &Map, mut inputs: Inputs) -> Result<Plan> {
    let (mut steps, mut missing) = (Vec::new(), Vec::new());
    for file in &map.files {
        let found = inputs.named(&file.file)?;
        if found.is_empty() {
            missing.push(file.file.clone());
        }
        for input in found {
            let lookups = file.lookup.iter().map(|lookup| inputs.beside(&input, &lookup.file));
            let lookups = lookups.collect::<Result<Vec<Input>>>()?;
            steps.push(Step { input, map: file.clone(), lookups });
        }
    }
    if steps.is_empty() {
        let names = missing.join("', '");
        return Err(Error::invalid(format!("none of the files is one that the map names: '{names}'")));
    }
    let ignored = inputs.unnamed().cloned().collect();
    Ok(Plan { steps, missing, ignored })
}

/// Opens every file that a map names among these, so that what is missing is known before the import begins; answers their
/// names and sizes in the order of the map.
pub(crate) async fn check_files(map: Map, inputs: Vec<Input>) -> Result<Vec<(String, u64)>> {
    blocking(move || {
        let named = |Step { input, map, lookups }: Step| {
            let open = |input: &Input| {
                let opened = Rows::open(input, &Shape::from(&*map), &map.columns(), Arc::default());
                opened.map_err(|error| error.context(format_args!("'{}'", input.name())))
            };
            open(&input)?;
            for (lookup, input) in map.lookup.iter().zip(&lookups) {
                Table::check(lookup, input)?;
            }
            let bytes = std::fs::metadata(input.path()).map_or(0, |file| file.len());
            Ok((input.name().to_owned(), bytes))
        };
        plan(&map, Inputs::of(inputs))?.steps.into_iter().map(named).collect()
    })
    .await
}

/// Tells of the progress and does nothing else.
struct Teller<'a>(&'a (dyn Fn(Progress) + Sync));

#[async_trait]
impl Onlooker for Teller<'_> {
    async fn note(&self, _: &DatabaseTransaction, at: Progress) -> Result<()> {
        (self.0)(at);
        Ok(())
    }
}
