//! Small helpers of this room's queries: statements of few fixed shapes, so that the database parses each once.

use base::{Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Expr, InsertStatement, Query, SelectStatement},
};
use store::failed;

/// How many values one list, or rows one insert, holds.
const LENGTHS: [usize; 4] = [1, 8, 64, 256];
const LONGEST: usize = 256;

/// Values in lists of a few fixed lengths; the last list is filled up with its last value.
pub(crate) fn lists<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let values: Vec<T> = values.into_iter().collect();
    let filled = |chunk: &[T]| {
        let mut list = chunk.to_vec();
        let length = LENGTHS.into_iter().find(|length| *length >= chunk.len()).unwrap_or(LONGEST);
        if let Some(last) = chunk.last() {
            list.resize(length, last.clone());
        }
        list
    };
    values.chunks(LONGEST).map(filled).collect()
}

/// Rows in slices of a few fixed lengths, so many that none has to be filled up.
pub(crate) fn slices<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = LENGTHS.into_iter().rev().find(|length| *length <= rows.len())?;
        let (slice, rest) = rows.split_at(length);
        rows = rest;
        Some(slice)
    })
}

/// All rows of a query.
pub(crate) async fn all<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    select: &SelectStatement,
) -> Result<Vec<T>> {
    let statement = connection.get_database_backend().build(select);
    T::find_by_statement(statement).all(connection).await.map_err(failed)
}

/// Inserts rows that `values` spells out, a slice at a time.
pub(crate) async fn insert<T>(
    transaction: &DatabaseTransaction,
    empty: &InsertStatement,
    rows: &[T],
    values: impl Fn(&T) -> Vec<Expr>,
) -> Result<()> {
    for slice in slices(rows) {
        let mut insert = empty.clone();
        for row in slice {
            insert.values_panic(values(row));
        }
        transaction.execute(&insert).await.map_err(failed)?;
    }
    Ok(())
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
