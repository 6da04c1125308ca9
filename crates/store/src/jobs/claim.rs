//! A claimed job: the right to do it, which is checked in the same transaction as every effect.

use base::{Clock, Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, LockBehavior, LockType, Query, UpdateStatement},
};
use serde::de::DeserializeOwned;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use uuid::Uuid;

use super::{Effects, Failure, JobId, Policy, State, pace::micros, together::Together, workspace};
use crate::{Store, failed};

/// A job that this process runs now.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its id, the same over all attempts: what goes outside carries it, so that a repetition can be recognised there.
    pub id: JobId,
    /// Whose it is; `None` for the house's own.
    pub workspace: Option<WorkspaceId>,
    /// What is to be done.
    pub kind: &'static str,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    payload: String,
    fence: i64,
    clock: Clock,
    together: Together,
    done: Arc<AtomicBool>,
}

/// How an attempt ended.
pub(super) enum Ending {
    /// It succeeded, and the handler has not marked the job done itself.
    Done,
    /// It failed: the job waits for another attempt from `horizon` on, or is given up.
    Failed { failure: Failure, policy: Policy, horizon: Timestamp },
    /// The server stopped in the middle: the attempt does not count.
    GivenBack,
}

impl Claimed {
    /// What the job is to be done with. One that cannot be read never will be.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.payload)
            .map_err(|error| Failure::never(format!("the payload cannot be read: {error}")))
    }

    /// Begins a write transaction for effects of this job, in which nobody can take the job over; an error when somebody
    /// has. Pass it to [`Claimed::done`], or commit it and go on.
    pub async fn begin(&self, store: &Store) -> Result<DatabaseTransaction> {
        let transaction = store.begin().await?;
        // It is a sign of life too, and it locks the row.
        let held = self.held().value("beat", Expr::col("beat").add(1)).take();
        self.must_hold(&transaction, &held).await?;
        Ok(transaction)
    }

    /// Marks the job done and commits: the effects in this transaction have then happened, and happen never again.
    pub async fn done(&self, transaction: DatabaseTransaction) -> Result<()> {
        self.mark_done(&transaction).await?;
        // Said before the commit, so that a sign of life that finds the job done is not taken for a lost lease.
        self.say_done(true);
        transaction.commit().await.map_err(|error| {
            self.say_done(false);
            failed(error)
        })
    }

    /// Marks the job done with these effects, in one commit with other jobs that end just now: for kinds of which very many
    /// run, where a commit for each would be what takes the time. It promises what [`Claimed::done`] does.
    pub async fn done_with(&self, effects: impl Effects) -> Result<()> {
        self.together.end(self.clone(), Box::new(effects)).await
    }

    /// Whether the handler has marked it done itself.
    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }

    pub(super) fn say_done(&self, done: bool) {
        self.done.store(done, Ordering::SeqCst);
    }

    /// Marks it done in a transaction; a conflict when somebody has taken it over.
    pub(super) async fn mark_done(&self, transaction: &DatabaseTransaction) -> Result<()> {
        self.must_hold(transaction, &self.marked_done()).await
    }

    /// Gives a sign of life; `false` when the job is lost.
    pub(super) async fn beat(&self, store: &Store) -> Result<bool> {
        let beat = self.held().value("beat", Expr::col("beat").add(1)).take();
        write(store, &beat).await
    }

    /// Writes how the attempt ended; `false` when the job is lost.
    pub(super) async fn end(&self, store: &Store, ending: &Ending) -> Result<bool> {
        let update = match ending {
            Ending::Done => self.marked_done(),
            Ending::Failed { failure, policy, horizon } => {
                failure_of(self.held(), self.attempt, failure, policy, *horizon, self.clock.now())
            }
            Ending::GivenBack => {
                let before = Expr::col("attempt").sub(1);
                self.held().value("state", State::Waiting.name()).value("attempt", before).take()
            }
        };
        write(store, &update).await
    }

    fn marked_done(&self) -> UpdateStatement {
        self.held().value("state", State::Done.name()).value("ended_at", self.clock.now().micros()).take()
    }

    /// An update that changes the job only while this claim holds it.
    fn held(&self) -> UpdateStatement {
        held(self.id, self.fence)
    }

    async fn must_hold(&self, transaction: &DatabaseTransaction, update: &UpdateStatement) -> Result<()> {
        if transaction.execute(update).await.map_err(failed)?.rows_affected() == 1 {
            Ok(())
        } else {
            Err(Error::conflict(format!("the {} job {} was taken over by another worker", self.kind, self.id)))
        }
    }
}

/// The fence: an update of a job that changes nothing once it was claimed again.
pub(super) fn held(id: JobId, fence: i64) -> UpdateStatement {
    Query::update()
        .table("job")
        .and_where(Expr::col("id").eq(id.0))
        .and_where(Expr::col("state").eq(State::Running.name()))
        .and_where(Expr::col("fence").eq(fence))
        .take()
}

/// What becomes of a job whose attempt failed.
pub(super) fn failure_of(
    mut update: UpdateStatement,
    attempt: u32,
    failure: &Failure,
    policy: &Policy,
    horizon: Timestamp,
    now: Timestamp,
) -> UpdateStatement {
    let (why, after) = match failure {
        Failure::Again { why, after } if attempt < policy.attempts => (why, Some(*after)),
        Failure::Again { why, .. } | Failure::Never { why } => (why, None),
    };
    update.value("reason", excerpt(why));
    match after {
        Some(after) => {
            let wait = after.map_or_else(|| policy.wait(attempt), |after| after.min(Policy::LONGEST));
            update.value("state", State::Waiting.name()).value("due_at", horizon.plus(micros(wait)).micros())
        }
        None => update.value("state", State::Dead.name()).value("ended_at", now.micros()),
    };
    update
}

/// A reason may quote a stranger's answer: a screenful of it is kept, and no NUL, which PostgreSQL does not store.
fn excerpt(why: &str) -> String {
    const LONGEST: usize = 2_000;
    why.chars().filter(|letter| *letter != '\0').take(LONGEST).collect()
}

async fn write(store: &Store, update: &UpdateStatement) -> Result<bool> {
    let transaction = store.begin().await?;
    let changed = transaction.execute(update).await.map_err(failed)?.rows_affected() == 1;
    transaction.commit().await.map_err(failed)?;
    Ok(changed)
}

/// Claims up to `most` jobs of a kind that are due, those that have been due longest first.
pub(super) async fn claim(
    store: &Store,
    clock: &Clock,
    together: &Together,
    kind: &'static str,
    most: usize,
    horizon: Timestamp,
) -> Result<Vec<Claimed>> {
    #[derive(FromQueryResult)]
    struct Row {
        workspace: Uuid,
        id: Uuid,
        payload: String,
        attempt: i64,
        fence: i64,
    }
    let due = Query::select()
        .columns(["workspace", "id", "payload", "attempt", "fence"])
        .from("job")
        .and_where(Expr::col("state").eq(State::Waiting.name()))
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("due_at").lte(horizon.micros()))
        .order_by("due_at", Order::Asc)
        .limit(u64::try_from(most).unwrap_or(u64::MAX))
        // PostgreSQL: what another process is just claiming is left to it. SQLite has one writer and no such words.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take();
    let transaction = store.begin().await?;
    let statement = transaction.get_database_backend().build(&due);
    let rows = Row::find_by_statement(statement).all(&transaction).await.map_err(failed)?;
    let take = Query::update()
        .table("job")
        .value("state", State::Running.name())
        .value("attempt", Expr::col("attempt").add(1))
        .value("fence", Expr::col("fence").add(1))
        .and_where(Expr::col("id").is_in(rows.iter().map(|row| row.id)))
        .take();
    if !rows.is_empty() {
        transaction.execute(&take).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    let claimed = rows.into_iter().map(|row| Claimed {
        id: JobId(row.id),
        workspace: workspace(row.workspace),
        kind,
        attempt: u32::try_from(row.attempt + 1).unwrap_or(u32::MAX),
        payload: row.payload,
        fence: row.fence + 1,
        clock: clock.clone(),
        together: together.clone(),
        done: Arc::default(),
    });
    Ok(claimed.collect())
}

/// Whether a job of this kind is due: one look into the index, without a transaction.
pub(super) async fn is_due(store: &Store, kind: &'static str, horizon: Timestamp) -> Result<bool> {
    let due = Query::select()
        .expr(Expr::val(1))
        .from("job")
        .and_where(Expr::col("state").eq(State::Waiting.name()))
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("due_at").lte(horizon.micros()))
        .limit(1)
        .take();
    Ok(store.read().query_one(&due).await.map_err(failed)?.is_some())
}
