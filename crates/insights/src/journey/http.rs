//! The journey over HTTP.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use sea_orm::prelude::Uuid;
use team::{May, ReadInsights, WriteInsights};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Journey, NewJourney, NewTouchpoint, Touchpoint};
use crate::Insights;

/// The paths of the journey.
pub(crate) fn routes(insights: Insights) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(show_journey, change_journey))
        .routes(routes!(list_touchpoints, register_touchpoint))
        .routes(routes!(change_touchpoint, delete_touchpoint))
        .with_state(insights)
}

/// Show the journey
///
/// The workspace's stages, and those that ship to begin with.
#[utoipa::path(
    get, path = "/api/v1/insights/journey", tag = "insights",
    responses((status = 200, description = "The stages.", body = Journey), Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["insights:read"]))
)]
async fn show_journey(State(insights): State<Insights>, caller: May<ReadInsights>) -> Result<Json<Journey>, Problem> {
    Ok(Json(insights.journey(&caller).await?))
}

/// Change the journey
///
/// Which stages there are and in which order. One that a touchpoint belongs to has to stay.
#[utoipa::path(
    put, path = "/api/v1/insights/journey", tag = "insights", request_body = NewJourney,
    responses(
        (status = 200, description = "The stages as they are now.", body = Journey),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn change_journey(
    State(insights): State<Insights>,
    caller: May<WriteInsights>,
    ClientIp(from): ClientIp,
    Body(new): Body<NewJourney>,
) -> Result<Json<Journey>, Problem> {
    Ok(Json(insights.change_journey(&caller, new, Some(from)).await?))
}

/// List touchpoints
///
/// Those that are registered, by name. Signals may name others.
#[utoipa::path(
    get, path = "/api/v1/insights/touchpoints", tag = "insights", params(Paging),
    responses(
        (status = 200, description = "A page of them.", body = Page<Touchpoint>),
        Invalid, Unauthenticated, Forbidden
    ),
    security(("session" = []), ("key" = ["insights:read"]))
)]
async fn list_touchpoints(
    State(insights): State<Insights>,
    caller: May<ReadInsights>,
    Query(paging): Query<Paging>,
) -> Result<Page<Touchpoint>, Problem> {
    let limit = paging.limit()?;
    let listed = insights.touchpoints(&caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(listed, limit, |last| last.name.clone()))
}

/// Register a touchpoint
#[utoipa::path(
    post, path = "/api/v1/insights/touchpoints", tag = "insights", request_body = NewTouchpoint,
    responses(
        (status = 201, description = "It is registered.", body = Touchpoint),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn register_touchpoint(
    State(insights): State<Insights>,
    caller: May<WriteInsights>,
    ClientIp(from): ClientIp,
    Body(new): Body<NewTouchpoint>,
) -> Result<(StatusCode, Json<Touchpoint>), Problem> {
    Ok((StatusCode::CREATED, Json(insights.register_touchpoint(&caller, new, Some(from)).await?)))
}

/// Change a touchpoint
#[utoipa::path(
    put, path = "/api/v1/insights/touchpoints/{touchpoint}", tag = "insights",
    params(("touchpoint" = Uuid, Path, description = "Its id.")), request_body = NewTouchpoint,
    responses(
        (status = 200, description = "The touchpoint as it is now.", body = Touchpoint),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn change_touchpoint(
    State(insights): State<Insights>,
    caller: May<WriteInsights>,
    ClientIp(from): ClientIp,
    Params(touchpoint): Params<Uuid>,
    Body(new): Body<NewTouchpoint>,
) -> Result<Json<Touchpoint>, Problem> {
    Ok(Json(insights.change_touchpoint(&caller, touchpoint, new, Some(from)).await?))
}

/// Delete a touchpoint
///
/// From the registry alone: signals go on naming it.
#[utoipa::path(
    delete, path = "/api/v1/insights/touchpoints/{touchpoint}", tag = "insights",
    params(("touchpoint" = Uuid, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn delete_touchpoint(
    State(insights): State<Insights>,
    caller: May<WriteInsights>,
    ClientIp(from): ClientIp,
    Params(touchpoint): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    insights.delete_touchpoint(&caller, touchpoint, Some(from)).await?;
    Ok(StatusCode::NO_CONTENT)
}
