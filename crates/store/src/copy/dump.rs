//! Reading a whole database in one snapshot, while it is in use.

use base::{Error, Result};
use futures::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query},
};
use serde_json::Value as Json;

use super::{Column, Holds, Table, unknown_type};
use crate::{Engine, Store, failed, migrations};

/// A database at one moment. Whoever writes meanwhile is not kept from it, and is not seen.
pub struct Dump {
    snapshot: DatabaseTransaction,
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// The steps by which the tables came to be as they are.
    pub steps: Vec<String>,
}

/// The table that says which steps were taken: a restored database writes it itself.
const STEPS: &str = "seaql_migrations";

#[derive(FromQueryResult)]
struct Found {
    name: String,
    kind: String,
}

impl Store {
    /// Begins to read everything as it is now.
    pub async fn dump(&self) -> Result<Dump> {
        let snapshot = self.snapshot().await?;
        // SQLite takes its view with the first read: this one.
        let steps = migrations::taken(&snapshot).await?;
        let mut tables = Vec::new();
        for name in names(&snapshot, self.engine()).await? {
            let mut columns = Vec::new();
            for found in columns_of(&snapshot, self.engine(), &name).await? {
                let holds = Holds::named(&found.kind).ok_or_else(|| unknown_type(&name, &found.name, &found.kind))?;
                columns.push(Column { name: found.name, holds });
            }
            tables.push(Table { name, columns });
        }
        Ok(Dump { snapshot, tables, steps })
    }
}

impl Dump {
    /// For further questions about the same moment.
    pub fn snapshot(&self) -> &DatabaseTransaction {
        &self.snapshot
    }

    /// Hands out every row of a table as its values in the order of its columns; answers how many.
    pub async fn rows(&self, table: &Table, mut take: impl FnMut(Vec<Json>) -> Result<()>) -> Result<u64> {
        let select = Query::select()
            .columns(table.columns.iter().map(|column| column.name.clone()))
            .from(table.name.clone())
            .take();
        let statement = self.snapshot.get_database_backend().build(&select);
        let mut rows = sea_orm::StreamTrait::stream_raw(&self.snapshot, statement).await.map_err(failed)?;
        let mut count = 0;
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            let values = table.columns.iter().enumerate().map(|(index, column)| column.holds.read(&row, index));
            take(values.collect::<Result<_>>()?)?;
            count += 1;
        }
        Ok(count)
    }
}

/// The names of all tables that hold something of ours.
pub(crate) async fn names(snapshot: &DatabaseTransaction, engine: Engine) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Named {
        name: String,
    }
    let select = match engine {
        Engine::Sqlite => Query::select()
            .column("name")
            .from("sqlite_master")
            .and_where(Expr::col("type").eq("table"))
            .and_where(Expr::col("name").not_like("sqlite_%"))
            .order_by("name", Order::Asc)
            .take(),
        Engine::Postgres => Query::select()
            .expr_as(Expr::cust("table_name::text"), "name")
            .from(("information_schema", "tables"))
            .and_where(Expr::cust("table_schema = current_schema()"))
            .and_where(Expr::cust("table_type = 'BASE TABLE'"))
            .order_by("name", Order::Asc)
            .take(),
    };
    let statement = snapshot.get_database_backend().build(&select);
    let found = Named::find_by_statement(statement).all(snapshot).await.map_err(failed)?;
    let mut names: Vec<String> = found.into_iter().map(|found| found.name).filter(|name| name != STEPS).collect();
    names.sort_unstable();
    Ok(names)
}

/// A table's columns and what the engine calls their types.
async fn columns_of(snapshot: &DatabaseTransaction, engine: Engine, table: &str) -> Result<Vec<Found>> {
    let select = match engine {
        Engine::Sqlite => Query::select()
            .column("name")
            .expr_as(Expr::col("type"), "kind")
            .from_function(sea_orm::sea_query::Func::cust("pragma_table_info").arg(table), "columns")
            .order_by("cid", Order::Asc)
            .take(),
        Engine::Postgres => Query::select()
            .expr_as(Expr::cust("column_name::text"), "name")
            .expr_as(Expr::cust("data_type::text"), "kind")
            .from(("information_schema", "columns"))
            .and_where(Expr::cust("table_schema = current_schema()"))
            .and_where(Expr::col("table_name").eq(table))
            .order_by("ordinal_position", Order::Asc)
            .take(),
    };
    let statement = snapshot.get_database_backend().build(&select);
    let columns = Found::find_by_statement(statement).all(snapshot).await.map_err(failed)?;
    if columns.is_empty() { Err(Error::internal(format!("the table {table} has no columns"))) } else { Ok(columns) }
}
