//! Sessions: the provider by which somebody came, who then has no password to prove themselves by.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("session").add_column(text_null("provider")).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("session").drop_column("provider").take()).await
    }
}
