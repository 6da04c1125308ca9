//! Filling an empty database with the rows of another, of either engine.

use base::{Error, Result};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Expr, Query},
};
use serde_json::Value as Json;

use super::Table;
use crate::{Store, failed, migrations};

/// A database that is being filled. Nothing of it is there before `commit`.
pub struct Fill {
    transaction: DatabaseTransaction,
}

/// Values in one insert; SQLite takes 32,766.
const VALUES: usize = 8_000;

impl Store {
    /// Begins to fill this database, which must be empty, with tables as they are after `steps`.
    pub async fn fill(&self, steps: &[String]) -> Result<Fill> {
        let transaction = self.begin().await?;
        migrations::begin_at(&transaction, steps).await?;
        Ok(Fill { transaction })
    }
}

impl Fill {
    /// Writes a table's rows. What the steps themselves have written there gives way.
    pub async fn table(&self, table: &Table, rows: impl Iterator<Item = Result<Vec<Json>>>) -> Result<u64> {
        let filled = self.write(table, rows).await;
        filled.map_err(|error| error.context(format!("cannot fill the table {}", table.name)))
    }

    async fn write(&self, table: &Table, rows: impl Iterator<Item = Result<Vec<Json>>>) -> Result<u64> {
        // Not without need: a log that can only grow refuses even to delete nothing.
        let any = Query::select().expr(Expr::val(1)).from(table.name.clone()).limit(1).take();
        if self.transaction.query_one(&any).await.map_err(failed)?.is_some() {
            let clear = Query::delete().from_table(table.name.clone()).take();
            self.transaction.execute(&clear).await.map_err(failed)?;
        }
        let empty = Query::insert()
            .into_table(table.name.clone())
            .columns(table.columns.iter().map(|column| column.name.clone()))
            .take();
        let most = VALUES / table.columns.len().max(1);
        let (mut insert, mut held, mut count) = (empty.clone(), 0, 0);
        for row in rows {
            insert.values_panic(expressions(table, &row?)?);
            held += 1;
            count += 1;
            if held == most {
                self.transaction.execute(&insert).await.map_err(failed)?;
                (insert, held) = (empty.clone(), 0);
            }
        }
        if held > 0 {
            self.transaction.execute(&insert).await.map_err(failed)?;
        }
        Ok(count)
    }

    /// Takes the steps that have come since, and makes it all real.
    pub async fn commit(self) -> Result<()> {
        migrations::run(&self.transaction).await?;
        self.transaction.commit().await.map_err(failed)
    }
}

/// A row's values, as many as the table has columns.
fn expressions(table: &Table, row: &[Json]) -> Result<Vec<Expr>> {
    let wrong = || Error::invalid(format!("a row of the table {} cannot be read", table.name));
    if row.len() != table.columns.len() {
        return Err(wrong());
    }
    let values = table.columns.iter().zip(row);
    values.map(|(column, value)| column.holds.write(value).map(Expr::val).ok_or_else(wrong)).collect()
}
