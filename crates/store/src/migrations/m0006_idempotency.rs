//! Requests that carry an idempotency key, and what they were answered.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `fingerprint` is a hash of the request. `status` is null while it is being answered, which is believed until
        // `leased_until`; `answer` is null then, and for answers that are not kept: secrets and long ones.
        let columns = vec![
            uuid("workspace"),
            uuid("caller"),
            text("key"),
            bytes("fingerprint"),
            number("begun_at"),
            number("leased_until"),
            number_null("status"),
            text_null("headers"),
            text_null("answer"),
        ];
        manager.create_table(table("idempotency", columns, &["workspace", "caller", "key"])).await?;
        manager.create_index(index("idempotency", "idempotency_begun_at", &["begun_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency").take()).await
    }
}
