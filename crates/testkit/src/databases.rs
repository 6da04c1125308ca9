//! The databases a story is told to: SQLite always, PostgreSQL where its server is installed.

use store::Store;
use tempfile::TempDir;

use crate::Cluster;

/// An empty store of one engine, gone after `dispose`.
pub struct Database {
    /// The engine's name, for the reader of a failed test.
    pub name: &'static str,
    /// The store, its tables made.
    pub store: Store,
    /// A data folder; SQLite's file is in it.
    pub folder: TempDir,
    on_server: Option<(&'static Cluster, String)>,
}

/// One empty database of each engine that can run here.
pub async fn databases() -> Vec<Database> {
    let mut databases = vec![Database::sqlite().await];
    if let Some(cluster) = Cluster::shared() {
        databases.push(Database::postgres(cluster).await);
    }
    databases
}

impl Database {
    /// A SQLite database in a folder of its own.
    pub async fn sqlite() -> Self {
        let folder = folder();
        let store = Store::open(folder.path()).await.unwrap_or_else(|error| panic!("SQLite: {error}"));
        Self { name: "SQLite", store, folder, on_server: None }
    }

    /// A database of its own on a running server.
    pub async fn postgres(cluster: &'static Cluster) -> Self {
        let name = cluster.create_database().await;
        let store = Store::connect(&cluster.url(&name)).await.unwrap_or_else(|error| panic!("PostgreSQL: {error}"));
        Self { name: "PostgreSQL", store, folder: folder(), on_server: Some((cluster, name)) }
    }

    /// The same database as another process opens it, with connections of its own.
    pub async fn again(&self) -> Store {
        let store = match &self.on_server {
            Some((cluster, name)) => Store::connect(&cluster.url(name)).await,
            None => Store::open(self.folder.path()).await,
        };
        store.unwrap_or_else(|error| panic!("opening {} again: {error}", self.name))
    }

    /// Closes the store and takes the database away.
    pub async fn dispose(self) {
        self.store.close().await;
        if let Some((cluster, name)) = self.on_server {
            cluster.drop_database(&name).await;
        }
    }
}

fn folder() -> TempDir {
    TempDir::with_prefix("harken-test-").unwrap_or_else(|error| panic!("no temporary folder: {error}"))
}
