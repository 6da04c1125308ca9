//! The door through which the log learns whom a signal is about.

use base::{CustomerId, Result, Timestamp};
use sea_orm::DatabaseTransaction;
use team::Scope;

use crate::Draft;

/// Says whom a batch of drafts is about. `customers` implements it; the log comes before the customers in the house, so
/// it names only this.
#[async_trait::async_trait]
pub trait Recognise: Send + Sync + 'static {
    /// The customer of each draft, in order; `None` for a draft about nobody. The drafts come without their properties.
    ///
    /// Called inside the log's transaction and under the log's lock, so nobody else recognises meanwhile. An error
    /// rolls the whole commit back.
    async fn recognise(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        at: Timestamp,
        drafts: &[&Draft],
    ) -> Result<Vec<Option<CustomerId>>>;
}
