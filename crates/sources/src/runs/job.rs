//! The job that carries an import out, from where the one before it stopped.

use async_trait::async_trait;
use base::{Error, ErrorKind, Result};
use parking_lot::Mutex;
use sea_orm::{DatabaseTransaction, Value, prelude::Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use store::{
    Store, failed,
    jobs::{Claimed, Failure, Handler, Policy},
};

use super::{ImportState, ImportedFile, Ordered};
use crate::{
    Sources,
    import::{ImportOptions, ImportReport, Map, Onlooker, Progress},
};

/// The kind of the job.
pub(super) const IMPORT_FILES: &str = "import_files";

/// What the job is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub import: Uuid,
}

/// How often an import is tried. Each attempt goes on where the one before it stopped.
const ATTEMPTS: u32 = 12;

/// The handler.
pub(crate) struct ImportFiles(pub(crate) Sources);

#[async_trait]
impl Handler for ImportFiles {
    fn kind(&self) -> &'static str {
        IMPORT_FILES
    }

    /// People look on: it goes on soon after a process has died, and as long as there are rows.
    fn policy(&self) -> Policy {
        let seconds = Duration::from_secs;
        Policy {
            attempts: ATTEMPTS,
            first: seconds(2),
            longest: seconds(600),
            lease: seconds(15),
            limit: seconds(7 * 86_400),
            concurrency: 2,
        }
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        let Self(sources) = self;
        let Payload { import } = job.payload()?;
        let workspace = job.workspace.ok_or_else(|| Failure::never("an import belongs to a workspace"))?;
        let Some(order) = sources.ordered(workspace, import).await?.filter(|order| !order.state.has_ended()) else {
            return Ok(());
        };
        let eyes = Eyes {
            job,
            order: &order,
            files: Mutex::new(order.files.clone()),
            cancelled: AtomicBool::new(order.cancelled),
        };
        let ended = match eyes.goes_on() {
            Ok(()) => self.carry_out(job, &order, &eyes).await,
            Err(cancelled) => Err(cancelled),
        };
        let now = sources.clock.now();
        let (state, reason) = match ended {
            Ok(report) => {
                let mut files = eyes.files.into_inner();
                for (file, report) in files.iter_mut().zip(report.files) {
                    file.never_seen = report.never_seen;
                }
                let transaction = job.begin(&sources.store).await?;
                order.note(&transaction, &files).await?;
                order.end(&transaction, ImportState::Done, None, now).await?;
                job.done(transaction).await?;
                for upload in &order.uploads {
                    sources.remove_file(*upload).await;
                }
                return Ok(());
            }
            Err(_) if eyes.cancelled.load(Ordering::SeqCst) => (ImportState::Cancelled, None),
            Err(error) if is_final(&error) || job.attempt >= ATTEMPTS => (ImportState::Failed, Some(error.message)),
            Err(error) => {
                let transaction = job.begin(&sources.store).await?;
                order.change(&transaction, [("reason", excerpt(&error).into())]).await?;
                transaction.commit().await.map_err(failed)?;
                return Err(error.into());
            }
        };
        let transaction = job.begin(&sources.store).await?;
        order.end(&transaction, state, reason.as_deref(), now).await?;
        Ok(job.done(transaction).await?)
    }
}

impl ImportFiles {
    async fn carry_out(&self, job: &Claimed, order: &Ordered, eyes: &Eyes<'_>) -> Result<ImportReport> {
        let Self(sources) = self;
        let scope = sources.team.operator(order.workspace);
        let transaction = job.begin(&sources.store).await?;
        let mut values: Vec<(_, Value)> =
            vec![("state", ImportState::Running.name().into()), ("reason", None::<String>.into())];
        if order.state == ImportState::Waiting {
            values.push(("started_at", sources.clock.now().micros().into()));
        }
        if !order.goes_on(&transaction, values).await? {
            eyes.cancelled.store(true, Ordering::SeqCst);
            return Err(Error::conflict("it was cancelled"));
        }
        transaction.commit().await.map_err(failed)?;
        let map: Json = serde_json::from_str(&order.map)
            .map_err(|error| Error::internal(format!("the map of the import {} is damaged: {error}", order.id)))?;
        let map = Map::from_json(&map)?;
        let inputs = sources.inputs(&scope, &order.uploads).await?;
        let options = ImportOptions { rejects: sources.rejects_of(order.id), again: false };
        sources.import_uploads(&scope, &map, inputs, &options, eyes).await
    }
}

/// Whether trying again would come to the same.
fn is_final(error: &Error) -> bool {
    !matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Full | ErrorKind::Internal | ErrorKind::TooMany)
}

/// What is told of an error that may pass. A defect's words are for the server's log.
fn excerpt(error: &Error) -> String {
    match error.kind {
        ErrorKind::Internal => "the server could not go on; its log says why".into(),
        _ => error.message.clone(),
    }
}

/// The import's job looks on: nobody else moves the ledger, and everybody sees how far it is.
struct Eyes<'a> {
    job: &'a Claimed,
    order: &'a Ordered,
    /// How far the files are, the attempts before this one included.
    files: Mutex<Vec<ImportedFile>>,
    cancelled: AtomicBool,
}

#[async_trait]
impl Onlooker for Eyes<'_> {
    fn goes_on(&self) -> Result<()> {
        match self.cancelled.load(Ordering::SeqCst) {
            false => Ok(()),
            true => Err(Error::conflict("it was cancelled")),
        }
    }

    async fn begin(&self, store: &Store) -> Result<DatabaseTransaction> {
        self.job.begin(store).await
    }

    async fn note(&self, transaction: &DatabaseTransaction, at: Progress) -> Result<()> {
        let files = {
            let mut files = self.files.lock();
            if let (Some(file), Some(before)) = (files.get_mut(at.step), self.order.files.get(at.step)) {
                before.with(at, file);
            }
            files.clone()
        };
        if self.order.note(transaction, &files).await? {
            self.cancelled.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

impl ImportedFile {
    /// What it was before this attempt, with what this attempt has come to.
    fn with(&self, at: Progress, file: &mut Self) {
        // What an attempt of this very import has begun was not begun by another one.
        file.state = self.state.or(Some(at.state));
        file.bytes_read = at.bytes_read;
        file.rows = self.rows + at.rows;
        file.logged = self.logged + at.logged;
        file.duplicates = self.duplicates + at.duplicates;
        file.refused = self.refused + at.refused;
        file.reasons.clone_from(&self.reasons);
        for (reason, count) in at.reasons {
            *file.reasons.entry(reason).or_insert(0) += count;
        }
    }
}

impl Sources {
    /// The folder of the rows that an import kept out.
    pub(super) fn rejects_of(&self, id: Uuid) -> PathBuf {
        self.files.folder.join("rejects").join(id.to_string())
    }
}
