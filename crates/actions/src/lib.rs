//! What we do about it. So far: webhooks, which tell other systems what customers do and say.

mod audit;
mod webhooks;

use async_trait::async_trait;
use base::{Clock, Result, WorkspaceId};
use outbound::{Client, mail::EmailAddress};
use signals::Projection;
use std::sync::Arc;
use store::{Store, Vault, jobs::Handler};
use team::Team;
use utoipa_axum::router::OpenApiRouter;

pub use webhooks::{
    Attempt, Delivery, DeliveryDetails, DeliveryId, DeliveryState, NewWebhook, Webhook, WebhookChange, WebhookId,
    WebhookState, WebhookWithSecret,
};

/// Who is written to when something of a workspace needs a person.
// until team lists a workspace's owners
#[async_trait]
pub trait Owners: Send + Sync + 'static {
    /// The addresses of the owners.
    async fn owners(&self, workspace: WorkspaceId) -> Result<Vec<EmailAddress>>;
}

#[async_trait]
impl Owners for Team {
    async fn owners(&self, workspace: WorkspaceId) -> Result<Vec<EmailAddress>> {
        Self::owners(self, workspace).await?.iter().map(|address| address.as_str().parse()).collect()
    }
}

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Actions {
    store: Store,
    clock: Clock,
    vault: Vault,
    client: Client,
    owners: Arc<dyn Owners>,
}

impl Actions {
    /// The room over a store. Secrets are sealed in the vault, and everything leaves through the client.
    pub fn new(store: Store, clock: Clock, vault: Vault, client: Client, owners: Arc<dyn Owners>) -> Self {
        Self { store, clock, vault, client, owners }
    }

    /// What this room takes from the log.
    pub fn projections(&self) -> Vec<Arc<dyn Projection>> {
        vec![Arc::new(webhooks::Matching::new(self.clock.clone()))]
    }

    /// What this room does in the background.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![Arc::new(webhooks::DeliverWebhook::new(self.clone()))]
    }
}

/// The room's API.
pub fn routes(actions: Actions) -> OpenApiRouter {
    webhooks::routes(actions)
}
