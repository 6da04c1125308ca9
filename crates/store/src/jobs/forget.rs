//! Forgetting jobs that ended long ago, and ticks that no clock will come back to: a job itself.

use async_trait::async_trait;
use base::{Result, Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};

use super::{Claimed, Failure, Handler, Jobs, State};
use crate::failed;

/// Done jobs are kept for two weeks, dead ones for ninety days.
const KEEP: [(State, i64); 2] = [(State::Done, 14 * Timestamp::DAY), (State::Dead, 90 * Timestamp::DAY)];

/// Ticks are kept for ninety days, and the latest of each schedule for ever.
const KEEP_TICKS: i64 = 90 * Timestamp::DAY;

/// The handler of `forget_jobs`.
pub struct Forgetful(pub Jobs);

#[async_trait]
impl Handler for Forgetful {
    fn kind(&self) -> &'static str {
        "forget_jobs"
    }

    async fn run(&self, _: &Claimed) -> Result<(), Failure> {
        let forgotten = self.0.forget().await?;
        tracing::info!(forgotten, "jobs that ended long ago are forgotten");
        Ok(())
    }
}

impl Jobs {
    /// Forgets what ended long ago; answers how many jobs.
    pub async fn forget(&self) -> Result<u64> {
        let now = self.clock.now();
        let mut forgotten = 0;
        for (state, keep) in KEEP {
            // In slices, so that nobody waits long for SQLite's one writer.
            let slice = Query::select()
                .column("id")
                .from("job")
                .and_where(Expr::col("state").eq(state.name()))
                .and_where(Expr::col("ended_at").lt(now.plus(-keep).micros()))
                .limit(1_000)
                .take();
            loop {
                let delete =
                    Query::delete().from_table("job").and_where(Expr::col("id").in_subquery(slice.clone())).take();
                let transaction = self.store.begin().await?;
                let deleted = transaction.execute(&delete).await.map_err(failed)?.rows_affected();
                transaction.commit().await.map_err(failed)?;
                forgotten += deleted;
                if deleted == 0 {
                    break;
                }
            }
        }
        self.forget_ticks(now).await?;
        Ok(forgotten)
    }

    async fn forget_ticks(&self, now: Timestamp) -> Result<()> {
        let later = Query::select()
            .expr(Expr::val(1))
            .from_as("tick", "later")
            .and_where(Expr::col(("later", "workspace")).equals(("tick", "workspace")))
            .and_where(Expr::col(("later", "schedule")).equals(("tick", "schedule")))
            .and_where(Expr::col(("later", "at")).gt(Expr::col(("tick", "at"))))
            .and_where(Expr::col(("later", "at")).lte(now.micros()))
            .take();
        let delete = Query::delete()
            .from_table("tick")
            .and_where(Expr::col("at").lt(now.plus(-KEEP_TICKS).micros()))
            .and_where(Expr::exists(later))
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&delete).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}
