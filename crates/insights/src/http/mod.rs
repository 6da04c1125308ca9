//! The room's part of the API: metrics and queries, and the signals behind them.

mod batches;
mod changes;
mod export;
pub(crate) mod filter;
mod live;
mod metrics;
mod queries;
mod signals;

use base::{Error, Result, Zone};
use std::sync::Arc;
use team::{Scope, Team};
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use queries::within;

use crate::{Insights, annotations, journey, questions};

/// The routes of this room, and of the signals, which are read from the lake.
pub fn routes(insights: Insights, team: Team) -> OpenApiRouter {
    let asking = Asking {
        insights: insights.clone(),
        team,
        places: Arc::new(Semaphore::new(AT_ONCE)),
        exports: Arc::new(Semaphore::new(EXPORTS_AT_ONCE)),
    };
    OpenApiRouter::new()
        .routes(routes!(metrics::list_metrics))
        .routes(routes!(metrics::show_metric))
        .routes(routes!(queries::query_metric))
        .routes(routes!(batches::query_metrics))
        .routes(routes!(changes::list_changes))
        .routes(routes!(signals::list_signals))
        .routes(routes!(signals::count_signals))
        .routes(routes!(export::export_signals))
        .routes(routes!(live::follow_signals))
        .with_state(asking.clone())
        .merge(annotations::routes(asking))
        .merge(questions::routes(insights.clone()))
        .merge(journey::routes(insights))
}

/// Questions that are answered at the same time; further ones wait. Each already uses every core.
const AT_ONCE: usize = 8;

/// Exports at the same time; whoever reads slowly must not keep others from asking.
const EXPORTS_AT_ONCE: usize = 4;

/// What the routes stand on.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) insights: Insights,
    team: Team,
    places: Arc<Semaphore>,
    exports: Arc<Semaphore>,
}

impl Asking {
    /// A place among the questions that are answered now.
    async fn place(&self) -> Result<SemaphorePermit<'_>> {
        self.places.acquire().await.map_err(|_| Error::unavailable("the server is stopping"))
    }

    /// The calendar of the caller's workspace.
    pub(crate) async fn zone(&self, scope: &Scope) -> Result<Zone> {
        Ok(self.team.workspace(scope).await?.zone)
    }
}
