//! The lock that whoever changes a customer holds.

use base::{Result, WorkspaceId};
use sea_orm::{
    DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query},
};
use store::all;

/// Locks a workspace's customers until the transaction ends and answers the last number given out.
///
/// Whoever changes a customer holds this lock, so `changed` becomes visible in the order of its values. On SQLite there
/// is only one writer anyway.
pub(crate) async fn lock(transaction: &DatabaseTransaction, workspace: WorkspaceId) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Counter {
        customers: i64,
    }
    let select = Query::select()
        .column("customers")
        .from("workspace")
        .and_where(Expr::col("id").eq(workspace.0))
        .lock_exclusive()
        .take();
    let counter: Vec<Counter> = all(transaction, &select).await?;
    counter.first().map(|counter| counter.customers).ok_or_else(|| base::Error::not_found("workspace"))
}
