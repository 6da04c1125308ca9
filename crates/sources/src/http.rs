//! The room's part of the API: what became of what was sent.

use api::{Page, Paging, Problem, Query};
use axum::extract::State;
use base::Timestamp;
use signals::{Refused, RefusedItem};
use team::{May, ReadSources};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{Sources, runs, uploads};

/// The routes of this room. The collect API has its own, see [`crate::collect`].
pub fn routes(sources: Sources) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_refusals))
        .routes(routes!(list_tallies))
        .with_state(sources.clone())
        .merge(uploads::routes(sources.clone()))
        .merge(runs::routes(sources))
}

/// List refused items
///
/// The latest thousand, newest first, each with the reason and its beginning, for whoever mends its sender.
#[utoipa::path(
    get,
    path = "/api/v1/sources/refusals",
    tag = "sources",
    params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<RefusedItem>)),
    security(("session" = []), ("key" = ["sources:read"]))
)]
async fn list_refusals(
    State(sources): State<Sources>,
    caller: May<ReadSources>,
    Query(paging): Query<Paging>,
) -> Result<Page<RefusedItem>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<(Timestamp, Uuid)>()?);
    let items = sources.signals.refusals(&caller, after, limit + 1).await?;
    Ok(Page::cut(items, limit, |last| (last.at, last.id)))
}

/// List what became of everything
///
/// Nothing is dropped silently: whatever was received is counted by outcome, reason and source.
#[utoipa::path(
    get,
    path = "/api/v1/sources/tallies",
    tag = "sources",
    responses((status = 200, description = "All counters, on one page.", body = Page<Refused>)),
    security(("session" = []), ("key" = ["sources:read"]))
)]
async fn list_tallies(State(sources): State<Sources>, caller: May<ReadSources>) -> Result<Page<Refused>, Problem> {
    Ok(Page::whole(sources.signals.tallies(&caller).await?))
}
