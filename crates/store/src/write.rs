//! Transactions: the one way to write, and one view for several reads.

use base::Result;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use crate::{Engine, Store, failed};

impl Store {
    /// Begins a write transaction. `commit` it (`.commit().await.map_err(store::failed)?`); dropped, it is rolled back.
    ///
    /// On SQLite it begins with `BEGIN IMMEDIATE`: a deferred transaction that reads before it writes fails at once
    /// when another has written meanwhile. Read through the transaction, not through [`Store::read`], while it is open.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        begin(self.writer()).await
    }

    /// One view of the database for several reads, whatever is committed meanwhile. Drop it when done.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = match self.engine() {
            // In WAL mode every transaction sees one moment.
            Engine::Sqlite => TransactionOptions::default(),
            Engine::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
        };
        self.read().begin_with_options(options).await.map_err(failed)
    }
}

pub(crate) async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
    writer.begin_with_options(options).await.map_err(failed)
}
