//! An entry about what changes nothing else: that something was read or taken along.

use base::Result;
use std::net::IpAddr;
use store::failed;

use super::{Entry, record};
use crate::{Actor, Scope, Team};

impl Team {
    /// Writes an entry into the log of the caller's workspace.
    pub async fn note(&self, caller: &Scope, from: IpAddr, entry: Entry) -> Result<()> {
        let transaction = self.store.begin().await?;
        let (now, workspace) = (self.clock.now(), Some(caller.workspace()));
        record(&transaction, now, workspace, caller.actor(), Some(from), entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Writes into the installation's log what the operator did.
    pub async fn note_of_operator(&self, entry: Entry) -> Result<()> {
        let transaction = self.store.begin().await?;
        record(&transaction, self.clock.now(), None, Actor::Operator, None, entry).await?;
        transaction.commit().await.map_err(failed)
    }
}
