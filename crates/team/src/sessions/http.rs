//! `/api/v1/team/sessions`, `/api/v1/team/session`: logging in and out.

use api::{
    Body, Page, Params, Problem,
    answers::{Forbidden, Gone, Invalid, NotFound, TooMany, Unauthenticated},
};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use base::{EmailAddress, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Session, cookie, log_in::Entered, store};
use crate::{LoggedIn, Team, authenticate::SameOrigin, client::Client, passwords::Password, secret::Secret};

/// What somebody logs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// Their e-mail address, in any case.
    #[schema(value_type = String, format = "email", max_length = 254, example = "olga@example.com")]
    email: EmailAddress,
    /// Their password.
    #[schema(value_type = String, format = "password", min_length = 1, max_length = 128, example = "correct horse battery")]
    password: Password,
}

/// What somebody logs in with whom the operator lets in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginLink {
    /// What stands after the `#` of the link.
    #[schema(max_length = 200, example = "rZ0fX3k9uQ5m1nYt7wB2cD4eF6gH8iJ0kL2mN4oP6qR")]
    token: String,
}

/// What is next after a step of logging in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Next {
    /// Nothing: the session is there.
    Done,
    /// The second factor, within five minutes.
    SecondFactor,
}

/// A step of logging in that went well. Its cookie comes along.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step {
    /// What is next.
    next: Next,
}

/// The second step of logging in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondStep {
    /// The six digits that the authenticator shows, or a recovery code.
    #[schema(min_length = 6, max_length = 40, example = "123456")]
    code: String,
}

/// An answer that gives the browser its session.
pub(crate) fn entered(secret: &Secret, pending: bool) -> impl IntoResponse + use<> {
    let next = if pending { Next::SecondFactor } else { Next::Done };
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie::give(secret, pending))]);
    (StatusCode::CREATED, cookie, Extension(api::Secret), Json(Step { next }))
}

/// Log in
///
/// A person who has a second factor gets a cookie that is good for the second step alone. The answer to a wrong password, an unknown
/// address and a disabled person is the same. After some failures further tries have to wait.
#[utoipa::path(
    post, path = "/api/v1/team/sessions", operation_id = "log_in", tag = "team", security(()),
    request_body = Credentials,
    responses((status = 201, description = "The next step, or the session.", body = Step), Invalid, Unauthenticated, Forbidden, TooMany)
)]
pub(crate) async fn log_in(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<impl IntoResponse, Problem> {
    let Credentials { email, password } = credentials;
    let Entered { secret, pending } = team.log_in(&email, &password, cookie::read(&headers), &client).await?;
    Ok(entered(&secret, pending))
}

/// Log in by a link
///
/// By the link that the operator had made at the command line of the server. It works once, for a quarter of an hour, and stands
/// in for the password: whoever has a second factor gets a cookie that is good for the second step alone.
#[utoipa::path(
    post, path = "/api/v1/team/login-links/acceptance", operation_id = "log_in_by_link", tag = "team", security(()),
    request_body = LoginLink,
    responses((status = 201, description = "The next step, or the session.", body = Step), Invalid, Forbidden, Gone)
)]
pub(crate) async fn log_in_by_link(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    headers: HeaderMap,
    Body(link): Body<LoginLink>,
) -> Result<impl IntoResponse, Problem> {
    let Entered { secret, pending } = team.log_in_by_link(&link.token, cookie::read(&headers), &client).await?;
    Ok(entered(&secret, pending))
}

/// Log in: the second factor
///
/// Takes the cookie that the password gave, within five minutes. A code is accepted once.
#[utoipa::path(
    post, path = "/api/v1/team/session/second-factor", operation_id = "give_second_factor", tag = "team",
    security(("session" = [])), request_body = SecondStep,
    responses((status = 201, description = "The session.", body = Step), Invalid, Unauthenticated, Forbidden, TooMany)
)]
pub(crate) async fn give_second_factor(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    headers: HeaderMap,
    Body(step): Body<SecondStep>,
) -> Result<impl IntoResponse, Problem> {
    let secret = team.finish_log_in(cookie::read(&headers), &step.code, &client).await?;
    Ok(entered(&secret, false))
}

/// Show the current session
#[utoipa::path(
    get, path = "/api/v1/team/session", operation_id = "show_session", tag = "team", security(("session" = [])),
    responses((status = 200, description = "The session.", body = Session), Unauthenticated, Forbidden)
)]
pub(crate) async fn show_session(State(team): State<Team>, me: LoggedIn) -> Result<Json<Session>, Problem> {
    let sessions = store::list(team.store.read(), me.person, me.session, team.clock.now()).await?;
    let current = sessions.into_iter().find(|session| session.current);
    Ok(Json(current.ok_or_else(|| Error::unauthenticated("log in"))?))
}

/// Log out
#[utoipa::path(
    delete, path = "/api/v1/team/session", operation_id = "log_out", tag = "team", security(("session" = [])),
    responses((status = 204, description = "The session has ended."), Unauthenticated, Forbidden)
)]
pub(crate) async fn log_out(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
) -> Result<impl IntoResponse, Problem> {
    team.end_session(me, me.session, &client).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie::take_away())])))
}

/// List my sessions
///
/// Where the caller is logged in, the latest used first.
#[utoipa::path(
    get, path = "/api/v1/team/sessions", operation_id = "list_sessions", tag = "team", security(("session" = [])),
    responses((status = 200, description = "The sessions.", body = Page<Session>), Unauthenticated, Forbidden)
)]
pub(crate) async fn list_sessions(State(team): State<Team>, me: LoggedIn) -> Result<Page<Session>, Problem> {
    Ok(Page::whole(store::list(team.store.read(), me.person, me.session, team.clock.now()).await?))
}

/// End my other sessions
#[utoipa::path(
    delete, path = "/api/v1/team/sessions", operation_id = "end_other_sessions", tag = "team", security(("session" = [])),
    responses((status = 204, description = "Only the current session is left."), Unauthenticated, Forbidden)
)]
pub(crate) async fn end_other_sessions(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
) -> Result<StatusCode, Problem> {
    team.end_other_sessions(me, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of my sessions
#[utoipa::path(
    delete, path = "/api/v1/team/sessions/{session}", operation_id = "end_session", tag = "team",
    params(("session" = Uuid, Path, description = "The session's id.")), security(("session" = [])),
    responses((status = 204, description = "The session has ended."), Unauthenticated, Forbidden, NotFound)
)]
pub(crate) async fn end_session(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Params(session): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    team.end_session(me, session, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
