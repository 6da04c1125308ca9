//! Small helpers of what this room keeps in the relational store.

use base::{Error, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use store::failed;
use team::Scope;

/// All rows of a query.
pub(crate) async fn all<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    select: &SelectStatement,
) -> Result<Vec<T>> {
    T::find_by_statement(connection.get_database_backend().build(select)).all(connection).await.map_err(failed)
}

/// Refuses what would be one more than a workspace may have of a thing, while nobody else adds one.
pub(crate) async fn has_room(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    table: &'static str,
    most: i64,
) -> Result<()> {
    let lock = Query::select()
        .column("id")
        .from("workspace")
        .and_where(Expr::col("id").eq(scope.workspace().0))
        .lock_exclusive()
        .take();
    transaction.query_one(&lock).await.map_err(failed)?;
    let count = Query::select()
        .expr_as(Expr::col("id").count(), "count")
        .from(table)
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .take();
    let count = transaction.query_one(&count).await.map_err(failed)?;
    let count: i64 = count.map_or(Ok(0), |row| row.try_get("", "count")).map_err(failed)?;
    match count < most {
        true => Ok(()),
        false => {
            Err(Error::conflict(format!("a workspace has at most {most} {table}s; delete one that is not needed")))
        }
    }
}

/// A fresh UUIDv7.
pub(crate) fn id_at(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}
