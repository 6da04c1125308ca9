//! Every recurring task that each process does for itself: taking the log in, moving it to the lake, keeping the lake in
//! shape. What one process does for all is a job: see `jobs`.

use base::Result;
use lake::Lake;
use signals::{Projector, Signals};
use std::{future::Future, time::Duration};
use team::Team;
use tokio::task::JoinSet;

/// What the tasks work on.
#[derive(Clone)]
pub struct Upkeep {
    /// For the list of workspaces.
    pub team: Team,
    /// The log.
    pub signals: Signals,
    /// The lake.
    pub lake: Lake,
    /// The projections.
    pub projector: Projector,
    /// A log tail of fewer signals than this is left in the log until `archive_after`.
    pub archive_from: u64,
    /// How long a short tail may stay in the log.
    pub archive_after: Duration,
}

const LOOK: Duration = Duration::from_secs(1);
const COMPACT: Duration = Duration::from_secs(300);

/// Runs all tasks until it is dropped. A task that fails says so in the log and is tried again at its next turn.
pub async fn keep_up(upkeep: Upkeep) {
    let mut tasks = JoinSet::new();
    tasks.spawn(upkeep.projector.clone().run());
    tasks.spawn(upkeep.clone().archive());
    tasks.spawn(every(COMPACT, "compact", move || upkeep.clone().compact()));
    while tasks.join_next().await.is_some() {}
}

async fn every<F: Future<Output = Result<()>> + Send>(
    period: Duration,
    name: &'static str,
    task: impl Fn() -> F + Send,
) {
    loop {
        tokio::time::sleep(period).await;
        if let Err(error) = task().await {
            tracing::error!(task = name, %error, "upkeep failed; trying again at its next turn");
        }
    }
}

impl Upkeep {
    async fn archive(self) {
        let mut waited = Duration::ZERO;
        loop {
            tokio::time::sleep(LOOK).await;
            waited += LOOK;
            let due = waited >= self.archive_after;
            match self.archive_what_is_due(due).await {
                Ok(()) if due => waited = Duration::ZERO,
                Ok(()) => {}
                Err(error) => tracing::error!(%error, "archiving failed; the log keeps its signals; trying again"),
            }
        }
    }

    async fn archive_what_is_due(&self, all: bool) -> Result<()> {
        for workspace in self.team.workspaces().await? {
            let scope = self.team.operator(workspace.id);
            let held = self.signals.held(&scope).await?;
            if held >= self.archive_from || (all && held > 0) {
                // Only full steps are followed by another: what comes in meanwhile waits for its turn, not in small files.
                while self.lake.archive(&scope).await?.more {}
            }
        }
        Ok(())
    }

    async fn compact(self) -> Result<()> {
        for workspace in self.team.workspaces().await? {
            let scope = self.team.operator(workspace.id);
            while self.lake.compact(&scope).await?.files > 0 {}
            self.lake.vacuum(&scope).await?;
        }
        Ok(())
    }
}
