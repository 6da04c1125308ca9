//! `/api/v1/team/me`, `/api/v1/team/email-changes`: the person who is logged in.

use api::{
    Body, Problem,
    answers::{Conflict, Forbidden, Gone, Invalid, TooMany, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Name, Person, store};
use crate::{LoggedIn, Password, Team, authenticate::SameOrigin, client::Client};

/// What a person changes of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonChange {
    /// What others call them.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Ada Lovelace")]
    name: Name,
}

/// Another address for the caller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailChange {
    /// The address from now on.
    #[schema(value_type = String, format = "email", max_length = 254, example = "ada.lovelace@example.com")]
    email: EmailAddress,
    /// The caller's password.
    #[schema(value_type = String, format = "password", min_length = 1, max_length = 128, example = "correct horse battery")]
    password: Password,
}

/// The proof that an address is one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailProof {
    /// What stands after the `#` of the link.
    #[schema(max_length = 200, example = "rZ0fX3k9uQ5m1nYt7wB2cD4eF6gH8iJ0kL2mN4oP6qR")]
    token: String,
}

/// Show me
#[utoipa::path(
    get, path = "/api/v1/team/me", operation_id = "show_me", tag = "team", security(("session" = [])),
    responses((status = 200, description = "The caller.", body = Person), Unauthenticated, Forbidden)
)]
pub(crate) async fn show_me(State(team): State<Team>, me: LoggedIn) -> Result<Json<Person>, Problem> {
    Ok(Json(store::by_id(team.store.read(), me.person).await?.try_into()?))
}

/// Change my name
#[utoipa::path(
    patch, path = "/api/v1/team/me", operation_id = "change_me", tag = "team", security(("session" = [])),
    request_body = PersonChange,
    responses((status = 200, description = "The caller.", body = Person), Invalid, Unauthenticated, Forbidden)
)]
pub(crate) async fn change_me(
    State(team): State<Team>,
    me: LoggedIn,
    Body(change): Body<PersonChange>,
) -> Result<Json<Person>, Problem> {
    Ok(Json(team.rename(me, &change.name).await?))
}

/// Change my e-mail address
///
/// A link goes to the new address and works for an hour; nothing changes before it is followed.
#[utoipa::path(
    post, path = "/api/v1/team/email-changes", operation_id = "ask_for_email_change", tag = "team",
    security(("session" = [])), request_body = EmailChange,
    responses((status = 202, description = "A link is on its way."), Invalid, Unauthenticated, Forbidden, Conflict, TooMany)
)]
pub(crate) async fn ask_for_email_change(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(change): Body<EmailChange>,
) -> Result<StatusCode, Problem> {
    team.ask_for_email_change(me, &change.email, &change.password, &client).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Confirm a new e-mail address
///
/// By the link that was sent there. The old address is told.
#[utoipa::path(
    post, path = "/api/v1/team/email-changes/acceptance", operation_id = "confirm_email_change", tag = "team",
    security(()), request_body = EmailProof,
    responses((status = 204, description = "The address is changed."), Invalid, Forbidden, Conflict, Gone)
)]
pub(crate) async fn confirm_email_change(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    Body(proof): Body<EmailProof>,
) -> Result<StatusCode, Problem> {
    team.change_email(&proof.token, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
