//! One file on its way into the log: one thread reads and maps rows, the log takes them batch by batch.

use async_trait::async_trait;
use base::{Error, Result};
use sea_orm::DatabaseTransaction;
use signals::{Draft, Receipt, Refusal};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Store, failed};
use team::Scope;
use tokio::sync::mpsc;

use super::{
    FileReport, FileState, Progress,
    fault::Fault,
    inputs::Input,
    ledger::{self, Entry},
    lookup::Table,
    map::FileMap,
    mapper::Mapper,
    rejects::{Reject, Rejects},
    rows::{Rows, Shape},
};
use crate::Sources;

/// Drafts in one commit of the log.
const BATCH: usize = 2_000;
/// Batches that are read ahead while the log commits.
const AHEAD: usize = 2;

/// Who looks on while files are imported, and may hold their ledger.
#[async_trait]
pub(crate) trait Onlooker: Send + Sync {
    /// Whether the next rows are to be logged at all; an error ends the import where it is.
    fn goes_on(&self) -> Result<()> {
        Ok(())
    }

    /// Begins the transaction in which the ledger moves on, which an error keeps where it is.
    async fn begin(&self, store: &Store) -> Result<DatabaseTransaction> {
        store.begin().await
    }

    /// Is told in that transaction how far a file is.
    async fn note(&self, transaction: &DatabaseTransaction, at: Progress) -> Result<()>;
}

/// One file and everything that its import needs.
pub(super) struct Run {
    /// Which one it is of those that the map names.
    pub(super) step: usize,
    pub(super) input: Input,
    pub(super) map: Arc<FileMap>,
    pub(super) source: String,
    /// The map's lookups and their files.
    pub(super) lookups: Vec<Input>,
    pub(super) rejects: PathBuf,
    pub(super) again: bool,
}

/// Rows that were read and mapped.
#[derive(Default)]
struct Batch {
    drafts: Vec<Draft>,
    /// The row of each draft.
    origins: Vec<Origin>,
    rejects: Vec<Reject>,
    /// Rows read so far, from the beginning of the file.
    position: u64,
    /// Where this batch begins.
    first_line: u64,
}

/// Where a draft comes from, for the case that the log refuses it.
#[derive(Clone)]
struct Origin {
    line: u64,
    raw: Arc<str>,
}

impl Run {
    pub(super) async fn run(self, sources: &Sources, scope: &Scope, onlooker: &dyn Onlooker) -> Result<FileReport> {
        let fingerprint = {
            let (input, map, lookups) = (self.input.clone(), self.map.clone(), self.lookups.clone());
            blocking(move || ledger::fingerprint(&input, &map, &lookups)).await?
        };
        let mut entry = ledger::open(&sources.store, scope, fingerprint, self.again, sources.clock.now()).await?;
        let rejects = Rejects::new(&self.rejects, self.input.name(), entry.name());
        let state = match (entry.finished, entry.position) {
            (true, _) => FileState::AlreadyImported,
            (false, 0) => FileState::Imported,
            (false, _) => FileState::Resumed,
        };
        let mut report = FileReport::new(&self.input, state);
        let bytes = std::fs::metadata(self.input.path()).map(|file| file.len()).unwrap_or(0);
        let read = Arc::new(AtomicU64::new(0));
        let ledger = Ledger { sources, scope, onlooker, step: self.step, bytes, read: read.clone() };
        if entry.finished {
            read.store(bytes, Ordering::Relaxed);
            // The ledger keeps the moment at which the file was taken in.
            let transaction = onlooker.begin(&sources.store).await?;
            ledger.tells(&transaction, &report).await?;
            transaction.commit().await.map_err(failed)?;
            report.rejects = rejects.path();
            return Ok(report);
        }
        let (send, mut batches) = mpsc::channel(AHEAD);
        let start = entry.position;
        let reader = {
            tokio::task::spawn_blocking(move || {
                self.read(start, read, &send).unwrap_or_else(|error| {
                    // Nobody listens any more when the log has failed, and then its error counts.
                    let _ = send.blocking_send(Err(error));
                    Vec::new()
                })
            })
        };
        let mut first = true;
        while let Some(batch) = batches.recv().await {
            let batch: Batch = batch?;
            if std::mem::take(&mut first) {
                rejects.forget_from(batch.first_line)?;
            }
            ledger.takes_in(batch, &rejects, &mut entry, &mut report).await?;
        }
        report.never_seen = reader.await.map_err(|_| Error::internal("reading the file was cut short"))?;
        entry.finished = true;
        ledger.read.store(bytes, Ordering::Relaxed);
        ledger.moves_on(&entry, &report).await?;
        report.rejects = rejects.path();
        Ok(report)
    }

    /// Reads and maps all rows after the first `start`, and sends them in batches. Answers which columns no row has.
    fn read(self, start: u64, read: Arc<AtomicU64>, send: &mpsc::Sender<Result<Batch>>) -> Result<Vec<String>> {
        let tables = self.map.lookup.iter().zip(&self.lookups).map(|(lookup, input)| Table::read(lookup, input));
        let tables = tables.collect::<Result<Vec<Table>>>()?;
        let mut rows = Rows::open(&self.input, &Shape::from(&*self.map), &self.map.columns(), read)?;
        let mut mapper = Mapper::new(self.map, self.source, tables);
        let mut batch = Batch::default();
        while let Some(row) = rows.next()? {
            batch.position += 1;
            if batch.position <= start {
                if let Ok(cells) = &row.cells {
                    mapper.skip(cells);
                }
                continue;
            }
            if batch.first_line == 0 {
                batch.first_line = row.line;
            }
            match row.cells.and_then(|cells| mapper.drafts(cells)) {
                Ok(drafts) => {
                    let origin = Origin { line: row.line, raw: rows.raw().into() };
                    batch.origins.extend(std::iter::repeat_n(origin, drafts.len()));
                    batch.drafts.extend(drafts);
                }
                Err(fault) => batch.rejects.push(Reject { line: row.line, fault, raw: rows.raw().into_owned() }),
            }
            if batch.drafts.len() + batch.rejects.len() >= BATCH {
                let position = batch.position;
                let full = std::mem::replace(&mut batch, Batch { position, ..Batch::default() });
                if send.blocking_send(Ok(full)).is_err() {
                    return Ok(Vec::new());
                }
            }
        }
        if batch.first_line > 0 {
            let _ = send.blocking_send(Ok(batch));
        }
        Ok(rows.never_seen())
    }
}

/// The hands that move one file's ledger on, under somebody's eyes.
struct Ledger<'a> {
    sources: &'a Sources,
    scope: &'a Scope,
    onlooker: &'a dyn Onlooker,
    step: usize,
    bytes: u64,
    read: Arc<AtomicU64>,
}

impl Ledger<'_> {
    /// Logs a batch, writes its rejects down, and only then moves the ledger on: whatever is interrupted in between is met
    /// again, and the log and the rejects file take it once.
    async fn takes_in(
        &self,
        batch: Batch,
        rejects: &Rejects,
        entry: &mut Entry,
        report: &mut FileReport,
    ) -> Result<()> {
        self.onlooker.goes_on()?;
        let (signals, scope) = (&self.sources.signals, self.scope);
        let source =
            batch.drafts.first().and_then(|draft| draft.body.source.clone()).unwrap_or_else(|| "import".to_owned());
        let refusals = batch.rejects.iter().map(refusal).collect();
        let mut kept_out = batch.rejects;
        let (mut logged, mut duplicates) = (0, 0);
        for (receipt, origin) in signals.log(scope, batch.drafts).await?.into_iter().zip(batch.origins) {
            match receipt {
                Receipt::Logged { .. } => logged += 1,
                Receipt::Duplicate => duplicates += 1,
                // The log has counted it.
                Receipt::Conflict => {
                    kept_out.push(Reject { line: origin.line, fault: conflict(), raw: origin.raw.to_string() });
                }
            }
        }
        kept_out.sort_by_key(|reject| reject.line);
        kept_out.dedup_by_key(|reject| reject.line);
        rejects.add(&kept_out)?;
        signals.refuse(scope, &source, refusals).await?;
        report.rows += batch.position - entry.position;
        report.logged += logged;
        report.duplicates += duplicates;
        report.refused += kept_out.len() as u64;
        for reject in &kept_out {
            *report.reasons.entry(reject.fault.reason.to_owned()).or_insert(0) += 1;
        }
        entry.position = batch.position;
        entry.logged += logged;
        entry.duplicates += duplicates;
        entry.refused += kept_out.len() as u64;
        self.moves_on(entry, report).await
    }

    async fn moves_on(&self, entry: &Entry, report: &FileReport) -> Result<()> {
        let transaction = self.onlooker.begin(&self.sources.store).await?;
        ledger::save(&transaction, self.scope, entry, self.sources.clock.now()).await?;
        self.tells(&transaction, report).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn tells(&self, transaction: &DatabaseTransaction, report: &FileReport) -> Result<()> {
        let progress = Progress {
            step: self.step,
            file: report.name.clone(),
            state: report.state,
            bytes_read: self.read.load(Ordering::Relaxed).min(self.bytes),
            bytes: self.bytes,
            rows: report.rows,
            logged: report.logged,
            duplicates: report.duplicates,
            refused: report.refused,
            reasons: report.reasons.clone(),
        };
        self.onlooker.note(transaction, progress).await
    }
}

fn conflict() -> Fault {
    Fault::new(
        "conflict",
        "message_id",
        "another row or source has said something else under this message id; that is kept",
    )
}

fn refusal(reject: &Reject) -> Refusal {
    let Fault { reason, field, message } = reject.fault.clone();
    Refusal { reason: reason.to_owned(), field, message, excerpt: reject.raw.clone() }
}

/// Runs what reads a file on a thread that may wait for the disk.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal("reading a file was cut short"))?
}
