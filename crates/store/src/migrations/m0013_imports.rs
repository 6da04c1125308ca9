//! Files that people send, and the imports that they start from them.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `bytes` were announced, `received` are there; `held` while an import needs the file.
        let upload = table(
            "upload",
            vec![
                uuid("workspace"),
                uuid("id"),
                text("name"),
                number("bytes"),
                number("received"),
                ColumnDef::new("held").boolean().not_null().take(),
                number("created_at"),
                number("used_at"),
            ],
            &["workspace", "id"],
        );
        // `map`, `files` and `figures` are JSON. The ledger of what was read of which content is the table `import`.
        let import_run = table(
            "import_run",
            vec![
                uuid("workspace"),
                uuid("id"),
                text("state"),
                text("actor"),
                text("map"),
                text("files"),
                text("figures"),
                text_null("reason"),
                ColumnDef::new("cancelled").boolean().not_null().take(),
                uuid("job"),
                number("created_at"),
                number_null("started_at"),
                number_null("ended_at"),
            ],
            &["workspace", "id"],
        );
        manager.create_table(upload).await?;
        manager.create_table(import_run).await?;
        manager.create_index(index("upload", "upload_used", &["used_at"])).await?;
        manager.create_index(index("import_run", "import_run_state", &["state"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["import_run", "upload"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
