//! The lock that whoever changes a customer holds, and the numbers that one has.

use base::{CustomerId, Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query, SelectStatement},
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

/// All numbers of a customer who has this one.
pub(crate) fn numbers_of(workspace: WorkspaceId, customer: CustomerId) -> SelectStatement {
    let canonical = Query::select()
        .column("canonical")
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("id").eq(customer.0))
        .take();
    Query::select()
        .column("id")
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("canonical").in_subquery(canonical))
        .take()
}

/// All numbers of a customer who has this one, the canonical one first; none where nobody has it.
pub(crate) async fn numbers(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Vec<i64>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let select = numbers_of(workspace, customer).order_by("id", Order::Asc).take();
    Ok(all::<Row>(connection, &select).await?.into_iter().map(|row| row.id).collect())
}
