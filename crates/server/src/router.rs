//! Every route of the server, and what every request passes on its way there.

use actions::Actions;
use api::Problem;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware::{from_fn, from_fn_with_state as with},
};
use base::Clock;
use customers::{Customers, Segments};
use insights::Insights;
use signals::Signals;
use sources::Sources;
use store::{Store, jobs::Jobs};
use team::{Team, oidc::SingleSignOn};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Front, client, console, description,
    health::{self, Health},
    jobs,
    middleware::*,
    reference,
};

/// What the routes stand on.
#[derive(Clone)]
pub struct Rooms {
    /// For readiness and idempotency keys.
    pub store: Store,
    /// Who calls.
    pub team: Team,
    /// Who they are elsewhere.
    pub single_sign_on: SingleSignOn,
    /// The log.
    pub signals: Signals,
    /// Who it was.
    pub customers: Customers,
    /// Who they are together.
    pub segments: Segments,
    /// The collect API, and what it refused.
    pub sources: Sources,
    /// Figures, and the signals behind them.
    pub insights: Insights,
    /// What is done about it.
    pub actions: Actions,
}

/// Every route under /api/v1: one line for each room.
fn api(rooms: &Rooms, clock: &Clock) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(sources::routes(rooms.sources.clone()))
        .merge(customers::routes(rooms.customers.clone(), rooms.segments.clone()))
        .merge(insights::routes(rooms.insights.clone(), rooms.team.clone()))
        .merge(actions::routes(rooms.actions.clone()))
        .merge(team::routes(rooms.team.clone()))
        .merge(team::oidc::routes(rooms.single_sign_on.clone()))
        .merge(jobs::http::routes(Jobs::new(rooms.store.clone(), clock.clone())))
}

/// The description of every route.
pub fn openapi(rooms: &Rooms, front: &Front) -> OpenApi {
    let health =
        Health { store: rooms.store.clone(), signals: rooms.signals.clone(), draining: front.draining.clone() };
    let routes = api(rooms, &front.clock).merge(sources::collect(rooms.sources.clone())).merge(health::routes(health));
    description::complete(routes.into_openapi())
}

/// All routes, and what every request passes on its way there: what is added last comes first.
pub fn router(rooms: &Rooms, front: &Front) -> Router {
    let limiters = Limiters::new(front.rates, front.metrics.clone());
    let streams = Streams::new(front.metrics.clone(), front.draining.clone());
    let idempotency = Idempotency::new(rooms.store.clone(), front.clock.clone());
    let health =
        Health { store: rooms.store.clone(), signals: rooms.signals.clone(), draining: front.draining.clone() };

    let (api, _) = api(rooms, &front.clock).split_for_parts();
    let api = api
        .layer(from_fn(link_pages))
        .layer(with(idempotency, answer_once))
        .layer(with(limiters.clone(), limit_callers))
        .layer(with(streams, hold_streams))
        .layer(with(rooms.team.clone(), team::authenticate))
        .layer(with(limiters.clone(), limit_addresses))
        .layer(from_fn(answer_in_time))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn(plain_bodies_alone));

    let (collect, _) = sources::collect(rooms.sources.clone()).split_for_parts();
    let collect = collect.layer(with(limiters.clone(), limit_collecting));

    let (health, _) = health::routes(health).split_for_parts();
    let pages = reference::routes(&openapi(rooms, front));
    let customers = customers::pages(rooms.customers.clone())
        .layer(with(limiters, limit_addresses))
        .layer(from_fn(answer_in_time))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn(plain_bodies_alone));

    let router = Router::new()
        .merge(for_api(api))
        .merge(collect)
        .merge(health)
        .merge(for_pages(pages))
        .merge(for_pages(customers))
        .fallback(console::answer)
        .method_not_allowed_fallback(async |method: Method| Problem::method_not_allowed(&method))
        .layer(with(front.limits.body, keep_pace))
        .layer(CatchPanicLayer::custom(answer_panic));
    for_everything(router, front.https)
        .layer(with(front.proxies.clone(), client::find_client))
        .layer(with(front.clone(), observe))
}

/// Forgets the answers of idempotency keys whose time is over.
pub(crate) async fn forget_answers(store: Store, clock: Clock) -> base::Result<()> {
    Idempotency::new(store, clock).forget().await.map(drop)
}
