//! Small helpers of this room's queries.

use base::{Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query, SelectStatement},
};
use store::failed;

/// All rows of a query.
pub(crate) async fn all<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    select: &SelectStatement,
) -> Result<Vec<T>> {
    let statement = connection.get_database_backend().build(select);
    T::find_by_statement(statement).all(connection).await.map_err(failed)
}

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
