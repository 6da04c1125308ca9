//! The list of customers: when each was heard from, and the names and identities that a search begins with.

use sea_orm_migration::{
    async_trait,
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, FromQueryResult},
};
use serde_json::{Map, Value as Json};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // By customer number, not by canonical one: a merge, and its undoing, change nothing here.
        let sighting = table(
            "sighting",
            vec![uuid("workspace"), number("customer"), number("first_at"), number("last_at")],
            &["workspace", "customer"],
        );
        // Each name of a customer from each of its words on: `ana souza` and `souza`.
        let name = table(
            "customer_name",
            vec![uuid("workspace"), text("name"), number("customer")],
            &["workspace", "name", "customer"],
        );
        manager.create_table(sighting).await?;
        manager.create_table(name).await?;
        manager.create_index(index("sighting", "sighting_first", &["workspace", "first_at", "customer"])).await?;
        manager.create_index(index("sighting", "sighting_last", &["workspace", "last_at", "customer"])).await?;
        let connection = manager.get_connection();
        // What begins with some text is a range of bytes, which is not the usual order of PostgreSQL. SQLite's is, and the
        // key of `customer_name` serves it already.
        let indexes: &[&str] = match connection.get_database_backend() {
            DbBackend::Postgres => &[
                "create index identity_value on identity (workspace, value collate \"C\")",
                "create index customer_name_start on customer_name (workspace, name collate \"C\")",
            ],
            _ => &["create index identity_value on identity (workspace, value)"],
        };
        for index in indexes {
            connection.execute_unprepared(index).await?;
        }
        // Whoever is known already was last heard from when nobody kept that; the day they were first received is the best
        // there is.
        connection
            .execute_unprepared(
                "insert into sighting (workspace, customer, first_at, last_at) \
                 select workspace, id, created_at, created_at from customer",
            )
            .await?;
        name_known_customers(connection).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("identity_value").table("identity").to_owned()).await?;
        for table in ["customer_name", "sighting"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

/// Writes down the names of the customers that are known already.
async fn name_known_customers(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        workspace: uuid::Uuid,
        id: i64,
        traits: String,
    }
    const PAGE: u64 = 10_000;
    let mut place: Option<(uuid::Uuid, i64)> = None;
    loop {
        let mut select = Query::select()
            .columns(["workspace", "id", "traits"])
            .from("customer")
            .and_where(Expr::col("traits").ne("{}"))
            .order_by("workspace", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(PAGE)
            .take();
        if let Some((workspace, id)) = place {
            let key = Expr::tuple([Expr::col("workspace"), Expr::col("id")]);
            select.and_where(key.gt(Expr::tuple([workspace.into(), id.into()])));
        }
        let rows = Row::find_by_statement(connection.get_database_backend().build(&select)).all(connection).await?;
        let last = (rows.len() as u64) < PAGE;
        for row in rows {
            place = Some((row.workspace, row.id));
            let traits: Map<String, Json> = serde_json::from_str(&row.traits).unwrap_or_default();
            for name in names(&traits) {
                let insert = Query::insert()
                    .into_table("customer_name")
                    .columns(["workspace", "name", "customer"])
                    .values_panic([row.workspace.into(), name.into(), row.id.into()])
                    .on_conflict(OnConflict::new().do_nothing().to_owned())
                    .take();
                connection.execute(&insert).await?;
            }
        }
        if last {
            return Ok(());
        }
    }
}

/// As `customers` made them when this step was written.
fn names(traits: &Map<String, Json>) -> Vec<String> {
    let text = |name: &str| traits.get(name).and_then(Json::as_str).unwrap_or_default();
    let mut names = Vec::new();
    for whole in [text("name").to_owned(), format!("{} {}", text("first_name"), text("last_name"))] {
        let words: Vec<String> = whole.split_whitespace().take(6).map(str::to_lowercase).collect();
        names.extend((0..words.len()).map(|from| words[from..].join(" ").chars().take(100).collect::<String>()));
    }
    names.sort_unstable();
    names.dedup();
    names
}
