//! Projections: consumers of the log, each with its own stored cursor, each replayable.

use base::{Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{OnConflict, Query},
};
use std::{sync::Arc, time::Duration};
use store::{Store, failed};

use crate::{Signal, read::head, row::signal};

/// A consumer of the log. Its effect and its cursor are written in one transaction, so that a crash repeats nothing.
#[async_trait::async_trait]
pub trait Projection: Send + Sync + 'static {
    /// Its name for ever: its cursor is stored under it.
    fn name(&self) -> &'static str;

    /// Takes in signals of all workspaces, in the order of the log.
    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()>;
}

/// How far a projection has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its name.
    pub name: String,
    /// The last sequence number it has taken in.
    pub seq: i64,
}

/// Runs projections over the log.
#[derive(Clone)]
pub struct Projector {
    store: Store,
    projections: Arc<[Arc<dyn Projection>]>,
}

/// One batch that was taken in.
struct Step {
    /// Its last sequence number.
    seq: i64,
    /// There may be more already.
    full: bool,
}

const BATCH: u64 = 5_000;
const LOOK_AGAIN: Duration = Duration::from_millis(250);
const AFTER_AN_ERROR: Duration = Duration::from_secs(5);

impl Projector {
    /// Registers projections. Until each has a cursor nothing may be pruned past it, so this writes their cursors at once.
    pub async fn register(store: Store, projections: Vec<Arc<dyn Projection>>) -> Result<Self> {
        for projection in &projections {
            let begin = Query::insert()
                .into_table("projection")
                .columns(["name", "seq"])
                .values_panic([projection.name().into(), 0.into()])
                .on_conflict(OnConflict::column("name").do_nothing().to_owned())
                .take();
            let transaction = store.begin().await?;
            transaction.execute(&begin).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(Self { store, projections: projections.into() })
    }

    /// Runs all projections until the task is dropped; one that fails is tried again and holds up no other.
    pub async fn run(self) {
        let mut running = tokio::task::JoinSet::new();
        for projection in self.projections.iter().cloned() {
            let projector = self.clone();
            running.spawn(async move {
                loop {
                    match projector.step(&*projection).await {
                        Ok(Some(Step { full: true, .. })) => {}
                        // What comes in meanwhile is taken in together: a commit for every few signals would cost the
                        // log every second one of its own.
                        Ok(_) => tokio::time::sleep(LOOK_AGAIN).await,
                        Err(error) => {
                            tracing::error!(projection = projection.name(), %error, "a projection failed; trying again");
                            tokio::time::sleep(AFTER_AN_ERROR).await;
                        }
                    }
                }
            });
        }
        while running.join_next().await.is_some() {}
    }

    /// Brings all projections up to where the log ends now.
    pub async fn catch_up(&self) -> Result<()> {
        let end = head(self.store.read()).await?;
        for projection in self.projections.iter() {
            while self.step(&**projection).await?.is_some_and(|step| step.seq < end) {}
        }
        Ok(())
    }

    /// How far each projection has come.
    pub async fn progress(&self) -> Result<Vec<Progress>> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
            seq: i64,
        }
        let select =
            Query::select().columns(["name", "seq"]).from("projection").order_by("name", sea_orm::Order::Asc).take();
        let reader = self.store.read();
        let rows =
            Row::find_by_statement(reader.get_database_backend().build(&select)).all(reader).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| Progress { name: row.name, seq: row.seq }).collect())
    }

    /// Takes in one batch; `None` when there is nothing left to take in.
    async fn step(&self, projection: &dyn Projection) -> Result<Option<Step>> {
        let cursor =
            self.progress().await?.into_iter().find(|row| row.name == projection.name()).map_or(0, |row| row.seq);
        let rows = signal::Entity::find()
            .filter(signal::Column::Seq.gt(cursor))
            .order_by_asc(signal::Column::Seq)
            .limit(BATCH)
            .all(self.store.read())
            .await
            .map_err(failed)?;
        let signals = rows
            .into_iter()
            .map(|row| Ok((WorkspaceId(row.workspace), Signal::try_from(row)?)))
            .collect::<Result<Vec<_>>>()?;
        let Some((_, last)) = signals.last() else { return Ok(None) };
        let step = Step { seq: last.seq, full: signals.len() as u64 == BATCH };
        // The cursor moves only from where it was read: of two nodes that took in the same batch, one is rolled back.
        let move_on = Query::update()
            .table("projection")
            .value("seq", last.seq)
            .and_where(Expr::col("name").eq(projection.name()))
            .and_where(Expr::col("seq").eq(cursor))
            .take();
        let transaction = self.store.begin().await?;
        if transaction.execute(&move_on).await.map_err(failed)?.rows_affected() == 1 {
            projection.apply(&transaction, &signals).await?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(Some(step))
    }
}

/// The day (UTC, since 1970) of a moment.
pub(crate) fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(Timestamp::DAY)
}
