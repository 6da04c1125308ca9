//! How much of a thing a workspace may have.

use base::{Error, Result};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait,
    sea_query::{Expr, Query},
};
use store::failed;

use crate::{Scope, members};

/// Lets nobody else change what this workspace keeps until the transaction ends, so that what was looked at still holds when
/// it is written. On SQLite there is only one writer anyway.
pub async fn alone(transaction: &DatabaseTransaction, scope: &Scope) -> Result<()> {
    members::store::lock(transaction, scope.workspace()).await
}

/// Refuses what would be one more than a workspace may have of a thing, while nobody else adds one. `table` is the thing's name,
/// too.
pub async fn has_room(transaction: &DatabaseTransaction, scope: &Scope, table: &'static str, most: i64) -> Result<()> {
    alone(transaction, scope).await?;
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
