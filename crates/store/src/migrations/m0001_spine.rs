//! The spine: workspaces and keys, the log, customers, imports.
//!
//! Every table carries `workspace`. Moments are microseconds UTC, money is ten-thousandths, JSON is text: both databases
//! then store and compare the same bytes.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // The one row whose lock serialises the commits of the log, on PostgreSQL too.
        // Of 64 bits, like the columns: a connection that restores a backup remembers this statement with its types.
        let values = [1_i64.into(), 0_i64.into()];
        let head = Query::insert().into_table("log_head").columns(["id", "seq"]).values_panic(values).take();
        manager.execute(head).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).take()).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // `customers` is the last customer number given out; it counts up under the log's lock.
        table(
            "workspace",
            vec![uuid("id"), text("name"), text("zone"), text("currency"), number("customers"), number("created_at")],
            &["id"],
        ),
        // Only the hash of a key is kept; `prefix` is what a person recognises it by.
        table(
            "api_key",
            vec![
                uuid("id"),
                uuid("workspace"),
                text("name"),
                text("prefix"),
                bytes("hash"),
                number("created_at"),
                number_null("revoked_at"),
            ],
            &["id"],
        ),
        table("log_head", vec![number("id"), number("seq")], &["id"]),
        table(
            "signal",
            vec![
                number("seq"),
                uuid("workspace"),
                uuid("id"),
                text("message_id"),
                number("occurred_at"),
                number("received_at"),
                number_null("customer"),
                text("kind"),
                text_null("channel"),
                text_null("touchpoint"),
                text_null("stage"),
                text_null("source"),
                text_null("scale"),
                real_null("score"),
                number_null("amount"),
                text_null("currency"),
                text_null("text"),
                text_null("language"),
                real_null("sentiment"),
                text_null("emotion"),
                text_null("risk"),
                text("properties"),
            ],
            &["seq"],
        ),
        // What the log has seen in the last seven days, kept when the signal itself moves to the lake: `key` and `body`
        // are hashes of the message id and of what it said.
        table("seen", vec![uuid("workspace"), bytes("key"), number("body"), number("seen_at")], &["workspace", "key"]),
        // How far the log has been moved to the lake and deleted here.
        table("pruned", vec![uuid("workspace"), number("seq")], &["workspace"]),
        // Every projection of the log and the last sequence number it has taken in.
        table("projection", vec![text("name"), number("seq")], &["name"]),
        // What became of everything that was received, by the day (UTC, days since 1970) it was received.
        table(
            "tally",
            vec![uuid("workspace"), number("day"), text("source"), text("outcome"), text("reason"), number("count")],
            &["workspace", "day", "source", "outcome", "reason"],
        ),
        // The latest refused items themselves, for whoever mends their sender.
        table(
            "refusal",
            vec![
                uuid("id"),
                uuid("workspace"),
                number("at"),
                text("source"),
                text("reason"),
                text("field"),
                text("message"),
                text("excerpt"),
            ],
            &["id"],
        ),
        // Signals by received day and kind: the projection that `harken doctor` holds against log and lake.
        table(
            "volume",
            vec![uuid("workspace"), number("day"), text("kind"), number("count")],
            &["workspace", "day", "kind"],
        ),
        // `own`: traits said of this number, each with its time. `traits`: of the whole merged customer, kept at the canonical one.
        // `changed`: counts up with every change, so that readers fetch what is new.
        table(
            "customer",
            vec![
                uuid("workspace"),
                number("id"),
                number("canonical"),
                text("own"),
                text("traits"),
                number("created_at"),
                number("changed"),
            ],
            &["workspace", "id"],
        ),
        table(
            "identity",
            vec![uuid("workspace"), text("kind"), text("value"), number("customer"), number("first_seen")],
            &["workspace", "kind", "value"],
        ),
        table(
            "merge",
            vec![
                uuid("id"),
                uuid("workspace"),
                number("customer"),
                number("into_customer"),
                text("reason"),
                text("evidence"),
                number("at"),
                number_null("undone_at"),
            ],
            &["id"],
        ),
        table(
            "import",
            vec![
                uuid("workspace"),
                text("fingerprint"),
                number("position"),
                number("logged"),
                number("duplicates"),
                number("refused"),
                ColumnDef::new("finished").boolean().not_null().take(),
                number("updated_at"),
            ],
            &["workspace", "fingerprint"],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("api_key", "api_key_hash", &["hash"]).unique().take(),
        index("signal", "signal_workspace_seq", &["workspace", "seq"]),
        index("seen", "seen_at", &["seen_at"]),
        index("refusal", "refusal_workspace_at", &["workspace", "at"]),
        index("customer", "customer_changed", &["workspace", "changed"]),
        index("customer", "customer_canonical", &["workspace", "canonical"]),
        index("identity", "identity_customer", &["workspace", "customer"]),
        index("merge", "merge_workspace_customer", &["workspace", "customer"]),
    ]
}
