//! The one way to write: a transaction that takes the write lock first.

use base::Result;
use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::{Store, failed};

impl Store {
    /// Begins a write transaction. `commit` it (`.commit().await.map_err(store::failed)?`); dropped, it is rolled back.
    ///
    /// On SQLite it begins with `BEGIN IMMEDIATE`: a deferred transaction that reads before it writes fails at once
    /// when another has written meanwhile. Read through the transaction, not through [`Store::read`], while it is open.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
        self.writer().begin_with_options(options).await.map_err(failed)
    }
}
