//! `/api/v1/team/workspace`, `/api/v1/team/workspaces`: the tenants.

use api::{
    Body, ClientIp, Page, Problem,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::{Error, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Workspace, WorkspaceSettings, store};
use crate::{LoggedIn, May, Name, Permission, ReadTeam, Role, Team, WriteTeam};

/// A workspace as it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownWorkspace {
    /// Its id: what the header `Harken-Workspace` names.
    id: Uuid,
    /// What people call it.
    #[schema(example = "Shop")]
    name: String,
    /// The IANA time zone that days, weeks and months are counted in.
    #[schema(example = "Europe/Berlin")]
    zone: String,
    /// ISO 4217; the currency that amounts are shown in when a signal names none.
    #[schema(example = "EUR")]
    currency: String,
    /// Whether members without a second factor have to set one up before anything else.
    require_second_factor: bool,
}

/// A workspace of the caller's.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyWorkspace {
    /// Its id: what the header `Harken-Workspace` names.
    id: Uuid,
    /// What people call it.
    #[schema(example = "Shop")]
    name: String,
    /// What the caller is there.
    role: Role,
    /// What the caller may do there.
    permissions: Vec<Permission>,
}

/// What is to change; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceChange {
    /// What people call it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "Shop")]
    name: Option<Name>,
    /// An IANA time zone.
    #[schema(example = "Europe/Berlin")]
    zone: Option<String>,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    currency: Option<String>,
    /// Whether members need a second factor; for owners to decide.
    require_second_factor: Option<bool>,
}

/// A further workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkspace {
    /// What people call it.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Second shop")]
    name: Name,
}

impl From<Workspace> for ShownWorkspace {
    fn from(workspace: Workspace) -> Self {
        Self {
            id: workspace.id.0,
            name: workspace.name,
            zone: workspace.zone.name().into(),
            currency: workspace.currency,
            require_second_factor: workspace.require_second_factor,
        }
    }
}

/// Show the workspace
#[utoipa::path(
    get, path = "/api/v1/team/workspace", operation_id = "show_workspace", tag = "team",
    security(("session" = []), ("key" = ["team:read"])),
    responses((status = 200, description = "The workspace.", body = ShownWorkspace), Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn show_workspace(
    State(team): State<Team>,
    caller: May<ReadTeam>,
) -> Result<Json<ShownWorkspace>, Problem> {
    Ok(Json(team.workspace(&caller).await?.into()))
}

/// Change the workspace
#[utoipa::path(
    patch, path = "/api/v1/team/workspace", operation_id = "change_workspace", tag = "team",
    security(("session" = []), ("key" = ["team:write"])), request_body = WorkspaceChange,
    responses((status = 200, description = "The workspace.", body = ShownWorkspace), Invalid, Unauthenticated, Forbidden, NotFound, Conflict)
)]
pub(crate) async fn change_workspace(
    State(team): State<Team>,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Body(change): Body<WorkspaceChange>,
) -> Result<Json<ShownWorkspace>, Problem> {
    let wrong = || Error::invalid_field("zone", "unknown", "this is no IANA time zone; write Europe/Berlin, UTC, …");
    let zone = change.zone.map(|zone| zone.parse::<Zone>().map_err(|_| wrong())).transpose()?;
    let settings = WorkspaceSettings {
        name: change.name.map(|name| name.to_string()),
        zone,
        currency: change.currency,
        require_second_factor: change.require_second_factor,
    };
    team.change_workspace_from(&caller, settings, Some(ip)).await?;
    Ok(Json(team.workspace(&caller).await?.into()))
}

/// List my workspaces
///
/// Those that the caller is a member of, by name.
#[utoipa::path(
    get, path = "/api/v1/team/workspaces", operation_id = "list_workspaces", tag = "team", security(("session" = [])),
    responses((status = 200, description = "The workspaces.", body = Page<MyWorkspace>), Unauthenticated, Forbidden)
)]
pub(crate) async fn list_workspaces(State(team): State<Team>, me: LoggedIn) -> Result<Page<MyWorkspace>, Problem> {
    let mine = store::of_person(team.store.read(), me.person).await?;
    let shown = mine.into_iter().map(|(workspace, role)| {
        let role: Role = role.parse()?;
        let permissions = role.permissions().iter().collect();
        Ok(MyWorkspace { id: workspace.id.0, name: workspace.name, role, permissions })
    });
    Ok(Page::whole(shown.collect::<Result<_, Error>>()?))
}

/// Make a workspace
///
/// The caller, who has to be the owner of one already, is its owner.
#[utoipa::path(
    post, path = "/api/v1/team/workspaces", operation_id = "create_workspace", tag = "team", security(("session" = [])),
    request_body = NewWorkspace,
    responses((status = 201, description = "The workspace.", body = ShownWorkspace), Invalid, Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn create_workspace(
    State(team): State<Team>,
    me: LoggedIn,
    caller: May<WriteTeam>,
    ClientIp(ip): ClientIp,
    Body(new): Body<NewWorkspace>,
) -> Result<(StatusCode, Json<ShownWorkspace>), Problem> {
    let made = team.found_workspace(&caller, me, &new.name, ip).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
