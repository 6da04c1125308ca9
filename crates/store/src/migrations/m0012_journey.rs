//! The journey: a workspace's stages, and its touchpoints with the stage that each belongs to.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The stages in their order, as a JSON list; without a row the workspace has those that ship.
        let journey = table("journey", vec![uuid("workspace"), text("stages")], &["workspace"]);
        // `name` is what signals call it.
        let touchpoint = table(
            "touchpoint",
            vec![
                uuid("workspace"),
                uuid("id"),
                text("name"),
                text_null("channel"),
                text_null("stage"),
                text_null("owner"),
                number("created_at"),
            ],
            &["workspace", "id"],
        );
        manager.create_table(journey).await?;
        manager.create_table(touchpoint).await?;
        manager.create_index(index("touchpoint", "touchpoint_name", &["workspace", "name"]).unique().take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["touchpoint", "journey"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
