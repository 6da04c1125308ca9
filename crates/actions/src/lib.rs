//! What we do about it. So far: webhooks, which tell other systems what customers do and say.

mod webhooks;

use base::Clock;
use outbound::Client;
use signals::Projection;
use std::sync::Arc;
use store::{Store, Vault, jobs::Handler};
use team::Team;
use utoipa_axum::router::OpenApiRouter;

pub use webhooks::{
    Attempt, Delivery, DeliveryDetails, DeliveryId, DeliveryState, NewWebhook, Webhook, WebhookChange, WebhookId,
    WebhookState, WebhookWithSecret,
};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Actions {
    store: Store,
    clock: Clock,
    vault: Vault,
    client: Client,
    team: Team,
}

impl Actions {
    /// The room over a store. Secrets are sealed in the vault, everything leaves through the client, and `team` knows who is to
    /// be told when an endpoint is given up.
    pub fn new(store: Store, clock: Clock, vault: Vault, client: Client, team: Team) -> Self {
        Self { store, clock, vault, client, team }
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
