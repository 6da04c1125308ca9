//! From the log to the endpoints: one delivery for each signal and each endpoint that wants to hear of it.

use async_trait::async_trait;
use base::{Clock, Result, WorkspaceId};
use sea_orm::DatabaseTransaction;
use signals::{Projection, Signal};
use std::collections::BTreeSet;

use super::{
    deliveries::{Delivery, DeliveryId, DeliveryState, insert},
    payload,
    store::enabled,
};

/// The projection. Its deliveries have ids reckoned from signal and endpoint, so taking the log in again adds nothing.
pub(crate) struct Matching {
    clock: Clock,
}

impl Matching {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Projection for Matching {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        let workspaces: BTreeSet<WorkspaceId> = signals.iter().map(|(workspace, _)| *workspace).collect();
        let webhooks = enabled(transaction, workspaces).await?;
        let now = self.clock.now();
        for (workspace, signal) in signals {
            let theirs = webhooks.iter().filter(|(owner, _)| owner == workspace).map(|(_, webhook)| webhook);
            for webhook in theirs.filter(|webhook| webhook.wants(signal)) {
                let delivery = Delivery {
                    id: DeliveryId::of(signal, webhook.id),
                    webhook: webhook.id,
                    kind: signal.kind.clone(),
                    signal: Some(signal.id),
                    state: DeliveryState::Waiting,
                    attempts: 0,
                    created_at: signal.received_at,
                    ended_at: None,
                };
                insert(transaction, *workspace, &delivery, payload::about(signal, webhook.thin)?, now).await?;
            }
        }
        Ok(())
    }
}
