//! `/api/v1/team/invitations`: how people come into the workspace.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Gone, Invalid, NotFound, Unauthenticated},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base::{EmailAddress, Error};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Invitation, store};
use crate::{
    LoggedIn, May, Name, Password, ReadTeam, Role, Team, WriteTeam,
    authenticate::SameOrigin,
    client::Client,
    sessions::http::{Step, entered},
};

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// Their address.
    #[schema(value_type = String, format = "email", max_length = 254, example = "ada@example.com")]
    email: EmailAddress,
    /// What they will be.
    role: Role,
}

/// The answer to an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// What stands after the `#` of the link.
    #[schema(max_length = 200, example = "rZ0fX3k9uQ5m1nYt7wB2cD4eF6gH8iJ0kL2mN4oP6qR")]
    token: String,
    /// For whoever is no person here yet: their name. 1 to 100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "Ada Lovelace")]
    name: Option<Name>,
    /// For whoever is no person here yet: their password.
    #[schema(value_type = Option<String>, format = "password", min_length = 8, max_length = 128, example = "correct horse battery")]
    password: Option<Password>,
}

/// Invite somebody
///
/// They get a link by mail that works for seven days. Nobody gives more than they hold.
#[utoipa::path(
    post, path = "/api/v1/team/invitations", operation_id = "invite", tag = "team", request_body = NewInvitation,
    security(("session" = []), ("key" = ["team:write"])),
    responses((status = 201, description = "The invitation.", body = Invitation), Invalid, Unauthenticated, Forbidden, NotFound, Conflict)
)]
pub(crate) async fn invite(
    State(team): State<Team>,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Body(new): Body<NewInvitation>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    Ok((StatusCode::CREATED, Json(team.invite(&caller, new.email, new.role, Some(ip)).await?)))
}

/// List invitations
///
/// Those that wait for their answer, the newest first.
#[utoipa::path(
    get, path = "/api/v1/team/invitations", operation_id = "list_invitations", tag = "team", params(Paging),
    security(("session" = []), ("key" = ["team:read"])),
    responses((status = 200, description = "A page of invitations.", body = Page<Invitation>), Invalid, Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn list_invitations(
    State(team): State<Team>,
    caller: May<ReadTeam>,
    Query(paging): Query<Paging>,
) -> Result<Page<Invitation>, Problem> {
    let limit = paging.limit()?;
    let list = store::list(team.store.read(), &caller, paging.after()?, limit + 1, team.clock.now()).await?;
    Ok(Page::cut(list, limit, |invitation| (invitation.created_at.micros(), invitation.id)))
}

/// Take an invitation back
///
/// Its link works no more.
#[utoipa::path(
    delete, path = "/api/v1/team/invitations/{invitation}", operation_id = "revoke_invitation", tag = "team",
    params(("invitation" = Uuid, Path, description = "The invitation's id.")),
    security(("session" = []), ("key" = ["team:write"])),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn revoke_invitation(
    State(team): State<Team>,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Params(invitation): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    team.revoke_invitation(&caller, invitation, Some(ip)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accept an invitation
///
/// Whoever is a person here already logs in first; anybody else gives a name and a password, and is logged in by it.
#[utoipa::path(
    post, path = "/api/v1/team/invitations/acceptance", operation_id = "accept_invitation", tag = "team",
    security((), ("session" = [])), request_body = Acceptance,
    responses(
        (status = 201, description = "A new person is a member now, and logged in.", body = Step),
        (status = 204, description = "The caller is a member now."),
        Invalid, Unauthenticated, Forbidden, Conflict, Gone
    )
)]
pub(crate) async fn accept_invitation(
    State(team): State<Team>,
    _: SameOrigin,
    me: Option<LoggedIn>,
    client: Client,
    Body(acceptance): Body<Acceptance>,
) -> Result<Response, Problem> {
    let newcomer = match (acceptance.name, acceptance.password) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        (None, Some(_)) => return Err(Error::invalid_field("name", "missing", "choose a name, too").into()),
        (Some(_), None) => return Err(Error::invalid_field("password", "missing", "choose a password, too").into()),
    };
    let secret = team.accept_invitation(&acceptance.token, me, newcomer, &client).await?;
    Ok(match secret {
        Some(secret) => entered(&secret, false).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
