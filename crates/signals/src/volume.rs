//! Volume: how many signals of each kind were received on each day; what `harken doctor` holds against log and lake.

use base::{Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Alias, Expr, OnConflict, Query},
};
use std::collections::BTreeMap;
use store::failed;
use team::Scope;

use crate::{Projection, Signal, Signals, projection::day};

/// The projection.
pub struct Volume;

#[async_trait::async_trait]
impl Projection for Volume {
    fn name(&self) -> &'static str {
        "volume"
    }

    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        let mut counts: BTreeMap<_, i64> = BTreeMap::new();
        for (workspace, signal) in signals {
            *counts.entry((workspace.0, day(signal.received_at), &*signal.kind)).or_insert(0) += 1;
        }
        for ((workspace, day, kind), count) in counts {
            let add = Query::insert()
                .into_table("volume")
                .columns(["workspace", "day", "kind", "count"])
                .values_panic([workspace.into(), day.into(), kind.into(), count.into()])
                .on_conflict(
                    OnConflict::columns(["workspace", "day", "kind"])
                        .value("count", Expr::col(("volume", "count")).add(count))
                        .to_owned(),
                )
                .take();
            transaction.execute(&add).await.map_err(failed)?;
        }
        Ok(())
    }
}

impl Signals {
    /// How many signals the projection has counted.
    pub async fn volume(&self, scope: &Scope) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Sum {
            count: Option<i64>,
        }
        // A sum of bigints is a decimal on PostgreSQL.
        let sum = Expr::col("count").sum().cast_as(Alias::new("bigint"));
        let select = Query::select()
            .expr_as(sum, "count")
            .from("volume")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .take();
        let reader = self.store.read();
        let row =
            Sum::find_by_statement(reader.get_database_backend().build(&select)).one(reader).await.map_err(failed)?;
        Ok(row.and_then(|row| row.count).and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }
}
