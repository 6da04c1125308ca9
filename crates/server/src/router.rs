//! Every route of the server.

use api::Problem;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    routing::get,
};
use base::{Error, Result};
use serde_json::json;
use sources::Sources;
use std::time::Duration;
use store::Store;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::RequestBodyTimeoutLayer};

/// What the routes stand on.
#[derive(Clone)]
pub struct Rooms {
    /// For readiness.
    pub store: Store,
    /// The collect API.
    pub sources: Sources,
}

/// A body that brings nothing for this long is given up.
const BODY_IDLE: Duration = Duration::from_secs(30);

/// All routes and what every answer carries.
pub fn router(rooms: Rooms) -> Router {
    let own =
        Router::new().route("/healthz", get(show_health)).route("/readyz", get(show_readiness)).with_state(rooms.store);
    let header =
        |name: HeaderName, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .merge(own)
        .merge(sources::routes(rooms.sources))
        .fallback(async || Problem::from(Error::not_found("page")))
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(CatchPanicLayer::custom(answer_panic))
}

/// The process is alive.
async fn show_health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The process can take signals: the database answers, its tables are up to date and its disk has room.
async fn show_readiness(State(store): State<Store>) -> Result<Json<serde_json::Value>, Problem> {
    let version = store.version().await?;
    store.ensure_room()?;
    if store::pending(&store).await? > 0 {
        return Err(Error::unavailable("the tables are not up to date").into());
    }
    Ok(Json(json!({ "status": "ready", "database": version })))
}

/// A panic is a defect of one request: it is logged, answered, and the process goes on.
fn answer_panic(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a request panicked");
    axum::response::IntoResponse::into_response(Problem::from(Error::internal("panicked")))
}
