//! The audit log over HTTP.

use api::{
    ClientIp, Page, Paging, Problem, Query,
    answers::{Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Result, Timestamp};
use futures::{Stream, stream};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{AuditEntry, AuditFilter, Entry, Format, Log};
use crate::{May, ReadAudit, Scope, Team};

/// The paths of the audit log.
pub fn routes(team: Team) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_audit)).routes(routes!(export_audit)).with_state(team)
}

/// How many entries are read at a time.
const STEP: u64 = 500;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListAudit {
    /// The workspace's log, or the installation's, for people who own all of its workspaces; the workspace's where it is not said.
    #[serde(default)]
    #[param(inline, required = false)]
    log: Log,
    /// Entries with this action: `key.created`.
    action: Option<String>,
    /// Entries by the person or the API key with this id.
    actor: Option<Uuid>,
    /// Entries not before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Entries before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List what was done in the workspace, or in the installation
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/team/audit", operation_id = "list_audit", tag = "team", params(ListAudit),
    security(("session" = []), ("key" = ["audit:read"])),
    responses((status = 200, description = "A page of entries.", body = Page<AuditEntry>), Invalid, Unauthenticated, Forbidden, NotFound)
)]
async fn list_audit(
    State(team): State<Team>,
    reader: May<ReadAudit>,
    Query(asked): Query<ListAudit>,
) -> Result<Page<AuditEntry>, Problem> {
    let ListAudit { log, action, actor, from, until, limit, cursor } = asked;
    let (filter, paging) = (AuditFilter { log, action, actor, from, until }, Paging::new(limit, cursor));
    let limit = paging.limit()?;
    let entries = team.audit(&reader, &filter, paging.after()?, limit + 1).await?;
    Ok(Page::cut(entries, limit, |entry| entry.seq))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportAudit {
    /// Lines of JSON, or a table; lines of JSON where it is not said.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Format,
    /// The workspace's log, or the installation's, for people who own all of its workspaces; the workspace's where it is not said.
    #[serde(default)]
    #[param(inline, required = false)]
    log: Log,
    /// Entries with this action: `key.created`.
    action: Option<String>,
    /// Entries by the person or the API key with this id.
    actor: Option<Uuid>,
    /// Entries not before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Entries before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Download the audit log
///
/// Oldest entry first. That it was downloaded is an entry too.
#[utoipa::path(
    get, path = "/api/v1/team/audit/export", operation_id = "export_audit", tag = "team", params(ExportAudit),
    security(("session" = []), ("key" = ["audit:read"])),
    responses(
        (status = 200, description = "All entries.", content((String = "application/x-ndjson"), (String = "text/csv"))),
        Invalid, Unauthenticated, Forbidden, NotFound,
    )
)]
async fn export_audit(
    State(team): State<Team>,
    reader: May<ReadAudit>,
    ClientIp(from_ip): ClientIp,
    Query(asked): Query<ExportAudit>,
) -> Result<Response, Problem> {
    let ExportAudit { format, log, action, actor, from, until } = asked;
    let filter = AuditFilter { log, action, actor, from, until };
    team.chain(&reader, log).await?;
    team.note(&reader, from_ip, Entry { action: "audit.exported", object: None, details: json!({ "log": log }) })
        .await?;
    let headers = [(header::CONTENT_TYPE, format.media_type()), (header::CONTENT_DISPOSITION, format.disposition())];
    Ok((headers, Body::from_stream(written(team, (*reader).clone(), filter, format))).into_response())
}

/// The file, piece by piece: however long the log is, little of it is held in memory. An error breaks the answer off.
fn written(team: Team, scope: Scope, filter: AuditFilter, format: Format) -> impl Stream<Item = Result<Bytes>> {
    enum Next {
        Head,
        After(i64),
        Nothing,
    }
    stream::try_unfold((team, scope, filter, Next::Head), move |(team, scope, filter, next)| async move {
        let (piece, next) = match next {
            Next::Head => (format.head()?, Next::After(0)),
            Next::After(seq) => {
                let entries = team.audit_after(&scope, &filter, seq, STEP).await?;
                (format.write(&entries)?, entries.last().map_or(Next::Nothing, |last| Next::After(last.seq)))
            }
            Next::Nothing => return Ok(None),
        };
        Ok(Some((Bytes::from(piece), (team, scope, filter, next))))
    })
}
