//! Jobs: work that outlives the request that asked for it, and the ticks of schedules.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(job()).await?;
        manager.create_table(tick()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tick").take()).await?;
        manager.drop_table(Table::drop().table("job").take()).await
    }
}

/// `state`: waiting, running, done, dead. `fence` counts the times it was claimed, `beat` the signs of life of whoever
/// holds it. `ended_at` is null until it is done or dead. A job of the house itself has the nil workspace: nulls are
/// never equal, so a unique key would mean nothing there.
fn job() -> TableCreateStatement {
    table(
        "job",
        vec![
            uuid("workspace"),
            uuid("id"),
            text("kind"),
            text("payload"),
            text_null("unique_key"),
            text("state"),
            number("attempt"),
            number("due_at"),
            number("fence"),
            number("beat"),
            text_null("reason"),
            number("created_at"),
            number_null("ended_at"),
        ],
        &["id"],
    )
}

/// Every moment at which a schedule enqueued its job. The first row of a schedule says since when it is known.
fn tick() -> TableCreateStatement {
    table("tick", vec![uuid("workspace"), text("schedule"), number("at")], &["workspace", "schedule", "at"])
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // What is due, what runs, what can be forgotten, and how many there are of each: one index for all four.
        index("job", "job_state", &["state", "kind", "due_at"]),
        index("job", "job_workspace", &["workspace", "state", "id"]),
        // A key is taken for as long as its job has not ended.
        index("job", "job_unique", &["workspace", "kind", "unique_key"])
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .take(),
    ]
}
