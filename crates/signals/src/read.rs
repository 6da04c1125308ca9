//! Reading the log in order, and pruning what has safely moved to the lake.

use base::{Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Expr, OnConflict, Query},
};
use store::failed;
use team::Scope;

use crate::{Signal, Signals, Stored, row::signal};

/// What the log holds after a place in it.
#[derive(Debug)]
pub enum Tail {
    /// All of it, in order.
    Signals(Vec<Stored>),
    /// Some of it has moved to the lake meanwhile: take a newer snapshot of the lake and ask again.
    Pruned,
}

impl Signals {
    /// At most `limit` signals after a sequence number, in order.
    pub async fn after(&self, scope: &Scope, seq: i64, limit: usize) -> Result<Vec<Signal>> {
        self.stored_after(scope, seq, limit).await?.into_iter().map(Signal::try_from).collect()
    }

    /// The same as the log keeps them.
    pub async fn stored_after(&self, scope: &Scope, seq: i64, limit: usize) -> Result<Vec<Stored>> {
        let rows = rows_after(scope, seq).limit(u64::try_from(limit).unwrap_or(u64::MAX)).all(self.store.read()).await;
        Ok(rows.map_err(failed)?.into_iter().map(Stored::from).collect())
    }

    /// Everything after a sequence number, read in one snapshot of the database together with how far it was pruned.
    pub async fn tail(&self, scope: &Scope, after: i64) -> Result<Tail> {
        let snapshot = self.store.snapshot().await?;
        let pruned = pruned(&snapshot, scope).await?;
        let rows =
            if pruned > after { Vec::new() } else { rows_after(scope, after).all(&snapshot).await.map_err(failed)? };
        snapshot.commit().await.map_err(failed)?;
        if pruned > after {
            return Ok(Tail::Pruned);
        }
        Ok(Tail::Signals(rows.into_iter().map(Stored::from).collect()))
    }

    /// The last sequence number given out, in any workspace.
    pub async fn head(&self) -> Result<i64> {
        head(self.store.read()).await
    }

    /// The last sequence number given out, in any workspace, as a snapshot of the database has it.
    pub async fn head_in(&self, snapshot: &DatabaseTransaction) -> Result<i64> {
        head(snapshot).await
    }

    /// How far each workspace's log was pruned, as a snapshot of the database has it: whatever it lacks up to there is in
    /// the lake.
    pub async fn pruned_in(&self, snapshot: &DatabaseTransaction) -> Result<Vec<(WorkspaceId, i64)>> {
        #[derive(FromQueryResult)]
        struct Row {
            workspace: Uuid,
            seq: i64,
        }
        let select = Query::select().columns(["workspace", "seq"]).from("pruned").take();
        let rows = Row::find_by_statement(snapshot.get_database_backend().build(&select)).all(snapshot).await;
        Ok(rows.map_err(failed)?.into_iter().map(|row| (WorkspaceId(row.workspace), row.seq)).collect())
    }

    /// How far this workspace's log was pruned: whatever it lacks up to there is in the lake.
    pub async fn pruned(&self, scope: &Scope) -> Result<i64> {
        pruned(self.store.read(), scope).await
    }

    /// How many signals the log itself holds.
    pub async fn held(&self, scope: &Scope) -> Result<u64> {
        signal::Entity::find()
            .filter(signal::Column::Workspace.eq(scope.workspace().0))
            .count(self.store.read())
            .await
            .map_err(failed)
    }

    /// How many of them come after a sequence number: where the lake ends, those that are in the log alone.
    pub async fn held_after(&self, scope: &Scope, seq: i64) -> Result<u64> {
        rows_after(scope, seq).count(self.store.read()).await.map_err(failed)
    }

    /// Deletes signals up to a sequence number, which must be durable in the lake, and remembers that it did.
    ///
    /// What a projection has not yet taken in stays. Answers how many were deleted.
    pub async fn prune(&self, scope: &Scope, up_to: i64) -> Result<u64> {
        let behind = Query::select().expr_as(Expr::col("seq").min(), "seq").from("projection").take();
        let up_to = one(self.store.read(), &behind).await?.map_or(up_to, |slowest| Ord::min(slowest, up_to));
        let workspace = scope.workspace().0;
        let mut deleted = 0;
        loop {
            let slice_end = Query::select()
                .column("seq")
                .from("signal")
                .and_where(Expr::col("workspace").eq(workspace))
                .and_where(Expr::col("seq").lte(up_to))
                .order_by("seq", sea_orm::Order::Asc)
                .offset(SLICE - 1)
                .limit(1)
                .take();
            let until = one(self.store.read(), &slice_end).await?.unwrap_or(up_to);
            let delete = Query::delete()
                .from_table("signal")
                .and_where(Expr::col("workspace").eq(workspace))
                .and_where(Expr::col("seq").lte(until))
                .take();
            // Never backwards, whoever prunes beside us.
            let further = Expr::col(("pruned", "seq")).lt(until);
            let mark = Query::insert()
                .into_table("pruned")
                .columns(["workspace", "seq"])
                .values_panic([workspace.into(), until.into()])
                .on_conflict(OnConflict::column("workspace").update_column("seq").action_and_where(further).to_owned())
                .take();
            let transaction = self.store.begin().await?;
            transaction.execute(&mark).await.map_err(failed)?;
            deleted += transaction.execute(&delete).await.map_err(failed)?.rows_affected();
            transaction.commit().await.map_err(failed)?;
            if until == up_to {
                return Ok(deleted);
            }
        }
    }
}

/// Rows deleted in one transaction: a few milliseconds' work, after which the commits that wait come first.
const SLICE: u64 = 1_000;

fn rows_after(scope: &Scope, seq: i64) -> Select<signal::Entity> {
    signal::Entity::find()
        .filter(signal::Column::Workspace.eq(scope.workspace().0))
        .filter(signal::Column::Seq.gt(seq))
        .order_by_asc(signal::Column::Seq)
}

/// The last sequence number given out.
pub(crate) async fn head(connection: &impl ConnectionTrait) -> Result<i64> {
    let select = Query::select().column("seq").from("log_head").take();
    Ok(one(connection, &select).await?.unwrap_or(0))
}

async fn pruned(connection: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    let select =
        Query::select().column("seq").from("pruned").and_where(Expr::col("workspace").eq(scope.workspace().0)).take();
    Ok(one(connection, &select).await?.unwrap_or(0))
}

async fn one(connection: &impl ConnectionTrait, select: &sea_orm::sea_query::SelectStatement) -> Result<Option<i64>> {
    #[derive(FromQueryResult)]
    struct Nullable {
        seq: Option<i64>,
    }
    let row = Nullable::find_by_statement(connection.get_database_backend().build(select))
        .one(connection)
        .await
        .map_err(failed)?;
    Ok(row.and_then(|row| row.seq))
}
