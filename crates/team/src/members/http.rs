//! `/api/v1/team/members`: who is in the workspace.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Member, store};
use crate::{Actor, LoggedIn, May, ReadTeam, Role, Team, WriteTeam};

/// What a member is to become.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberChange {
    /// Their role.
    role: Role,
}

/// List members
///
/// In the order in which they came.
#[utoipa::path(
    get, path = "/api/v1/team/members", operation_id = "list_members", tag = "team", params(Paging),
    security(("session" = []), ("key" = ["team:read"])),
    responses((status = 200, description = "A page of members.", body = Page<Member>), Invalid, Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn list_members(
    State(team): State<Team>,
    caller: May<ReadTeam>,
    Query(paging): Query<Paging>,
) -> Result<Page<Member>, Problem> {
    let limit = paging.limit()?;
    let members = store::list(team.store.read(), &caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(members, limit, |member| (member.since.micros(), member.id)))
}

/// Show a member
#[utoipa::path(
    get, path = "/api/v1/team/members/{member}", operation_id = "show_member", tag = "team",
    params(("member" = Uuid, Path, description = "Their person's id.")),
    security(("session" = []), ("key" = ["team:read"])),
    responses((status = 200, description = "The member.", body = Member), Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn show_member(
    State(team): State<Team>,
    caller: May<ReadTeam>,
    Params(member): Params<Uuid>,
) -> Result<Json<Member>, Problem> {
    Ok(Json(store::find(team.store.read(), &caller, member).await?))
}

/// Change a member's role
///
/// Nobody gives more than they hold. The last owner stays one. The member is logged out everywhere.
#[utoipa::path(
    patch, path = "/api/v1/team/members/{member}", operation_id = "change_member", tag = "team",
    params(("member" = Uuid, Path, description = "Their person's id.")), request_body = MemberChange,
    security(("session" = []), ("key" = ["team:write"])),
    responses((status = 200, description = "The member.", body = Member), Invalid, Unauthenticated, Forbidden, NotFound, Conflict)
)]
pub(crate) async fn change_member(
    State(team): State<Team>,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Params(member): Params<Uuid>,
    Body(change): Body<MemberChange>,
) -> Result<Json<Member>, Problem> {
    team.change_role(&caller, member, change.role, Some(ip)).await?;
    Ok(Json(store::find(team.store.read(), &caller, member).await?))
}

/// Remove a member
///
/// The last owner cannot be removed.
#[utoipa::path(
    delete, path = "/api/v1/team/members/{member}", operation_id = "remove_member", tag = "team",
    params(("member" = Uuid, Path, description = "Their person's id.")),
    security(("session" = []), ("key" = ["team:write"])),
    responses((status = 204, description = "They are no member any more."), Unauthenticated, Forbidden, NotFound, Conflict)
)]
pub(crate) async fn remove_member(
    State(team): State<Team>,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Params(member): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    team.remove_member(&caller, member, Some(ip)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave the workspace
///
/// The last owner cannot leave.
#[utoipa::path(
    delete, path = "/api/v1/team/membership", operation_id = "leave_workspace", tag = "team", security(("session" = [])),
    responses((status = 204, description = "The caller is no member any more."), Unauthenticated, Forbidden, NotFound, Conflict)
)]
pub(crate) async fn leave_workspace(
    State(team): State<Team>,
    me: LoggedIn,
    caller: May<ReadTeam>,
    ClientIp(ip): ClientIp,
) -> Result<StatusCode, Problem> {
    debug_assert_eq!(caller.actor(), Actor::Person(me.person));
    team.remove_member(&caller, me.person, Some(ip)).await?;
    Ok(StatusCode::NO_CONTENT)
}
