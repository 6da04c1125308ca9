//! Opening the store: SQLite in a folder by default, PostgreSQL by its URL.

use base::{Error, Result};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::{fs::File, path::Path, sync::Arc, time::Duration};
use tokio::task::JoinHandle;

use crate::{Disk, checkpoint, copy, failed, migrations, write::begin};

/// Which database runs beneath.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Bundled SQLite in WAL mode, `synchronous=FULL`.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// The relational store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    disk: Option<Disk>,
    checkpoints: Option<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.abort();
        }
    }
}

/// Connecting is a large future; it is kept out of those of everybody who opens a store.
async fn pool(options: ConnectOptions) -> Result<DatabaseConnection> {
    Box::pin(Database::connect(options)).await.map_err(failed)
}

/// The first SQLite whose WAL cannot lose commits to a racing checkpoint (https://sqlite.org/wal.html, section 11).
const OLDEST_SAFE_SQLITE: [u32; 3] = [3, 51, 3];

impl Store {
    /// Opens SQLite in `folder`, which must exist, and brings its tables up to date.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::open_with(folder, Tables::UpToDate).await
    }

    /// Opens an empty SQLite database in `folder`, to be filled.
    pub async fn open_empty(folder: &Path) -> Result<Self> {
        Self::open_with(folder, Tables::None).await
    }

    async fn open_with(folder: &Path, tables: Tables) -> Result<Self> {
        let file = folder.join("harken.db");
        let path = file.to_str().ok_or_else(|| Error::invalid("the data folder's path is not UTF-8"))?.to_owned();
        let open = async |connections: u32, read_only: bool| {
            let mut options = ConnectOptions::new("sqlite::memory:");
            let path = path.clone();
            options.max_connections(connections).sqlx_logging(false).record_stmt_in_spans(false);
            options.acquire_timeout(Duration::from_secs(30)).map_sqlx_sqlite_opts(move |sqlite| {
                sqlite
                    .filename(&path)
                    .in_memory(false)
                    .shared_cache(false)
                    .create_if_missing(!read_only)
                    .busy_timeout(Duration::from_secs(30))
                    .foreign_keys(true)
                    .pragma("journal_mode", "WAL")
                    // A power cut keeps what was acknowledged only with FULL; NORMAL lost everything since the last checkpoint.
                    .pragma("synchronous", "FULL")
                    .pragma("secure_delete", "ON")
                    .pragma("temp_store", "MEMORY")
                    .pragma("cache_size", "-16000")
                    // Not within commits: see `checkpoint`.
                    .pragma("wal_autocheckpoint", "0")
                    .pragma("journal_size_limit", "67108864")
                    // Statements come in a few sizes each, and all of them are to stay prepared.
                    .statement_cache_capacity(256)
                    // Rows come from a thread of their own: it is not to stop and wait after every fifty.
                    .row_buffer_size(1_024)
                    .pragma("query_only", if read_only { "ON" } else { "OFF" })
            });
            pool(options).await
        };
        // Switching a new file to WAL fails at once when two do it together, so opening is done one by one.
        let opening = lock(&folder.join("opening"))?;
        // One writing connection: writers queue in the pool, in order, instead of polling SQLite's lock.
        let writer = open(1, false).await.map_err(|error| error.context(format!("cannot open {}", file.display())))?;
        refuse_unsafe_sqlite(&writer).await?;
        tables.prepare(&writer, Engine::Sqlite).await?;
        let reader = open(4, true).await?;
        drop(opening);
        let disk = Some(Disk::watch(folder)?);
        let checkpoints = Some(checkpoint::keep_short(reader.clone(), writer.clone()));
        Ok(Self(Arc::new(Inner { engine: Engine::Sqlite, reader, writer, disk, checkpoints })))
    }

    /// Connects to PostgreSQL by its URL and brings its tables up to date.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, Tables::UpToDate).await
    }

    /// Connects to an empty PostgreSQL database, to be filled.
    pub async fn connect_empty(url: &str) -> Result<Self> {
        Self::connect_with(url, Tables::None).await
    }

    async fn connect_with(url: &str, tables: Tables) -> Result<Self> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(Error::invalid(
                "the database must be a postgres:// URL; without one, SQLite in the data folder is used",
            ));
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(16)
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .acquire_timeout(Duration::from_secs(10));
        let pool = pool(options).await.map_err(|error| error.context("cannot connect to PostgreSQL"))?;
        tables.prepare(&pool, Engine::Postgres).await?;
        Ok(Self(Arc::new(Inner {
            engine: Engine::Postgres,
            reader: pool.clone(),
            writer: pool,
            disk: None,
            checkpoints: None,
        })))
    }

    /// Which database runs beneath.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Where reads run. On SQLite these connections refuse to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.0.writer
    }

    /// Refuses with a clear error while the disk is nearly full, so that there is still room to archive and delete.
    pub fn ensure_room(&self) -> Result<()> {
        self.0.disk.as_ref().map_or(Ok(()), Disk::ensure_room)
    }

    /// Gives the reserve back to SQLite after it hit the wall; does nothing on PostgreSQL.
    pub fn release_reserve(&self) {
        if let Some(disk) = &self.0.disk {
            disk.release_reserve();
        }
    }

    /// Lets the database look at its tables again, after much has changed at once. PostgreSQL plans by what it saw last,
    /// and what it has never seen it takes for small; SQLite's plans are fixed in the queries themselves.
    pub async fn look_again(&self) -> Result<()> {
        if self.engine() == Engine::Postgres {
            self.writer().execute_unprepared("analyze").await.map_err(failed)?;
        }
        Ok(())
    }

    /// Closes all connections; SQLite folds its WAL into the database file.
    pub async fn close(&self) {
        for pool in [&self.0.reader, &self.0.writer] {
            if let Err(error) = pool.clone().close().await {
                tracing::warn!(%error, "closing the store");
            }
        }
    }

    /// The engine's name and version, for people.
    pub async fn version(&self) -> Result<String> {
        let (name, query) = match self.engine() {
            Engine::Sqlite => ("SQLite", "select sqlite_version()"),
            Engine::Postgres => ("PostgreSQL", "show server_version"),
        };
        Ok(format!("{name} {}", scalar(self.read(), query).await?))
    }

    /// What the engine's own integrity check says: `ok`, or what is broken. PostgreSQL checks its pages itself.
    pub async fn integrity(&self) -> Result<String> {
        match self.engine() {
            Engine::Sqlite => scalar(self.read(), "pragma quick_check(1)").await,
            Engine::Postgres => Ok("ok".into()),
        }
    }
}

/// Waits for the exclusive lock of a file; it is given back when the file is dropped, or its process ends.
fn lock(path: &Path) -> Result<File> {
    let taken = File::options().create(true).append(true).open(path).and_then(|file| file.lock().map(|()| file));
    taken.map_err(|error| Error::invalid(format!("{} cannot be locked: {error}", path.display())))
}

/// Which tables an opened database is to have.
#[derive(Clone, Copy)]
enum Tables {
    /// Those of this version.
    UpToDate,
    /// None yet; an error if it has any.
    None,
}

impl Tables {
    async fn prepare(self, writer: &DatabaseConnection, engine: Engine) -> Result<()> {
        let transaction = begin(writer).await?;
        match self {
            Self::UpToDate => migrations::run(&transaction).await?,
            Self::None if copy::names(&transaction, engine).await?.is_empty() => {}
            Self::None => return Err(Error::conflict("the database is not empty; nothing of it is touched")),
        }
        transaction.commit().await.map_err(failed)
    }
}

async fn scalar(connection: &DatabaseConnection, query: &str) -> Result<String> {
    let row = connection
        .query_one_raw(sea_orm::Statement::from_string(connection.get_database_backend(), query))
        .await
        .map_err(failed)?;
    row.ok_or_else(|| Error::internal(format!("`{query}` answered nothing")))?.try_get_by_index(0).map_err(failed)
}

async fn refuse_unsafe_sqlite(connection: &DatabaseConnection) -> Result<()> {
    let version = scalar(connection, "select sqlite_version()").await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = [(); 3].map(|()| parts.next().unwrap_or(0));
    if found < OLDEST_SAFE_SQLITE {
        let oldest = OLDEST_SAFE_SQLITE.map(|part| part.to_string()).join(".");
        return Err(Error::internal(format!(
            "SQLite {version} can lose committed writes; {oldest} or newer is needed"
        )));
    }
    Ok(())
}
