//! Reading rows.

use base::Result;
use sea_orm::{ConnectionTrait, FromQueryResult, sea_query::SelectStatement};

use crate::failed;

/// All rows of a query.
pub async fn all<T: FromQueryResult>(connection: &impl ConnectionTrait, select: &SelectStatement) -> Result<Vec<T>> {
    let statement = connection.get_database_backend().build(select);
    T::find_by_statement(statement).all(connection).await.map_err(failed)
}
