//! Looking after jobs: listing and counting them, retrying a dead one, discarding one.

use base::{Clock, Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order, SqlErr,
    sea_query::{Asterisk, Expr, Func, Query, SelectStatement},
};
use serde::Serialize;
use uuid::Uuid;

use super::{Job, JobId, State, column, enqueue, workspace};
use crate::{Store, failed};

/// The jobs that are stored; cheap to clone.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(super) store: Store,
    pub(super) clock: Clock,
}

/// Whose jobs may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of one workspace.
    Workspace(WorkspaceId),
    /// All of them and the house's own: for the operator, who could read the database anyway.
    House,
}

/// Which jobs are listed.
#[derive(Clone, Debug)]
pub struct Search {
    /// Those in this state.
    pub state: Option<State>,
    /// Those of this kind.
    pub kind: Option<String>,
    /// Those enqueued before this one: the last of the page before.
    pub before: Option<JobId>,
    /// At most so many.
    pub limit: u64,
}

/// How many jobs of a kind are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
pub struct Count {
    /// The kind.
    pub kind: String,
    /// The state's name.
    pub state: String,
    /// How many.
    pub count: i64,
}

#[derive(FromQueryResult)]
struct Row {
    workspace: Uuid,
    id: Uuid,
    kind: String,
    payload: String,
    unique_key: Option<String>,
    state: String,
    attempt: i64,
    due_at: i64,
    reason: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Job {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = |what: &str| Error::internal(format!("the {what} of job {} is damaged", row.id));
        let created_at = Timestamp::from_micros(row.created_at);
        Ok(Self {
            id: JobId(row.id),
            workspace: workspace(row.workspace),
            payload: serde_json::from_str(&row.payload).map_err(|_| damaged("payload"))?,
            state: row.state.parse().map_err(|_| damaged("state"))?,
            kind: row.kind,
            unique_key: row.unique_key,
            attempt: u32::try_from(row.attempt).unwrap_or(u32::MAX),
            // What was to be run at once was due when it was enqueued.
            due_at: Timestamp::from_micros(row.due_at).max(created_at),
            reason: row.reason,
            created_at,
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}

impl Jobs {
    /// The jobs of a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Lists jobs, those enqueued last first.
    pub async fn list(&self, reach: Reach, search: &Search) -> Result<Vec<Job>> {
        let mut select = rows(reach);
        if let Some(state) = search.state {
            select.and_where(Expr::col("state").eq(state.name()));
        }
        if let Some(kind) = &search.kind {
            select.and_where(Expr::col("kind").eq(kind.as_str()));
        }
        if let Some(before) = search.before {
            select.and_where(Expr::col("id").lt(before.0));
        }
        find(self.store.read(), select.order_by("id", Order::Desc).limit(search.limit)).await
    }

    /// One job.
    pub async fn get(&self, reach: Reach, job: JobId) -> Result<Job> {
        one(self.store.read(), reach, job).await
    }

    /// How many jobs there are by kind and state.
    pub async fn counts(&self) -> Result<Vec<Count>> {
        let select = Query::select()
            .columns(["kind", "state"])
            .expr_as(Func::count(Expr::col(Asterisk)), "count")
            .from("job")
            .group_by_columns(["state", "kind"])
            .order_by("kind", Order::Asc)
            .order_by("state", Order::Asc)
            .take();
        let reader = self.store.read();
        Count::find_by_statement(reader.get_database_backend().build(&select)).all(reader).await.map_err(failed)
    }

    /// Lets a dead job run again, at once and with all its attempts.
    pub async fn retry(&self, reach: Reach, job: JobId) -> Result<Job> {
        let transaction = self.store.begin().await?;
        let found = one(&transaction, reach, job).await?;
        if found.state != State::Dead {
            return Err(Error::conflict(format!("the job is {}; only a dead one can be retried", found.state)));
        }
        let retry = Query::update()
            .table("job")
            .value("state", State::Waiting.name())
            .value("attempt", 0)
            .value("due_at", enqueue::AT_ONCE.micros())
            .value("ended_at", Option::<i64>::None)
            .and_where(Expr::col("id").eq(job.0))
            .and_where(Expr::col("state").eq(State::Dead.name()))
            .take();
        transaction.execute(&retry).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => {
                Error::conflict("another job with the same unique key waits or runs already")
            }
            _ => failed(error),
        })?;
        let retried = one(&transaction, reach, job).await?;
        transaction.commit().await.map_err(failed)?;
        enqueue::ring();
        Ok(retried)
    }

    /// Takes away a job that waits or is dead: it will not be run.
    pub async fn discard(&self, reach: Reach, job: JobId) -> Result<()> {
        let transaction = self.store.begin().await?;
        let found = one(&transaction, reach, job).await?;
        let delete = Query::delete()
            .from_table("job")
            .and_where(Expr::col("id").eq(job.0))
            .and_where(Expr::col("state").is_in([State::Waiting.name(), State::Dead.name()]))
            .take();
        if transaction.execute(&delete).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::conflict(format!(
                "the job is {}; only one that waits or is dead can be discarded",
                found.state
            )));
        }
        transaction.commit().await.map_err(failed)
    }
}

async fn one(connection: &impl ConnectionTrait, reach: Reach, job: JobId) -> Result<Job> {
    let found = find(connection, rows(reach).and_where(Expr::col("id").eq(job.0))).await?;
    found.into_iter().next().ok_or_else(|| Error::not_found("job"))
}

async fn find(connection: &impl ConnectionTrait, select: &SelectStatement) -> Result<Vec<Job>> {
    let statement = connection.get_database_backend().build(select);
    let rows = Row::find_by_statement(statement).all(connection).await.map_err(failed)?;
    rows.into_iter().map(Job::try_from).collect()
}

fn rows(reach: Reach) -> SelectStatement {
    let mut select = Query::select()
        .columns(["workspace", "id", "kind", "payload", "unique_key", "state"])
        .columns(["attempt", "due_at", "reason", "created_at", "ended_at"])
        .from("job")
        .take();
    if let Reach::Workspace(id) = reach {
        select.and_where(Expr::col("workspace").eq(column(Some(id))));
    }
    select
}
