//! Uploads over HTTP.

use api::{
    Body, Params, Problem, ProblemDetails, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use sea_orm::prelude::Uuid;
use serde::Deserialize;
use team::{May, WriteSources};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NewUpload, Upload};
use crate::{
    Sources,
    import::{Look, Seen},
};

/// The paths of uploads.
pub(crate) fn routes(sources: Sources) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(announce_upload))
        .routes(routes!(show_upload, send_piece, delete_upload))
        .routes(routes!(look_at_upload))
        .with_state(sources)
}

/// Announce a file
///
/// A file for an import: CSV, JSON lines or Parquet, not packed. Its bytes follow in pieces. What nobody uses for a day is
/// forgotten.
#[utoipa::path(
    post, path = "/api/v1/sources/uploads", tag = "sources", request_body = NewUpload,
    responses(
        (status = 201, description = "There is room for it.", body = Upload),
        (status = 413, description = "It is larger than the server takes.", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk has no room for it.", body = ProblemDetails, content_type = "application/problem+json"),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn announce_upload(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Body(new): Body<NewUpload>,
) -> Result<(StatusCode, Json<Upload>), Problem> {
    Ok((StatusCode::CREATED, Json(sources.announce_upload(&caller, new).await?)))
}

/// Show an upload
///
/// `received` says where the next piece begins, also after a connection broke off.
#[utoipa::path(
    get, path = "/api/v1/sources/uploads/{upload}", tag = "sources",
    params(("upload" = Uuid, Path, description = "Its id.")),
    responses((status = 200, description = "The upload.", body = Upload), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn show_upload(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Params(upload): Params<Uuid>,
) -> Result<Json<Upload>, Problem> {
    Ok(Json(sources.upload(&caller, upload).await?))
}

/// Where a piece belongs.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Place {
    /// The byte of the file that the piece begins with: `received` of the upload.
    #[param(minimum = 0, example = 0)]
    at: u64,
}

/// Send a piece of a file
///
/// The next one, as it is, of any length; a few megabytes are best. It is durable when it is answered. A piece that breaks
/// off counts for nothing: send it again.
#[utoipa::path(
    patch, path = "/api/v1/sources/uploads/{upload}", tag = "sources",
    params(("upload" = Uuid, Path, description = "Its id."), Place),
    request_body(content(("application/octet-stream")), description = "The bytes."),
    responses(
        (status = 200, description = "It is here.", body = Upload),
        (status = 413, description = "It goes beyond the size that was announced.", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full.", body = ProblemDetails, content_type = "application/problem+json"),
        Invalid, Unauthenticated, Forbidden, NotFound, Conflict
    ),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn send_piece(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Params(upload): Params<Uuid>,
    Query(place): Query<Place>,
    body: axum::body::Body,
) -> Result<Json<Upload>, Problem> {
    Ok(Json(sources.take_piece(&caller, upload, place.at, body.into_data_stream()).await?))
}

/// Delete an upload
#[utoipa::path(
    delete, path = "/api/v1/sources/uploads/{upload}", tag = "sources",
    params(("upload" = Uuid, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound, Conflict),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn delete_upload(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Params(upload): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    sources.delete_upload(&caller, upload).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look into an upload
///
/// How it is written, its columns with a few of their values, and a map that is suggested for it. Whatever is stated is taken
/// as stated; the rest is found out.
#[utoipa::path(
    get, path = "/api/v1/sources/uploads/{upload}/look", tag = "sources",
    params(("upload" = Uuid, Path, description = "Its id."), Look),
    responses((status = 200, description = "What is in it.", body = Seen), Invalid, Unauthenticated, Forbidden, NotFound, Conflict),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn look_at_upload(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Params(upload): Params<Uuid>,
    Query(look): Query<Look>,
) -> Result<Json<Seen>, Problem> {
    Ok(Json(sources.look_at_upload(&caller, upload, look).await?))
}
