//! What the things that this room keeps have in common.

use base::Result;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait,
    prelude::Uuid,
    sea_query::{Expr, Query},
};
use store::failed;
use team::Scope;

/// Deletes one thing by its id; whether it was there.
pub(crate) async fn delete(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    table: &'static str,
    id: Uuid,
) -> Result<bool> {
    let delete = Query::delete()
        .from_table(table)
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .and_where(Expr::col("id").eq(id))
        .take();
    Ok(transaction.execute(&delete).await.map_err(failed)?.rows_affected() == 1)
}
