//! `/api/v1/team/second-factor`: one's own second factor.

use api::{
    Body, Problem, ShownOnce,
    answers::{Conflict, Forbidden, Invalid, TooMany, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Enrolment, store};
use crate::{LoggedIn, Team, client::Client, passwords::Password, sessions};

/// How one's own second factor stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactor {
    /// Whether logging in asks for it.
    enabled: bool,
    /// Recovery codes that were not used yet.
    recovery_codes_left: u64,
    /// Whether changing it takes the password; not for ten minutes after a provider let the caller in.
    needs_password: bool,
}

/// The caller's password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAgain {
    /// Their password. Whom a provider let in less than ten minutes ago can leave it out.
    #[schema(value_type = Option<String>, format = "password", min_length = 1, max_length = 128, example = "correct horse battery")]
    password: Option<Password>,
}

/// A code of the authenticator that is set up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    #[schema(pattern = "^[0-9]{6}$", example = "123456")]
    code: String,
}

/// Recovery codes, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each stands in for the second factor once.
    #[schema(example = json!(["0a1b-2c3d-4e5f-6g7h-8j9k-0m1n"]))]
    recovery_codes: Vec<String>,
}

/// Show my second factor
#[utoipa::path(
    get, path = "/api/v1/team/second-factor", operation_id = "show_second_factor", tag = "team", security(("session" = [])),
    responses((status = 200, description = "How it stands.", body = SecondFactor), Unauthenticated, Forbidden)
)]
pub(crate) async fn show_second_factor(State(team): State<Team>, me: LoggedIn) -> Result<Json<SecondFactor>, Problem> {
    let reader = team.store.read();
    let session = sessions::store::by_id(reader, me.session).await?;
    Ok(Json(SecondFactor {
        enabled: store::is_confirmed(reader, me.person).await?,
        recovery_codes_left: store::codes_left(reader, me.person).await?,
        needs_password: !session.is_fresh_from_provider(team.clock.now()),
    }))
}

/// Begin to set up a second factor
///
/// Answers what an authenticator is set up with. It works once it is confirmed by a first code.
#[utoipa::path(
    post, path = "/api/v1/team/second-factor", operation_id = "begin_second_factor", tag = "team",
    security(("session" = [])), request_body = PasswordAgain,
    responses((status = 201, description = "What to set an authenticator up with.", body = Enrolment), Invalid, Unauthenticated, Forbidden, Conflict, TooMany)
)]
pub(crate) async fn begin_second_factor(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(again): Body<PasswordAgain>,
) -> Result<(StatusCode, ShownOnce<Enrolment>), Problem> {
    Ok((StatusCode::CREATED, ShownOnce(team.begin_second_factor(me, again.password.as_ref(), &client).await?)))
}

/// Confirm my second factor
///
/// Answers ten recovery codes, which are shown this once. All other sessions end.
#[utoipa::path(
    post, path = "/api/v1/team/second-factor/confirmation", operation_id = "confirm_second_factor", tag = "team",
    security(("session" = [])), request_body = Code,
    responses((status = 201, description = "The recovery codes.", body = RecoveryCodes), Invalid, Unauthenticated, Forbidden, Conflict, TooMany)
)]
pub(crate) async fn confirm_second_factor(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(code): Body<Code>,
) -> Result<(StatusCode, ShownOnce<RecoveryCodes>), Problem> {
    let recovery_codes = team.confirm_second_factor(me, &code.code, &client).await?;
    Ok((StatusCode::CREATED, ShownOnce(RecoveryCodes { recovery_codes })))
}

/// Make new recovery codes
///
/// Those from before work no more.
#[utoipa::path(
    post, path = "/api/v1/team/second-factor/recovery-codes", operation_id = "renew_recovery_codes", tag = "team",
    security(("session" = [])), request_body = PasswordAgain,
    responses((status = 201, description = "The recovery codes.", body = RecoveryCodes), Invalid, Unauthenticated, Forbidden, Conflict, TooMany)
)]
pub(crate) async fn renew_recovery_codes(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(again): Body<PasswordAgain>,
) -> Result<(StatusCode, ShownOnce<RecoveryCodes>), Problem> {
    let recovery_codes = team.renew_recovery_codes(me, again.password.as_ref(), &client).await?;
    Ok((StatusCode::CREATED, ShownOnce(RecoveryCodes { recovery_codes })))
}

/// Remove my second factor
///
/// All other sessions end.
#[utoipa::path(
    post, path = "/api/v1/team/second-factor/removal", operation_id = "remove_second_factor", tag = "team",
    security(("session" = [])), request_body = PasswordAgain,
    responses((status = 204, description = "It is gone."), Invalid, Unauthenticated, Forbidden, TooMany)
)]
pub(crate) async fn remove_second_factor(
    State(team): State<Team>,
    me: LoggedIn,
    client: Client,
    Body(again): Body<PasswordAgain>,
) -> Result<StatusCode, Problem> {
    team.remove_second_factor(me, again.password.as_ref(), &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
