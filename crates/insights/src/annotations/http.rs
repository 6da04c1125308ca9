//! Annotations over HTTP.

use api::{
    Body, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::{Error, Result, Timestamp};
use sea_orm::prelude::Uuid;
use serde::Deserialize;
use team::{May, ReadInsights, Scope, WriteInsights};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Annotation, NewAnnotation};
use crate::http::Asking;

/// The paths of annotations.
pub(crate) fn routes(asking: Asking) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_annotations, create_annotation))
        .routes(routes!(change_annotation, delete_annotation))
        .with_state(asking)
}

/// Which annotations, and which page of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// The earliest moment, inclusive: a day, which begins in the calendar of the workspace, or a time.
    #[param(example = "2026-01-01", max_length = 40)]
    from: Option<String>,
    /// The latest moment, exclusive.
    #[param(example = "2026-07-01", max_length = 40)]
    to: Option<String>,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Asking {
    /// A moment as somebody in the workspace writes it.
    async fn moment(&self, scope: &Scope, field: &str, text: &str) -> Result<Timestamp> {
        let wrong = |error: Error| Error::invalid_field(field, "not_a_time", error.message);
        Timestamp::parse(text, self.zone(scope).await?).map_err(wrong)
    }
}

/// List annotations
///
/// The latest first.
#[utoipa::path(
    get, path = "/api/v1/insights/annotations", tag = "insights", params(Sought),
    responses(
        (status = 200, description = "A page of them.", body = Page<Annotation>),
        Invalid, Unauthenticated, Forbidden
    ),
    security(("session" = []), ("key" = ["insights:read"]))
)]
async fn list_annotations(
    State(asking): State<Asking>,
    caller: May<ReadInsights>,
    Query(sought): Query<Sought>,
) -> Result<Page<Annotation>, Problem> {
    let mut ends = [None, None];
    for (end, (field, text)) in ends.iter_mut().zip([("from", &sought.from), ("to", &sought.to)]) {
        if let Some(text) = text {
            *end = Some(asking.moment(&caller, field, text).await?);
        }
    }
    let paging = Paging::new(sought.limit, sought.cursor);
    let (limit, [from, to]) = (paging.limit()?, ends);
    let listed = asking.insights.annotations(&caller, from, to, paging.after()?, limit + 1).await?;
    Ok(Page::cut(listed, limit, |last| (last.at, last.id)))
}

/// Annotate a moment
///
/// It stands on every chart over time.
#[utoipa::path(
    post, path = "/api/v1/insights/annotations", tag = "insights", request_body = NewAnnotation,
    responses(
        (status = 201, description = "It stands.", body = Annotation),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn create_annotation(
    State(asking): State<Asking>,
    caller: May<WriteInsights>,
    Body(new): Body<NewAnnotation>,
) -> Result<(StatusCode, Json<Annotation>), Problem> {
    let at = asking.moment(&caller, "at", &new.at).await?;
    let made = asking.insights.annotate(&caller, at, new.kind, new.title.to_string()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change an annotation
#[utoipa::path(
    put, path = "/api/v1/insights/annotations/{annotation}", tag = "insights",
    params(("annotation" = Uuid, Path, description = "Its id.")), request_body = NewAnnotation,
    responses(
        (status = 200, description = "The annotation as it is now.", body = Annotation),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn change_annotation(
    State(asking): State<Asking>,
    caller: May<WriteInsights>,
    Params(annotation): Params<Uuid>,
    Body(new): Body<NewAnnotation>,
) -> Result<Json<Annotation>, Problem> {
    let at = asking.moment(&caller, "at", &new.at).await?;
    let changed = Annotation { id: annotation, at, kind: new.kind, title: new.title.to_string() };
    Ok(Json(asking.insights.change_annotation(&caller, changed).await?))
}

/// Delete an annotation
#[utoipa::path(
    delete, path = "/api/v1/insights/annotations/{annotation}", tag = "insights",
    params(("annotation" = Uuid, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["insights:write"]))
)]
async fn delete_annotation(
    State(asking): State<Asking>,
    caller: May<WriteInsights>,
    Params(annotation): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    asking.insights.delete_annotation(&caller, annotation).await?;
    Ok(StatusCode::NO_CONTENT)
}
