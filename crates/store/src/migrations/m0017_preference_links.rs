//! Links to preference pages: how many times those of a customer number were taken away. Without a row, never.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![uuid("workspace"), number("customer"), number("revoked")];
        manager.create_table(table("preference_link", columns, &["workspace", "customer"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("preference_link").take()).await
    }
}
