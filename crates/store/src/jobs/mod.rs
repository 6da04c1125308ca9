//! Durable jobs: an outbox in the relational store. `docs/jobs.md` tells a job's life and what a handler must do.
//!
//! Two numbers carry the guarantees. A job's *fence* goes up with every claim: whoever holds an older one writes nothing
//! any more. Its *beat* goes up for as long as its holder lives: a holder whose beat stands still for the length of a
//! lease, measured by the watcher's own monotonic clock, has lost it. No wall clock has a say in either.

mod claim;
mod cron;
mod enqueue;
mod forget;
mod handler;
mod pace;
mod read;
mod schedule;
mod together;
mod watch;
mod worker;

use base::{Error, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

pub use claim::Claimed;
pub use cron::Cron;
pub use enqueue::{NewJob, enqueue};
pub use forget::Forgetful;
pub use handler::{Failure, Handler, Policy};
pub use read::{Count, Jobs, Reach, Search};
pub use schedule::{Schedule, Timetable};
pub use together::Effects;
pub use worker::Worker;

/// A job's id: a UUIDv7 whose time is when it was enqueued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

impl JobId {
    fn new(at: Timestamp) -> Self {
        Self(base::uuid_v7(at, rand::random()))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse()
            .map(Self)
            .map_err(|_| Error::invalid_field("job", "wrong_type", format!("'{text}' is no job's id")))
    }
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is to be run, now or later, for the first time or again.
    Waiting,
    /// A worker runs it.
    Running,
    /// It succeeded.
    Done,
    /// It was given up; `reason` says why. A person may retry it.
    Dead,
}

impl State {
    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Dead];

    /// Its name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        let names = || Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| Error::invalid_field("state", "unknown", format!("a job is one of {}", names())))
    }
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is; `None` for the house's own.
    pub workspace: Option<WorkspaceId>,
    /// What is to be done.
    pub kind: String,
    /// What it is to be done with.
    pub payload: serde_json::Value,
    /// The key that no other job of this kind and workspace has until this one has ended.
    pub unique_key: Option<String>,
    /// Where it is in its life.
    pub state: State,
    /// How often it was begun.
    pub attempt: u32,
    /// When it is to be run, or was last.
    pub due_at: Timestamp,
    /// Why it failed last.
    pub reason: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub ended_at: Option<Timestamp>,
}

/// The workspace column: the house's own jobs have the nil id there.
fn column(workspace: Option<WorkspaceId>) -> Uuid {
    workspace.map_or(Uuid::nil(), |workspace| workspace.0)
}

/// The reverse of [`column`].
fn workspace(column: Uuid) -> Option<WorkspaceId> {
    (!column.is_nil()).then_some(WorkspaceId(column))
}
