//! Asking for work: a job is written in the transaction that causes it, so that both happen or neither.

use base::{Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{OnConflict, Query},
};
use serde::Serialize;
use std::sync::LazyLock;
use tokio::sync::watch;

use super::{JobId, State, column};
use crate::failed;

/// A job that is to be enqueued.
#[derive(Clone, Debug)]
pub struct NewJob {
    workspace: Option<WorkspaceId>,
    kind: &'static str,
    payload: String,
    at: Option<Timestamp>,
    unique_key: Option<String>,
}

impl NewJob {
    /// Work of a kind, with what its handler needs to know. Put ids in it rather than personal data: it is shown to admins.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Result<Self> {
        let payload = serde_json::to_string(payload)
            .map_err(|error| Error::internal(format!("the payload of a {kind} job cannot be written: {error}")))?;
        Ok(Self { workspace: None, kind, payload, at: None, unique_key: None })
    }

    /// Work for a workspace, which may then see it.
    pub fn in_workspace(mut self, workspace: WorkspaceId) -> Self {
        self.workspace = Some(workspace);
        self
    }

    /// Not before this moment. Without it, at once.
    pub fn at(mut self, when: Timestamp) -> Self {
        self.at = Some(when);
        self
    }

    /// Only if no job of this kind and workspace with this key waits or runs.
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }
}

/// When a job is due that may run at once: before anything that names a moment, and whatever a clock says that was set
/// wrong when it was written or is now.
pub(super) const AT_ONCE: Timestamp = Timestamp::MIN;

/// Enqueues a job in the caller's transaction: it exists once that is committed. `None`: its unique key is taken.
pub async fn enqueue(transaction: &DatabaseTransaction, job: NewJob, now: Timestamp) -> Result<Option<JobId>> {
    let id = JobId::new(now);
    let insert = Query::insert()
        .into_table("job")
        .columns([
            "workspace",
            "id",
            "kind",
            "payload",
            "unique_key",
            "state",
            "attempt",
            "due_at",
            "fence",
            "beat",
            "created_at",
        ])
        .values_panic([
            column(job.workspace).into(),
            id.0.into(),
            job.kind.into(),
            job.payload.into(),
            job.unique_key.into(),
            State::Waiting.name().into(),
            0.into(),
            job.at.unwrap_or(AT_ONCE).micros().into(),
            0.into(),
            0.into(),
            now.micros().into(),
        ])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    let written = transaction.execute(&insert).await.map_err(failed)?.rows_affected() == 1;
    if written {
        ring();
    }
    Ok(written.then_some(id))
}

/// Rings in every worker of this process when a job is enqueued, so that none waits for its next look.
///
/// It has no memory and says nothing: whoever hears it looks for themselves, and finds nothing if the job lies in another
/// store. That is why it may be global, which spares every room that enqueues a handle to the workers.
static BELL: LazyLock<watch::Sender<()>> = LazyLock::new(|| watch::Sender::new(()));

/// Has every worker of this process look now, and soon again.
pub(super) fn ring() {
    BELL.send_replace(());
}

/// An ear for the bell.
pub(super) fn bell() -> watch::Receiver<()> {
    BELL.subscribe()
}
