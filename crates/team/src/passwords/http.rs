//! `/api/v1/team/password`, `/api/v1/team/password-resets`: changing a password.

use api::{
    Body, Problem,
    answers::{Conflict, Forbidden, Gone, Invalid, TooMany, Unauthenticated},
};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use base::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Password;
use crate::{
    LoggedIn, Team,
    authenticate::SameOrigin,
    client::Client,
    sessions::http::{Step, entered},
};

/// A new password, by the one before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password until now.
    #[schema(value_type = String, format = "password", min_length = 1, max_length = 128, example = "correct horse battery")]
    password: Password,
    /// The password from now on: rare, 8 to 128 characters of any kind.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128, example = "staple of long sentences")]
    new_password: Password,
}

/// Who has forgotten their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetRequest {
    /// Their address.
    #[schema(value_type = String, format = "email", max_length = 254, example = "olga@example.com")]
    email: EmailAddress,
}

/// A new password, by a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// What stands after the `#` of the link.
    #[schema(max_length = 200, example = "rZ0fX3k9uQ5m1nYt7wB2cD4eF6gH8iJ0kL2mN4oP6qR")]
    token: String,
    /// The password from now on: rare, 8 to 128 characters of any kind.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128, example = "staple of long sentences")]
    password: Password,
}

/// Change my password
///
/// The caller is logged out everywhere and gets a new session here.
#[utoipa::path(
    put, path = "/api/v1/team/password", operation_id = "change_password", tag = "team", security(("session" = [])),
    request_body = PasswordChange,
    responses((status = 201, description = "A new session.", body = Step), Invalid, Unauthenticated, Forbidden, Conflict, TooMany)
)]
pub(crate) async fn change_password(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(change): Body<PasswordChange>,
) -> Result<impl IntoResponse, Problem> {
    let secret = team.change_password(me, &change.password, &change.new_password, &client).await?;
    Ok(entered(&secret, false))
}

/// Ask for a new password
///
/// Whoever has this address is sent a link that works for an hour. The answer is the same for every address.
#[utoipa::path(
    post, path = "/api/v1/team/password-resets", operation_id = "ask_for_password_reset", tag = "team", security(()),
    request_body = ResetRequest,
    responses((status = 202, description = "If somebody has this address, a link is on its way."), Invalid, Forbidden, TooMany)
)]
pub(crate) async fn ask_for_password_reset(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    Body(request): Body<ResetRequest>,
) -> Result<StatusCode, Problem> {
    team.ask_for_reset(&request.email, &client).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose a new password
///
/// By the link that was sent. The person is logged out everywhere, and then logs in with the new password.
#[utoipa::path(
    post, path = "/api/v1/team/password-resets/acceptance", operation_id = "reset_password", tag = "team", security(()),
    request_body = Reset,
    responses((status = 204, description = "The password is changed."), Invalid, Forbidden, Gone)
)]
pub(crate) async fn reset_password(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    Body(reset): Body<Reset>,
) -> Result<StatusCode, Problem> {
    team.reset_password(&reset.token, &reset.password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
