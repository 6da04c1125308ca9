//! `/api/v1/team/setup`: making the first owner.

use api::{
    Body, Problem,
    answers::{Forbidden, Gone, Invalid},
};
use axum::{extract::State, response::IntoResponse};
use base::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Name, Password, Team,
    authenticate::SameOrigin,
    client::Client,
    sessions::http::{Step, entered},
};

/// The first owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstOwner {
    /// What stands after the `#` of the link on the server's terminal.
    #[schema(max_length = 200, example = "rZ0fX3k9uQ5m1nYt7wB2cD4eF6gH8iJ0kL2mN4oP6qR")]
    token: String,
    /// Their address.
    #[schema(value_type = String, format = "email", max_length = 254, example = "olga@example.com")]
    email: EmailAddress,
    /// What others call them.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Olga Owner")]
    name: Name,
    /// Their password: rare, 8 to 128 characters of any kind.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128, example = "correct horse battery")]
    password: Password,
}

/// Set this server up
///
/// Makes the first owner, by the link that the server prints on its terminal while nobody is there. It works once.
#[utoipa::path(
    post, path = "/api/v1/team/setup", operation_id = "set_up", tag = "team", security(()), request_body = FirstOwner,
    responses((status = 201, description = "The owner is there, and logged in.", body = Step), Invalid, Forbidden, Gone)
)]
pub(crate) async fn set_up(
    State(team): State<Team>,
    _: SameOrigin,
    client: Client,
    Body(owner): Body<FirstOwner>,
) -> Result<impl IntoResponse, Problem> {
    let secret = team.set_up(&owner.token, &owner.email, &owner.name, &owner.password, &client).await?;
    Ok(entered(&secret, false))
}
