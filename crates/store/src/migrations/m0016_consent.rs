//! Consent: what customers may be contacted about, what they have said about it, and whom somebody contacted when.

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
        manager.create_index(index("consent", "consent_customer", &["workspace", "customer", "seq"])).await?;
        manager.create_index(index("contact", "contact_customer", &["workspace", "customer", "at"])).await?;
        manager.create_index(index("contact", "contact_at", &["at"])).await
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
        // `id` is the name that senders use, `channels` a JSON list.
        table(
            "topic",
            vec![
                uuid("workspace"),
                text("id"),
                text("name"),
                text("description"),
                text("channels"),
                text("basis"),
                number("created_at"),
            ],
            &["workspace", "id"],
        ),
        // `rules` is JSON; without a row there are none.
        table("contact_rules", vec![uuid("workspace"), text("rules")], &["workspace"]),
        // One entry has a row under each number that the customer had when it was made; `said_as` is the one that it was
        // made for. Without a topic it is about all, without a channel about every one. Rows are added and never changed.
        table(
            "consent",
            vec![
                uuid("workspace"),
                number("seq"),
                number("customer"),
                number("said_as"),
                text_null("topic"),
                text_null("channel"),
                text("act"),
                number("at"),
                number("recorded_at"),
                text("actor"),
                text("source"),
                text_null("wording"),
                text_null("note"),
            ],
            &["workspace", "seq", "customer"],
        ),
        // What was allowed and counts in the budget, under the number that was asked for.
        table(
            "contact",
            vec![uuid("workspace"), uuid("id"), number("customer"), text("topic"), text("channel"), number("at")],
            &["workspace", "id"],
        ),
    ]
}
