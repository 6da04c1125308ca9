//! Leases: taking over the jobs of a holder that gives no sign of life.
//!
//! A lease is judged by the watcher's own monotonic clock: it notes each running job's fence and beat, and when both have
//! stood still for the length of the kind's lease, the holder has lost the job. Clocks that jump, or differ between two
//! machines, change nothing about it; a process that starts waits one lease before it takes anything over. A holder that
//! was only frozen finds its fence outdated and writes nothing.

use base::{Clock, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, LockBehavior, LockType, Query, SelectStatement},
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use uuid::Uuid;

use super::{
    Failure, JobId, Policy, State,
    claim::{failure_of, held},
    pace::micros,
};
use crate::{Store, failed};

/// Watches the running jobs of some kinds.
pub(super) struct Watch {
    store: Store,
    clock: Clock,
    policies: Vec<(&'static str, Policy)>,
    seen: HashMap<JobId, Seen>,
    looked: Option<Instant>,
}

/// How a running job was when it changed last, and when that was first seen.
struct Seen {
    fence: i64,
    beat: i64,
    since: Instant,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: String,
    attempt: i64,
    fence: i64,
    beat: i64,
}

impl Watch {
    pub(super) fn new(store: Store, clock: Clock, policies: Vec<(&'static str, Policy)>) -> Self {
        Self { store, clock, policies, seen: HashMap::new(), looked: None }
    }

    /// How often it looks: a fraction of the shortest lease.
    pub(super) fn period(&self) -> Duration {
        let beats = self.policies.iter().map(|(_, policy)| policy.beat());
        beats.min().unwrap_or(Duration::MAX)
    }

    /// Looks at all running jobs and takes over those whose holder is silent. It counts as a failed attempt, because it
    /// may be the job that kills its holders.
    pub(super) async fn look(&mut self, horizon: Timestamp, now: Instant) -> Result<()> {
        // A watcher that was frozen itself has not seen anybody be silent.
        let gap = self.looked.replace(now).map_or(Duration::ZERO, |looked| now.saturating_duration_since(looked));
        let running = self.running(Query::select()).take();
        let reader = self.store.read();
        let rows = Row::find_by_statement(reader.get_database_backend().build(&running)).all(reader).await;
        let mut still = HashMap::new();
        for row in rows.map_err(failed)? {
            let Some((_, policy)) = self.policies.iter().find(|(kind, _)| *kind == row.kind) else { continue };
            let id = JobId(row.id);
            let unchanged = self.seen.remove(&id).filter(|seen| (seen.fence, seen.beat) == (row.fence, row.beat));
            let since = unchanged.filter(|_| gap < policy.lease).map_or(now, |seen| seen.since);
            if now.saturating_duration_since(since) >= policy.lease {
                self.take_over(&row, policy, horizon).await?;
            }
            still.insert(id, Seen { fence: row.fence, beat: row.beat, since });
        }
        self.seen = still;
        Ok(())
    }

    async fn take_over(&self, row: &Row, policy: &Policy, horizon: Timestamp) -> Result<()> {
        let unchanged = self
            .running(Query::select())
            .and_where(Expr::col("id").eq(row.id))
            .and_where(Expr::col("fence").eq(row.fence))
            .and_where(Expr::col("beat").eq(row.beat))
            // A holder in the middle of its transaction is alive, however long that takes.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .take();
        let transaction = self.store.begin().await?;
        if transaction.query_one(&unchanged).await.map_err(failed)?.is_some() {
            let attempt = u32::try_from(row.attempt).unwrap_or(u32::MAX);
            let why = Failure::again("its worker died or was frozen in the middle of it");
            let fenced = held(JobId(row.id), row.fence);
            let update = failure_of(fenced, attempt, &why, policy, horizon, self.clock.now());
            transaction.execute(&update).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            tracing::warn!(kind = row.kind, job = %row.id, attempt, "a job was taken from a silent worker");
        }
        Ok(())
    }

    /// Brings forward what waits for another attempt longer than any wait is: its time was reckoned from a clock that has
    /// been set back since. Called at the start, and when a clock is seen to go back.
    pub(super) async fn bring_forward(&self, horizon: Timestamp) -> Result<()> {
        let late = Query::update()
            .table("job")
            .value("due_at", horizon.micros())
            .and_where(Expr::col("state").eq(State::Waiting.name()))
            .and_where(Expr::col("kind").is_in(self.kinds()))
            .and_where(Expr::col("due_at").gt(horizon.plus(micros(Policy::LONGEST)).micros()))
            .and_where(Expr::col("attempt").gt(0))
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&late).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    fn running(&self, mut select: SelectStatement) -> SelectStatement {
        select
            .columns(["id", "kind", "attempt", "fence", "beat"])
            .from("job")
            .and_where(Expr::col("state").eq(State::Running.name()))
            .and_where(Expr::col("kind").is_in(self.kinds()))
            .take()
    }

    fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.policies.iter().map(|(kind, _)| *kind)
    }
}
