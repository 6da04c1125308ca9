//! Imports over HTTP.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Gone, Invalid, NotFound, Unauthenticated},
};
use axum::{
    Json,
    body::Body as Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sea_orm::prelude::Uuid;
use team::{May, ReadSources, WriteSources};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Import, ImportDetails, NewImport};
use crate::{Sources, import::Preview};

/// The paths of imports.
pub(crate) fn routes(sources: Sources) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_imports, start_import))
        .routes(routes!(preview_import))
        .routes(routes!(show_import))
        .routes(routes!(cancel_import))
        .routes(routes!(export_rejects))
        .with_state(sources)
}

/// List imports
///
/// Started last first, with who started each, and how far its files are.
#[utoipa::path(
    get, path = "/api/v1/sources/imports", tag = "sources", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Import>), Invalid, Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["sources:read"]))
)]
async fn list_imports(
    State(sources): State<Sources>,
    caller: May<ReadSources>,
    Query(paging): Query<Paging>,
) -> Result<Page<Import>, Problem> {
    let limit = paging.limit()?;
    let imports = sources.imports(&caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(imports, limit, |last| last.id))
}

/// Try a map
///
/// On the first rows of the uploads: the signals and customers that would come, and the rows that would be kept out, each
/// with its line and reason. Nothing is written.
#[utoipa::path(
    post, path = "/api/v1/sources/imports/previews", tag = "sources", request_body = NewImport,
    responses(
        (status = 200, description = "What would come.", body = Preview),
        Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Gone
    ),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn preview_import(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    Body(new): Body<NewImport>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(sources.preview_import(&caller, new).await?))
}

/// Start an import
///
/// It is carried out by the server, whoever goes away meanwhile, and goes on where it was when that is started again. What was
/// imported before adds nothing.
#[utoipa::path(
    post, path = "/api/v1/sources/imports", tag = "sources", request_body = NewImport,
    responses(
        (status = 201, description = "It waits for its turn.", body = ImportDetails),
        Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Gone
    ),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn start_import(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    ClientIp(from): ClientIp,
    Body(new): Body<NewImport>,
) -> Result<(StatusCode, Json<ImportDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(sources.start_import(&caller, new, Some(from)).await?)))
}

/// Show an import
///
/// With its map, which as TOML is one for `harken import --map`.
#[utoipa::path(
    get, path = "/api/v1/sources/imports/{import}", tag = "sources",
    params(("import" = Uuid, Path, description = "Its id.")),
    responses((status = 200, description = "The import.", body = ImportDetails), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["sources:read"]))
)]
async fn show_import(
    State(sources): State<Sources>,
    caller: May<ReadSources>,
    Params(import): Params<Uuid>,
) -> Result<Json<ImportDetails>, Problem> {
    Ok(Json(sources.import_details(&caller, import).await?))
}

/// Cancel an import
///
/// It ends after the rows that are just being logged. What was logged stays; the same files with the same map go on from
/// there.
#[utoipa::path(
    post, path = "/api/v1/sources/imports/{import}/cancellation", tag = "sources",
    params(("import" = Uuid, Path, description = "Its id.")),
    responses((status = 200, description = "It ends.", body = Import), Unauthenticated, Forbidden, NotFound, Conflict),
    security(("session" = []), ("key" = ["sources:write"]))
)]
async fn cancel_import(
    State(sources): State<Sources>,
    caller: May<WriteSources>,
    ClientIp(from): ClientIp,
    Params(import): Params<Uuid>,
) -> Result<Json<Import>, Problem> {
    Ok(Json(sources.cancel_import(&caller, import, Some(from)).await?))
}

/// Download the rows that were kept out
///
/// A table for whoever mends them: file, line, reason, column, a sentence, and the row as it stands in the file. They are kept
/// for thirty days. That they were downloaded is written into the audit log.
#[utoipa::path(
    get, path = "/api/v1/sources/imports/{import}/rejects", tag = "sources",
    params(("import" = Uuid, Path, description = "Its id.")),
    responses(
        (status = 200, description = "All of them.", body = String, content_type = "text/csv"),
        Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["sources:read"]))
)]
async fn export_rejects(
    State(sources): State<Sources>,
    caller: May<ReadSources>,
    ClientIp(from): ClientIp,
    Params(import): Params<Uuid>,
) -> Result<Response, Problem> {
    let rows = sources.export_rejects(&caller, import, from).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejects.csv\""),
    ];
    Ok((headers, Bytes::from_stream(rows)).into_response())
}
