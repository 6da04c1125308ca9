//! Schedules: jobs that come again, enqueued once for each tick however many processes there are.

use async_trait::async_trait;
use base::{Clock, Result, Timestamp, WorkspaceId, Zone};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, Func, OnConflict, Query},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

use super::{Cron, NewJob, column, enqueue};
use crate::{Store, failed};

/// A job that comes again, for one workspace or the house.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Its name for ever: its ticks are remembered under it.
    pub name: String,
    /// Whose it is; `None` for the house's own.
    pub workspace: Option<WorkspaceId>,
    /// When it ticks …
    pub cron: Cron,
    /// … by the clocks of this zone.
    pub zone: Zone,
    /// The kind of job that is enqueued …
    pub kind: &'static str,
    /// … and what its handler is told.
    pub payload: serde_json::Value,
}

/// Says which schedules there are. It is asked again and again, so that a new workspace or a changed zone is noticed.
#[async_trait]
pub trait Timetable: Send + Sync + 'static {
    /// All schedules, as they are now.
    async fn schedules(&self) -> Result<Vec<Schedule>>;
}

#[async_trait]
impl Timetable for Vec<Schedule> {
    async fn schedules(&self) -> Result<Vec<Schedule>> {
        Ok(self.clone())
    }
}

/// Enqueues what the schedules say.
///
/// A tick is a row of its own whose key is (workspace, schedule, moment): of two processes one writes it and, in the same
/// transaction, the job. Ticks that passed while nothing ran are made up for by one job, for the latest of them.
pub(super) struct Ticker {
    store: Store,
    clock: Clock,
    timetable: Arc<dyn Timetable>,
    next: HashMap<(Uuid, String), Next>,
}

/// When a schedule ticks next, as long as it stays as it is.
struct Next {
    schedule: Schedule,
    at: Option<Timestamp>,
}

impl Ticker {
    pub(super) fn new(store: Store, clock: Clock, timetable: Arc<dyn Timetable>) -> Self {
        Self { store, clock, timetable, next: HashMap::new() }
    }

    /// Asks for the schedules again and looks up when each that is new or changed ticks next.
    pub(super) async fn reload(&mut self, horizon: Timestamp) -> Result<()> {
        let mut next = HashMap::new();
        for schedule in self.timetable.schedules().await? {
            let key = (column(schedule.workspace), schedule.name.clone());
            let known = self.next.remove(&key).filter(|known| known.schedule == schedule);
            let known = match known {
                Some(known) => known,
                None => self.look_up(schedule, horizon).await?,
            };
            next.insert(key, known);
        }
        self.next = next;
        Ok(())
    }

    /// Forgets when the schedules tick next, because the clock has been set back; the database still knows when each did.
    pub(super) async fn start_over(&mut self, horizon: Timestamp) -> Result<()> {
        self.next.clear();
        self.reload(horizon).await
    }

    /// Enqueues a job for every schedule that has ticked.
    pub(super) async fn tick(&mut self, horizon: Timestamp) -> Result<()> {
        let due = |next: &Next| next.at.is_some_and(|at| at <= horizon);
        let keys: Vec<_> = self.next.iter().filter(|(_, next)| due(next)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(next) = self.next.remove(&key) else { continue };
            // The one before the next one is the latest: what was missed meanwhile is made up for once.
            let latest = next.schedule.cron.latest(horizon, next.schedule.zone);
            if let Some(at) = latest.or(next.at) {
                self.enqueue(&next.schedule, at, horizon).await?;
            }
            let again = self.look_up(next.schedule, horizon).await?;
            self.next.insert(key, again);
        }
        Ok(())
    }

    async fn enqueue(&self, schedule: &Schedule, at: Timestamp, horizon: Timestamp) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        if latest(&transaction, schedule, horizon).await?.is_some_and(|known| known >= at)
            || !remember(&transaction, schedule, at).await?
        {
            return Ok(());
        }
        let job = NewJob::new(schedule.kind, &schedule.payload)?;
        let job = schedule.workspace.into_iter().fold(job, NewJob::in_workspace);
        enqueue(&transaction, job, now).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn look_up(&self, schedule: Schedule, horizon: Timestamp) -> Result<Next> {
        let last = match latest(self.store.read(), &schedule, horizon).await? {
            Some(last) => last,
            // A schedule that was never seen begins now, and has missed nothing.
            None => {
                let transaction = self.store.begin().await?;
                remember(&transaction, &schedule, horizon).await?;
                transaction.commit().await.map_err(failed)?;
                horizon
            }
        };
        Ok(Next { at: schedule.cron.after(last, schedule.zone), schedule })
    }
}

/// Writes a tick; `false` when it is there already.
async fn remember(connection: &impl ConnectionTrait, schedule: &Schedule, at: Timestamp) -> Result<bool> {
    let insert = Query::insert()
        .into_table("tick")
        .columns(["workspace", "schedule", "at"])
        .values_panic([column(schedule.workspace).into(), schedule.name.clone().into(), at.micros().into()])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    Ok(connection.execute(&insert).await.map_err(failed)?.rows_affected() == 1)
}

/// The latest known tick of a schedule that is not in the future: a clock that was ahead for a while may have left such.
async fn latest(
    connection: &impl ConnectionTrait,
    schedule: &Schedule,
    horizon: Timestamp,
) -> Result<Option<Timestamp>> {
    #[derive(FromQueryResult)]
    struct Latest {
        at: Option<i64>,
    }
    let select = Query::select()
        .expr_as(Func::max(Expr::col("at")), "at")
        .from("tick")
        .and_where(Expr::col("workspace").eq(column(schedule.workspace)))
        .and_where(Expr::col("schedule").eq(schedule.name.as_str()))
        .and_where(Expr::col("at").lte(horizon.micros()))
        .take();
    let statement = connection.get_database_backend().build(&select);
    let row = Latest::find_by_statement(statement).one(connection).await.map_err(failed)?;
    Ok(row.and_then(|row| row.at).map(Timestamp::from_micros))
}
