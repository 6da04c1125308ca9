//! The team: people, their sessions and second factors, memberships, invitations, one-time tokens.
//!
//! People stand above workspaces: one person may be a member of several. Of every secret only a hash is kept, but for
//! the second factor's, which is sealed by a key that lies outside the database.

use sea_orm_migration::{async_trait, prelude::*};

use super::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let mut column = ColumnDef::new("require_second_factor").boolean().not_null().default(false).take();
        manager.alter_table(Table::alter().table("workspace").add_column(&mut column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("workspace").drop_column("require_second_factor").take()).await?;
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).take()).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // `email_key` is the same for all spellings of an address. A person without a password logs in elsewhere.
        table(
            "person",
            vec![
                uuid("id"),
                text("email"),
                text("email_key"),
                text("name"),
                text_null("password"),
                number("created_at"),
                number_null("disabled_at"),
            ],
            &["id"],
        ),
        // `pending`: the password was right and the second factor is still to come.
        // `address` is a network, not a host; `agent` is what the browser calls itself.
        table(
            "session",
            vec![
                uuid("id"),
                bytes("hash"),
                uuid("person"),
                ColumnDef::new("pending").boolean().not_null().take(),
                number("created_at"),
                number("last_used_at"),
                text("address"),
                text("agent"),
            ],
            &["id"],
        ),
        // `last_step`: the step of the last code that was accepted; no code of it or of an earlier one is again.
        table(
            "second_factor",
            vec![
                uuid("person"),
                ColumnDef::new("secret").blob().not_null().take(),
                number("created_at"),
                number_null("confirmed_at"),
                number("last_step"),
            ],
            &["person"],
        ),
        table("recovery_code", vec![uuid("person"), bytes("hash")], &["person", "hash"]),
        table(
            "membership",
            vec![uuid("workspace"), uuid("person"), text("role"), number("created_at")],
            &["workspace", "person"],
        ),
        table(
            "invitation",
            vec![
                uuid("workspace"),
                uuid("id"),
                text("email"),
                text("email_key"),
                text("role"),
                uuid_null("invited_by"),
                number("created_at"),
                number("expires_at"),
            ],
            &["workspace", "id"],
        ),
        // `subject` is the person or the invitation that the token is about; `address` an e-mail address to be proven.
        table(
            "one_time_token",
            vec![bytes("hash"), text("purpose"), uuid("subject"), text_null("address"), number("expires_at")],
            &["hash"],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("person", "person_email_key", &["email_key"]).unique().take(),
        index("session", "session_hash", &["hash"]).unique().take(),
        index("session", "session_person", &["person"]),
        index("membership", "membership_person", &["person"]),
        index("invitation", "invitation_email", &["workspace", "email_key"]).unique().take(),
        index("one_time_token", "one_time_token_subject", &["subject"]),
    ]
}

fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().take()
}
