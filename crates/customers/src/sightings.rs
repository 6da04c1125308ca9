//! When each customer number was heard from first and last: a projection of the log.

use base::{Result, WorkspaceId};
use sea_orm::{
    DatabaseTransaction, ExprTrait,
    sea_query::{CaseStatement, Cond, Expr, OnConflict, Query},
};
use signals::{Projection, Signal};
use std::collections::BTreeMap;
use store::Insert;

/// The projection. It counts by the moment at which things happened, so imports of the past are no news.
pub struct Sightings;

#[async_trait::async_trait]
impl Projection for Sightings {
    fn name(&self) -> &'static str {
        "sightings"
    }

    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        let mut seen: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for (workspace, signal) in signals {
            let Some(customer) = signal.customer else { continue };
            let at = signal.occurred_at.micros();
            let (first, last) = seen.entry((workspace.0, customer.0)).or_insert((at, at));
            (*first, *last) = (Ord::min(at, *first), Ord::max(at, *last));
        }
        static SIGHTING: Insert = Insert::new(4, || {
            let (old, new) = (|name| Expr::col(("sighting", name)), |name| Expr::col(("excluded", name)));
            let either = |first: Expr, name| CaseStatement::new().case(first, new(name)).finally(old(name));
            let (earlier, later) = (new("first_at").lt(old("first_at")), new("last_at").gt(old("last_at")));
            Query::insert()
                .into_table("sighting")
                .columns(["workspace", "customer", "first_at", "last_at"])
                .on_conflict(
                    OnConflict::columns(["workspace", "customer"])
                        .value("first_at", either(earlier.clone(), "first_at"))
                        .value("last_at", either(later.clone(), "last_at"))
                        .action_cond_where(Cond::any().add(earlier).add(later))
                        .to_owned(),
                )
                .take()
        });
        let values = seen.into_iter().flat_map(|((workspace, customer), (first, last))| -> [sea_orm::Value; 4] {
            [workspace.into(), customer.into(), first.into(), last.into()]
        });
        SIGHTING.run(transaction, values.collect()).await
    }
}
