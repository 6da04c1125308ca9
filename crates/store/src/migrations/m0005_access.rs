//! Access: the audit log, what API keys may do, and who a person is elsewhere.

use sea_orm::{ConnectionTrait, DbBackend};
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
        for column in key_columns() {
            manager.alter_table(Table::alter().table("api_key").add_column(column).take()).await?;
        }
        let append_only = if manager.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        for statement in append_only {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).take()).await?;
        }
        for column in key_columns() {
            manager.alter_table(Table::alter().table("api_key").drop_column(column.get_column_name()).take()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("drop function audit_is_append_only").await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // One chain per workspace, and one of the nil workspace for the installation: `hash` covers the hash before it
        // and every column of the row. Nothing here names a person but by id, so erasure never has to touch it.
        table(
            "audit",
            vec![
                uuid("workspace"),
                number("seq"),
                number("at"),
                text("actor"),
                uuid_null("actor_id"),
                text_null("network"),
                text("action"),
                text_null("object"),
                text("details"),
                bytes("hash"),
            ],
            &["workspace", "seq"],
        ),
        // The last entry of each chain. Its lock makes one chain of what several processes write.
        table("audit_head", vec![uuid("workspace"), number("seq"), bytes("hash")], &["workspace"]),
        // Who a person is at an identity provider. `subject` is the provider's own name for them and never changes.
        table(
            "person_login",
            vec![text("issuer"), text("subject"), uuid("person"), number("created_at")],
            &["issuer", "subject"],
        ),
        // Logins by a provider that were completed, until they would have expired: none is completed twice.
        table("oidc_used", vec![bytes("state"), number("expires_at")], &["state"]),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("audit", "audit_action", &["workspace", "action", "seq"]),
        index("audit", "audit_actor", &["workspace", "actor_id", "seq"]),
        index("api_key", "api_key_workspace", &["workspace", "created_at"]),
        index("person_login", "person_login_person", &["person"]),
    ]
}

/// The keys that are there already are write keys. `scopes` is a JSON list of permissions; `maker` is the person whose own
/// permissions limit the key, and null where it was made at the server's command line.
fn key_columns() -> Vec<ColumnDef> {
    vec![
        text("kind").default("write").take(),
        text("scopes").default("[]").take(),
        uuid_null("maker"),
        number_null("expires_at"),
        number_null("last_used_at"),
    ]
}

fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().take()
}

/// `insert or replace` would delete a row without a word to the trigger on deletes, so inserting one that is there is
/// refused as well.
const SQLITE: &[&str] = &[
    "create trigger audit_no_update before update on audit
     begin select raise(abort, 'the audit log is append-only'); end",
    "create trigger audit_no_delete before delete on audit
     begin select raise(abort, 'the audit log is append-only'); end",
    "create trigger audit_no_replace before insert on audit
     when exists (select 1 from audit where workspace = new.workspace and seq = new.seq)
     begin select raise(abort, 'the audit log is append-only'); end",
];

const POSTGRES: &[&str] = &[
    "create function audit_is_append_only() returns trigger language plpgsql as
     $$ begin raise exception 'the audit log is append-only'; end $$",
    "create trigger audit_append_only before update or delete or truncate on audit
     for each statement execute function audit_is_append_only()",
];
