//! Webhooks: endpoints, what is delivered to them, and every attempt.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [webhook(), delivery(), attempt()] {
            manager.create_table(table).await?;
        }
        let columns = ["workspace", "webhook", "id"];
        manager.create_index(index("webhook_delivery", "webhook_delivery_webhook", &columns)).await?;
        manager.create_index(index("webhook_delivery", "webhook_delivery_ended", &["ended_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhook_attempt", "webhook_delivery", "webhook"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

/// `secret` and `old_secret` are sealed by the vault. `kinds` is a JSON list, `filter` the text form.
fn webhook() -> TableCreateStatement {
    table(
        "webhook",
        vec![
            uuid("workspace"),
            uuid("id"),
            text("url"),
            text("description"),
            text("kinds"),
            text_null("filter"),
            ColumnDef::new("thin").boolean().not_null().take(),
            text("state"),
            text_null("disabled_because"),
            number_null("failing_since"),
            ColumnDef::new("secret").blob().not_null().take(),
            ColumnDef::new("old_secret").blob().take(),
            number_null("old_until"),
            number("created_at"),
        ],
        &["workspace", "id"],
    )
}

/// `body` is the message as it is signed and sent. `signal` is null for a test.
fn delivery() -> TableCreateStatement {
    table(
        "webhook_delivery",
        vec![
            uuid("workspace"),
            uuid("id"),
            uuid("webhook"),
            text("kind"),
            ColumnDef::new("signal").uuid().take(),
            text("body"),
            text("state"),
            number("attempts"),
            number("created_at"),
            number_null("ended_at"),
        ],
        &["workspace", "id"],
    )
}

fn attempt() -> TableCreateStatement {
    table(
        "webhook_attempt",
        vec![
            uuid("workspace"),
            uuid("delivery"),
            number("number"),
            number("at"),
            number("took_ms"),
            number_null("status"),
            text_null("error"),
            text_null("excerpt"),
        ],
        &["workspace", "delivery", "number"],
    )
}
