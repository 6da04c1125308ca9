//! Mail: the outbox, which is the log of what was sent, too.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mail()).await?;
        manager.create_index(index("mail", "mail_workspace", &["workspace", "id"])).await?;
        manager.create_index(index("mail", "mail_ended", &["ended_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mail").take()).await
    }
}

/// `workspace` is null for mail about a person's own account. `text` and `html` are emptied when the mail is delivered.
fn mail() -> TableCreateStatement {
    table(
        "mail",
        vec![
            uuid("id"),
            ColumnDef::new("workspace").uuid().take(),
            text("recipient"),
            text("template"),
            text("subject"),
            text("text"),
            text("html"),
            text_null("unsubscribe"),
            text_null("message_id"),
            text("state"),
            number("attempts"),
            text_null("error"),
            number("created_at"),
            number_null("ended_at"),
        ],
        &["id"],
    )
}
