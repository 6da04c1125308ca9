//! The tables, in steps; a step that has been released is never changed, only followed by another.

mod columns;
mod m0001_spine;
mod m0002_jobs;
mod m0003_mail;
mod m0004_team;
mod m0005_access;
mod m0006_idempotency;
mod m0007_webhooks;
mod m0008_session_provider;
mod m0010_customer_list;
mod m0011_questions;
mod m0012_journey;
mod m0013_imports;
mod m0016_consent;
mod m0017_preference_links;
mod m0018_segments;

use base::{Error, Result};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, sea_query::Query};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::failed;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_spine::Migration),
            Box::new(m0002_jobs::Migration),
            Box::new(m0003_mail::Migration),
            Box::new(m0004_team::Migration),
            Box::new(m0005_access::Migration),
            Box::new(m0006_idempotency::Migration),
            Box::new(m0007_webhooks::Migration),
            Box::new(m0008_session_provider::Migration),
            Box::new(m0010_customer_list::Migration),
            Box::new(m0011_questions::Migration),
            Box::new(m0012_journey::Migration),
            Box::new(m0013_imports::Migration),
            Box::new(m0016_consent::Migration),
            Box::new(m0017_preference_links::Migration),
            Box::new(m0018_segments::Migration),
        ]
    }
}

/// Brings the tables up to date, in the open write transaction: whoever is killed in the middle leaves nothing, and of two
/// that start at once one waits. A database of a newer version is refused.
pub(crate) async fn run(transaction: &DatabaseTransaction) -> Result<()> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Any number will do, as long as it stays the same.
        transaction.execute_unprepared("select pg_advisory_xact_lock(7246371)").await.map_err(failed)?;
    }
    Migrator::up(transaction, None).await.map_err(|error| failed(error).context("cannot bring the tables up to date"))
}

/// The names of the steps that were taken, in order. The migrator's own way to ask makes its table if there is none, which
/// a snapshot may not.
pub(crate) async fn taken(snapshot: &DatabaseTransaction) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Step {
        version: String,
    }
    let select = Query::select().column("version").from("seaql_migrations").take();
    let steps = Step::find_by_statement(snapshot.get_database_backend().build(&select)).all(snapshot).await;
    let mut names: Vec<String> = steps.map_err(failed)?.into_iter().map(|step| step.version).collect();
    names.sort_unstable();
    Ok(names)
}

/// Takes the first steps of an empty database, which must be these: those of this version or an older one.
pub(crate) async fn begin_at(transaction: &DatabaseTransaction, steps: &[String]) -> Result<()> {
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    if !known.starts_with(steps) {
        return Err(Error::invalid("it was made by a newer version of Harken; restore it with that version"));
    }
    let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    Migrator::up(transaction, Some(count)).await.map_err(|error| failed(error).context("cannot make the tables"))
}

/// How many steps are still to be taken; 0 after every successful start.
pub async fn pending(store: &crate::Store) -> Result<usize> {
    Ok(Migrator::get_pending_migrations(store.read()).await.map_err(failed)?.len())
}
