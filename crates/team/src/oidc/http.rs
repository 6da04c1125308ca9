//! Single sign-on over HTTP: the pages that a browser goes through.

use api::{
    Page, Params, Problem, Query,
    answers::{Invalid, NotFound},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{SingleSignOn, attempt::Attempt, page, provider::Provider, return_to::page_of_ours};
use crate::{
    client::Client,
    sessions::{cookie, log_in::Entered},
};

/// The paths of single sign-on.
pub fn routes(single_sign_on: SingleSignOn) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_providers))
        .routes(routes!(begin_single_sign_on))
        .routes(routes!(finish_single_sign_on))
        .routes(routes!(end_single_sign_on))
        .with_state(single_sign_on)
}

/// A provider that people may log in by.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ShownProvider {
    /// Its name.
    #[schema(example = "acme")]
    name: String,
    /// Where a browser begins to log in by it.
    #[schema(example = "/auth/oidc/acme/login")]
    login: String,
}

/// List the providers of single sign-on
///
/// For a page that lets people choose how to log in.
#[utoipa::path(
    get, path = "/api/v1/team/providers", operation_id = "list_providers", tag = "team", security(()),
    responses((status = 200, description = "The providers.", body = Page<ShownProvider>))
)]
async fn list_providers(State(here): State<SingleSignOn>) -> Page<ShownProvider> {
    let shown = |name: &String| ShownProvider { name: name.clone(), login: format!("/auth/oidc/{name}/login") };
    Page::whole(here.0.providers.keys().map(shown).collect())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Beginning {
    /// The page of this server that the browser goes to afterwards. Anything else means the first page.
    return_to: Option<String>,
}

/// Begin to log in by a provider
///
/// For browsers: leads to the provider.
#[utoipa::path(
    get, path = "/auth/oidc/{provider}/login", operation_id = "begin_single_sign_on", tag = "team", security(()),
    params(("provider" = String, Path, description = "The provider's name.")),
    responses(
        (status = 303, description = "To the provider."), Invalid, NotFound,
        (status = 503, description = "The provider cannot be reached.", body = String, content_type = "text/html"),
    )
)]
async fn begin_single_sign_on(
    State(here): State<SingleSignOn>,
    Params(provider): Params<String>,
    Query(asked): Query<Beginning>,
) -> Result<Response, Problem> {
    let provider = here.provider(&provider)?;
    let return_to = page_of_ours(&here.0.public_url, asked.return_to.as_deref());
    let begun = provider.begin(return_to).await;
    Ok(match begun.and_then(|(url, attempt)| Ok((url, attempt.give(&here.0.vault)?))) {
        Ok((url, cookie)) => lead(url.as_str(), [cookie]),
        Err(error) => page::refused(error),
    })
}

/// What a provider answers with. It may say more than is read.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Answer {
    /// What the browser was sent with.
    state: Option<String>,
    /// What is exchanged for a token.
    code: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
}

/// Finish logging in by a provider
///
/// For browsers: the provider leads here, and this to the page where it began.
#[utoipa::path(
    get, path = "/auth/oidc/{provider}/callback", operation_id = "finish_single_sign_on", tag = "team", security(()),
    params(("provider" = String, Path, description = "The provider's name."), Answer),
    responses(
        (status = 303, description = "Logged in; to the page where it began."), NotFound,
        (status = 401, description = "The answer proves nothing.", body = String, content_type = "text/html"),
        (status = 403, description = "Whoever it is may not log in.", body = String, content_type = "text/html"),
        (status = 409, description = "Somebody else has just been given the same address.", body = String, content_type = "text/html"),
        (status = 503, description = "The provider cannot be reached.", body = String, content_type = "text/html"),
    )
)]
async fn finish_single_sign_on(
    State(here): State<SingleSignOn>,
    Params(provider): Params<String>,
    answer: Result<Query<Answer>, Problem>,
    headers: HeaderMap,
    client: Client,
) -> Result<Response, Problem> {
    let provider = here.provider(&provider)?;
    // Whatever comes of it, the attempt is over.
    let over = Attempt::take_away()?;
    let answer = answer.map(|Query(answer)| answer).ok();
    Ok(match here.finish(provider, answer, &headers, &client).await {
        Ok((entered, return_to)) => lead(&return_to, [over, cookie::give(&entered.secret, entered.pending)]),
        Err(error) => (AppendHeaders([(header::SET_COOKIE, over)]), page::refused(error)).into_response(),
    })
}

impl SingleSignOn {
    async fn finish(
        &self,
        provider: &Provider,
        answer: Option<Answer>,
        headers: &HeaderMap,
        client: &Client,
    ) -> Result<(Entered, String)> {
        let began_elsewhere =
            || Error::unauthenticated("this login did not begin in this browser, or it took too long; begin again");
        let not_let_in = || Error::unauthenticated("the provider did not let you in; begin again");
        let answer = answer.ok_or_else(not_let_in)?;
        let state = answer.state.unwrap_or_default();
        let now = self.0.team.clock.now();
        let attempt = Attempt::read(headers, &self.0.vault, &provider.name, &state, now).ok_or_else(began_elsewhere)?;
        if answer.iss.is_some_and(|issuer| !provider.is_issuer(&issuer)) {
            return Err(not_let_in());
        }
        let code = answer.code.ok_or_else(not_let_in)?;
        let entered = match provider.identify(code, &attempt).await {
            Ok(identity) => self.settle(provider, identity, &attempt, cookie::read(headers), client).await,
            Err(error) => Err(error),
        };
        // What did not even begin here is not worth a line: anybody could fill the log with it.
        if matches!(&entered, Err(error) if matches!(error.kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden)) {
            self.record_refusal(provider, client).await?;
        }
        Ok((entered?, attempt.return_to))
    }
}

/// Log out of the provider
///
/// For browsers, after the session here has ended: leads to the provider's own page for that, or to the first page where it has
/// none.
#[utoipa::path(
    get, path = "/auth/oidc/{provider}/logout", operation_id = "end_single_sign_on", tag = "team", security(()),
    params(("provider" = String, Path, description = "The provider's name.")),
    responses(
        (status = 303, description = "To the provider."), NotFound,
        (status = 503, description = "The provider cannot be reached.", body = String, content_type = "text/html"),
    )
)]
async fn end_single_sign_on(
    State(here): State<SingleSignOn>,
    Params(provider): Params<String>,
) -> Result<Response, Problem> {
    let provider = here.provider(&provider)?;
    Ok(match provider.log_out(here.0.public_url.clone()).await {
        Ok(url) => lead(url.as_ref().map_or("/", Url::as_str), []),
        Err(error) => page::refused(error),
    })
}

/// Sends the browser on, with these cookies.
fn lead<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Response {
    let head = [
        (header::LOCATION, HeaderValue::try_from(to).unwrap_or_else(|_| HeaderValue::from_static("/"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let cookies = AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    (StatusCode::SEE_OTHER, head, cookies).into_response()
}
