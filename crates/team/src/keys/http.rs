//! API keys over HTTP.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query, ShownOnce,
    answers::{Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Key, KeyRequest, NewKey};
use crate::{LoggedIn, May, Permission, ReadKeys, Team, WriteKeys};

/// The paths of API keys.
pub fn routes(team: Team) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_keys, create_key)).routes(routes!(show_key, revoke_key)).with_state(team)
}

/// List API keys
///
/// Newest first; also those that no longer work.
#[utoipa::path(
    get, path = "/api/v1/team/keys", operation_id = "list_keys", tag = "team", params(Paging),
    security(("session" = []), ("key" = ["keys:read"])),
    responses((status = 200, description = "A page of keys.", body = Page<Key>), Invalid, Unauthenticated, Forbidden, NotFound)
)]
async fn list_keys(
    State(team): State<Team>,
    reader: May<ReadKeys>,
    Query(paging): Query<Paging>,
) -> Result<Page<Key>, Problem> {
    let limit = paging.limit()?;
    let keys = team.keys(&reader, paging.after()?, limit + 1).await?;
    Ok(Page::cut(keys, limit, |key| (key.created_at.micros(), key.id)))
}

/// What a new key shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateKey {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "reporting"
    )]
    name: String,
    /// What it may do, at most what you may yourself. Without any it is a write key, which appends signals alone.
    #[serde(default)]
    #[schema(required = false, example = json!(["insights:read"]))]
    scopes: Vec<Permission>,
    /// After how many days it stops working; never, where it is not said.
    #[schema(minimum = 1, maximum = 3650, example = 365)]
    expires_in_days: Option<u16>,
}

/// Make an API key
///
/// Its secret is in this answer and nowhere else. An API key cannot make keys.
#[utoipa::path(
    post, path = "/api/v1/team/keys", operation_id = "create_key", tag = "team", request_body = CreateKey,
    security(("session" = [])),
    responses((status = 201, description = "The key, with its secret.", body = NewKey), Invalid, Unauthenticated, Forbidden, NotFound)
)]
async fn create_key(
    State(team): State<Team>,
    maker: May<WriteKeys>,
    _: LoggedIn,
    ClientIp(from): ClientIp,
    Body(asked): Body<CreateKey>,
) -> Result<(StatusCode, ShownOnce<NewKey>), Problem> {
    let expires_at = asked.expires_in_days.map(|days| expiry(team.clock.now(), days)).transpose()?;
    let request = KeyRequest { name: asked.name, scopes: asked.scopes.into_iter().collect(), expires_at };
    Ok((StatusCode::CREATED, ShownOnce(team.create_key(&maker, request, Some(from)).await?)))
}

fn expiry(now: Timestamp, days: u16) -> base::Result<Timestamp> {
    match days {
        1..=3650 => Ok(now.plus(i64::from(days) * Timestamp::DAY)),
        _ => Err(base::Error::invalid_field("expires_in_days", "out_of_range", "a key works for 1 to 3650 days")),
    }
}

/// Show an API key
#[utoipa::path(
    get, path = "/api/v1/team/keys/{key}", operation_id = "show_key", tag = "team", params(("key" = Uuid, Path, description = "The key's id")),
    security(("session" = []), ("key" = ["keys:read"])),
    responses((status = 200, description = "The key.", body = Key), Unauthenticated, Forbidden, NotFound)
)]
async fn show_key(
    State(team): State<Team>,
    reader: May<ReadKeys>,
    Params(key): Params<Uuid>,
) -> Result<Json<Key>, Problem> {
    Ok(Json(team.key(&reader, key).await?))
}

/// Revoke an API key
///
/// Within two seconds it no longer works. It stays in the list.
#[utoipa::path(
    delete, path = "/api/v1/team/keys/{key}", operation_id = "revoke_key", tag = "team", params(("key" = Uuid, Path, description = "The key's id")),
    security(("session" = []), ("key" = ["keys:write"])),
    responses((status = 204, description = "It no longer works."), Unauthenticated, Forbidden, NotFound)
)]
async fn revoke_key(
    State(team): State<Team>,
    editor: May<WriteKeys>,
    ClientIp(from): ClientIp,
    Params(key): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    team.revoke_key(&editor, key, Some(from)).await?;
    Ok(StatusCode::NO_CONTENT)
}
