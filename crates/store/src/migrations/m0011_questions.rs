//! What people keep beside the figures: questions that they saved, and moments that explain a chart.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `owner` is who saved it, `asked` the question as JSON.
        let question = table(
            "question",
            vec![
                uuid("workspace"),
                uuid("id"),
                text("name"),
                text("owner"),
                ColumnDef::new("shared").boolean().not_null().take(),
                text("asked"),
                number("created_at"),
                number("changed_at"),
            ],
            &["workspace", "id"],
        );
        let annotation = table(
            "annotation",
            vec![uuid("workspace"), uuid("id"), number("at"), text("kind"), text("title"), number("created_at")],
            &["workspace", "id"],
        );
        manager.create_table(question).await?;
        manager.create_table(annotation).await?;
        manager.create_index(index("annotation", "annotation_at", &["workspace", "at", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["annotation", "question"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
