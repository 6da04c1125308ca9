//! Many rows or values at once, in statements of a few fixed sizes: the database parses each text once and keeps it
//! prepared.

use base::{Error, Result};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, Statement,
    sea_query::{Expr, InsertStatement, Value},
};
use std::sync::OnceLock;

use crate::failed;

/// How many values one list, or rows one insert, holds.
const SIZES: [usize; 5] = [1, 4, 16, 64, 256];
const LARGEST: usize = 256;

/// Values in lists of a few fixed lengths, for `in (…)`; the last list is filled up with its last value.
pub fn lists<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let values: Vec<T> = values.into_iter().collect();
    let filled = |chunk: &[T]| {
        let mut list = chunk.to_vec();
        let length = SIZES.into_iter().find(|length| *length >= chunk.len()).unwrap_or(LARGEST);
        if let Some(last) = chunk.last() {
            list.resize(length, last.clone());
        }
        list
    };
    values.chunks(LARGEST).map(filled).collect()
}

/// An insert into one table, whose text is written once for each size: writing it costs more than running it.
pub struct Insert {
    columns: usize,
    empty: fn() -> InsertStatement,
    sqlite: OnceLock<[String; SIZES.len()]>,
    postgres: OnceLock<[String; SIZES.len()]>,
}

impl Insert {
    /// `empty` names the table, its `columns` and what to do on conflict; it has no rows.
    pub const fn new(columns: usize, empty: fn() -> InsertStatement) -> Self {
        Self { columns, empty, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// Inserts rows, their values one after the other in the order of the columns.
    pub async fn run(&self, transaction: &DatabaseTransaction, values: Vec<Value>) -> Result<()> {
        let engine = transaction.get_database_backend();
        let texts = match engine {
            DbBackend::Postgres => &self.postgres,
            _ => &self.sqlite,
        };
        let texts = texts.get_or_init(|| SIZES.map(|rows| self.text(engine, rows)));
        if !values.len().is_multiple_of(self.columns) {
            return Err(Error::internal("a row has another number of values than its table has columns"));
        }
        let mut left = values.len() / self.columns;
        let mut values = values.into_iter();
        for (size, text) in SIZES.iter().zip(texts).rev() {
            while left >= *size {
                let rows = values.by_ref().take(size * self.columns);
                let insert = Statement::from_sql_and_values(engine, text.as_str(), rows);
                transaction.execute_raw(insert).await.map_err(failed)?;
                left -= size;
            }
        }
        Ok(())
    }

    fn text(&self, engine: DbBackend, rows: usize) -> String {
        let mut insert = (self.empty)();
        for _ in 0..rows {
            // Only the places count; values are bound to them when it runs.
            insert.values_panic((0..self.columns).map(|_| Expr::val(Option::<i64>::None)));
        }
        engine.build(&insert).sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sea_query::Query;

    #[test]
    fn lists_have_few_lengths_and_hold_every_value() {
        let lists = lists(0..300);
        assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [256, 64]);
        assert_eq!(lists[1][43..], [299; 21]);
        assert!(super::lists(Vec::<i64>::new()).is_empty());
    }

    #[test]
    fn an_insert_has_a_place_for_every_value_of_every_row() {
        let insert = Insert::new(2, || Query::insert().into_table("seen").columns(["key", "body"]).take());
        assert_eq!(insert.text(DbBackend::Sqlite, 2), r#"INSERT INTO "seen" ("key", "body") VALUES (?, ?), (?, ?)"#);
        assert_eq!(insert.text(DbBackend::Postgres, 1), r#"INSERT INTO "seen" ("key", "body") VALUES ($1, $2)"#);
    }
}
