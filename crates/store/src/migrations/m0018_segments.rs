//! Segments: named audiences, each as the text that says who is in it.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `id` is what other segments name it by; `version` counts its changes, from 1.
        let columns = vec![
            uuid("workspace"),
            text("id"),
            text("name"),
            text("definition"),
            number("version"),
            text("created_by"),
            number("created_at"),
            text("changed_by"),
            number("changed_at"),
        ];
        manager.create_table(table("segment", columns, &["workspace", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("segment").take()).await
    }
}
