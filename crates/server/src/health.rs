//! Whether the process is alive, and whether it can take work: for supervisors and load balancers.

use api::{Problem, ProblemDetails};
use axum::{Json, extract::State, http::StatusCode};
use base::Error;
use serde::Serialize;
use signals::Signals;
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Draining;

/// What readiness rests on; cheap to clone.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) store: Store,
    pub(crate) signals: Signals,
    pub(crate) draining: Draining,
}

pub(crate) fn routes(health: Health) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(show_health)).routes(routes!(show_readiness)).with_state(health)
}

/// The process is alive
///
/// It says nothing of what the process stands on: restarting it would mend neither a database nor a disk.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "server",
    responses((status = 204, description = "It is alive.")),
    security(())
)]
async fn show_health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// A process that can take work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Signals that wait to be logged.
    #[schema(minimum = 0)]
    waiting: usize,
}

/// The process can take work
///
/// The database answers and its tables are up to date, the disk has room, the log keeps up, and the server is not
/// stopping. Send it no requests otherwise.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "server",
    responses(
        (status = 200, description = "It can.", body = Readiness),
        (status = 503, description = "It cannot now.", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is nearly full.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn show_readiness(State(health): State<Health>) -> Result<Json<Readiness>, Problem> {
    if health.draining.has_begun() {
        return Err(Error::unavailable("the server is stopping").into());
    }
    // Whatever is wrong with it, others are to take its work.
    let pending = store::pending(&health.store).await.map_err(|error| Error::unavailable(error.message))?;
    if pending > 0 {
        return Err(Error::unavailable("the tables are not up to date").into());
    }
    health.store.ensure_room()?;
    let queue = health.signals.queue();
    if queue.waiting >= queue.room {
        return Err(Error::unavailable("more signals wait to be logged than there is room for").into());
    }
    Ok(Json(Readiness { status: "ready", waiting: queue.waiting }))
}
