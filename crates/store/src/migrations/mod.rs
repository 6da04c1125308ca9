//! The tables, in steps; a step that has been released is never changed, only followed by another.

mod m0001_spine;

use base::Result;
use sea_orm::DatabaseConnection;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::failed;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_spine::Migration)]
    }
}

/// Brings the tables up to date; a database of a newer version is refused.
pub(crate) async fn run(connection: &DatabaseConnection) -> Result<()> {
    Migrator::up(connection, None).await.map_err(|error| failed(error).context("cannot bring the tables up to date"))
}

/// How many steps are still to be taken; 0 after every successful start.
pub async fn pending(store: &crate::Store) -> Result<usize> {
    Ok(Migrator::get_pending_migrations(store.read()).await.map_err(failed)?.len())
}
