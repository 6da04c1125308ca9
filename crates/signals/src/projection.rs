//! Projections: consumers of the log, each with its own stored cursor, each replayable.

use base::{Error, ErrorKind, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{OnConflict, Query},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use store::{Store, failed};
use tokio::time::Instant;

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

/// What came of taking in one batch.
struct Round {
    /// There may be more already.
    full: bool,
    /// The projections that failed; they stand where they stood.
    failed: Vec<(&'static str, Error)>,
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
        let mut resting: BTreeMap<&'static str, Instant> = BTreeMap::new();
        loop {
            let now = Instant::now();
            resting.retain(|_, until| *until > now);
            let full = match self.round(|name| !resting.contains_key(name)).await {
                Ok(Round { full, failed }) => {
                    for (projection, error) in failed {
                        report(projection, &error);
                        resting.insert(projection, now + AFTER_AN_ERROR);
                    }
                    full
                }
                Err(error) => {
                    report("all", &error);
                    tokio::time::sleep(AFTER_AN_ERROR).await;
                    continue;
                }
            };
            // What comes in meanwhile is taken in together: a commit for every few signals would cost the log every
            // second one of its own.
            if !full {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }

    /// Brings all projections up to where the log ends now.
    pub async fn catch_up(&self) -> Result<()> {
        let end = head(self.store.read()).await?;
        loop {
            let Round { full, failed } = self.round(|_| true).await?;
            if let Some((_, error)) = failed.into_iter().next() {
                return Err(error);
            }
            if !full && self.standing().await?.iter().all(|(cursor, _)| *cursor >= end) {
                return Ok(());
            }
        }
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

    /// Brings the chosen projections one batch further, or to the end of the log. Those that stand close together share
    /// one reading of it, and so all do that have not failed lately.
    async fn round(&self, chosen: impl Fn(&str) -> bool) -> Result<Round> {
        let mut waiting = self.standing().await?;
        waiting.retain(|(_, projection)| chosen(projection.name()));
        let mut round = Round { full: false, failed: Vec::new() };
        while let Some((lowest, _)) = waiting.first() {
            let signals = self.after(*lowest).await?;
            let Some((_, last)) = signals.last() else { break };
            round.full |= signals.len() as u64 == BATCH;
            let beyond = waiting.split_off(waiting.partition_point(|(cursor, _)| *cursor < last.seq));
            for (cursor, projection) in std::mem::replace(&mut waiting, beyond) {
                let news = &signals[signals.partition_point(|(_, signal)| signal.seq <= cursor)..];
                if let Err(error) = self.take_in(projection, cursor, news, last.seq).await {
                    round.failed.push((projection.name(), error));
                }
            }
        }
        Ok(round)
    }

    /// The projections with their cursors, the one furthest behind first.
    async fn standing(&self) -> Result<Vec<(i64, &dyn Projection)>> {
        let cursors: BTreeMap<_, _> = self.progress().await?.into_iter().map(|row| (row.name, row.seq)).collect();
        let cursor = |projection: &dyn Projection| cursors.get(projection.name()).copied().unwrap_or(0);
        let mut standing: Vec<_> =
            self.projections.iter().map(|projection| (cursor(&**projection), &**projection)).collect();
        standing.sort_by_key(|(cursor, _)| *cursor);
        Ok(standing)
    }

    /// At most a batch of signals after a sequence number, of all workspaces, in order.
    async fn after(&self, seq: i64) -> Result<Vec<(WorkspaceId, Signal)>> {
        let rows = signal::Entity::find()
            .filter(signal::Column::Seq.gt(seq))
            .order_by_asc(signal::Column::Seq)
            .limit(BATCH)
            .all(self.store.read())
            .await
            .map_err(failed)?;
        rows.into_iter().map(|row| Ok((WorkspaceId(row.workspace), Signal::try_from(row)?))).collect()
    }

    /// Has a projection take in what follows its cursor, which moves with it.
    async fn take_in(
        &self,
        projection: &dyn Projection,
        cursor: i64,
        signals: &[(WorkspaceId, Signal)],
        last: i64,
    ) -> Result<()> {
        // The cursor moves only from where it was read: of two nodes that took in the same batch, one is rolled back.
        let move_on = Query::update()
            .table("projection")
            .value("seq", last)
            .and_where(Expr::col("name").eq(projection.name()))
            .and_where(Expr::col("seq").eq(cursor))
            .take();
        let transaction = self.store.begin().await?;
        if transaction.execute(&move_on).await.map_err(failed)?.rows_affected() == 1 {
            projection.apply(&transaction, signals).await?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(())
    }
}

/// Says in the log of the server that a projection will be tried again. A database that is busy is nobody's fault.
fn report(projection: &'static str, error: &Error) {
    if error.kind == ErrorKind::Unavailable {
        tracing::warn!(projection, %error, "a projection waits for the database; trying again");
    } else {
        tracing::error!(projection, %error, "a projection failed; trying again");
    }
}

/// The day (UTC, since 1970) of a moment.
pub(crate) fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(Timestamp::DAY)
}
