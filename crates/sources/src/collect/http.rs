//! The routes of the Segment protocol, with the long paths of servers and the short ones of browsers.

use axum::{
    Json, Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use base::{Error, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{CONFLICT, Collected, Sorted, body, envelope::Envelope, event::Call, sort};
use api::Problem;

use crate::Sources;

/// The largest body of a batch in bytes, after inflating.
const LARGEST_BATCH: usize = 5_000_000;
/// The largest body of a single call in bytes, after inflating.
const LARGEST_CALL: usize = 1_000_000;
/// From this size on, a body is read on a thread that no other request waits for.
const SLOW_TO_READ: usize = 64 * 1024;

/// All routes of the collect API. Pages of any origin may call them; none of them answers with anything that is stored.
pub fn routes(sources: Sources) -> Router {
    let routes: [(&str, MethodRouter<Sources>); 15] = [
        ("/v1/batch", post(log_batch)),
        ("/v1/import", post(log_batch)),
        ("/v1/b", post(log_batch)),
        ("/v1/track", post(log_track)),
        ("/v1/t", post(log_track)),
        ("/v1/identify", post(log_identify)),
        ("/v1/i", post(log_identify)),
        ("/v1/page", post(log_page)),
        ("/v1/p", post(log_page)),
        ("/v1/screen", post(log_screen)),
        ("/v1/s", post(log_screen)),
        ("/v1/group", post(log_group)),
        ("/v1/g", post(log_group)),
        ("/v1/alias", post(log_alias)),
        ("/v1/a", post(log_alias)),
    ];
    let router = routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    });
    router
        .route("/v1/projects/{write_key}/settings", get(show_settings))
        .method_not_allowed_fallback(refuse_method)
        .layer(middleware::from_fn(allow_any_origin))
        .with_state(sources)
}

async fn log_batch(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, LARGEST_BATCH).await?;
    let key = key_in_header(&parts.headers);
    Ok(Json(collect(&sources, key, body, None).await?))
}

async fn log_track(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Track).await
}

async fn log_identify(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Identify).await
}

async fn log_page(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Page).await
}

async fn log_screen(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Screen).await
}

async fn log_group(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Group).await
}

async fn log_alias(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Alias).await
}

/// One event by itself. A message id that means something else already is told by the status, since there is no other
/// event that the caller could lose by it.
async fn log_call(sources: Sources, request: Request, call: Call) -> Result<Json<Collected>, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, LARGEST_CALL).await?;
    let key = key_in_header(&parts.headers);
    let mut collected = collect(&sources, key, body, Some(call)).await?;
    if collected.errors.first().is_some_and(|error| error.reason == CONFLICT) {
        let fields = std::mem::take(&mut collected.errors);
        return Err(Error { fields, ..Error::conflict("the messageId belongs to another event") }.into());
    }
    Ok(Json(collected))
}

/// Reads a body, finds out whose it is, and logs it. `call` is `None` for a batch, whose events name their own.
async fn collect(sources: &Sources, key: Option<String>, body: String, call: Option<Call>) -> Result<Collected> {
    let received_at = sources.clock.now();
    let slow = body.len() >= SLOW_TO_READ;
    let read = move || {
        let envelope = if call.is_some() { Envelope::of_one(&body) } else { Envelope::of_batch(&body) }?;
        let sorted = sort(&envelope, call, received_at);
        Ok::<(Option<String>, Sorted), Error>((envelope.write_key, sorted))
    };
    let (key_in_body, sorted) = if slow {
        tokio::task::spawn_blocking(read).await.map_err(|_| Error::internal("reading a batch was cut short"))??
    } else {
        read()?
    };
    let key = key.or(key_in_body).ok_or_else(|| Error::unauthenticated("the request carries no write key"))?;
    let scope = sources.team.scope_of_write_key(&key).await?;
    sources.log_sorted(&scope, sorted).await
}

/// The write key as the user name of basic authentication.
fn key_in_header(headers: &HeaderMap) -> Option<String> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let key = text.split_once(':').map_or(text.as_str(), |(key, _)| key);
    (!key.is_empty()).then(|| key.to_owned())
}

/// What the browser client asks for before it sends anything. The key is echoed, known or not: the client sends with
/// the key that stands here. It is told to keep its measurements of itself to itself.
async fn show_settings(path: Result<Path<String>, PathRejection>) -> Result<Json<serde_json::Value>, Problem> {
    let Path(write_key) = path.map_err(|_| Error::invalid("the write key in the path is not UTF-8"))?;
    Ok(Json(json!({
        "integrations": {
            "Segment.io": {"apiKey": write_key, "unbundledIntegrations": [], "addBundledMetadata": true},
        },
        "plan": {"track": {"__default": {"enabled": true}}},
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    })))
}

/// The path is one of ours and the method is not; the router adds `Allow`.
async fn refuse_method(method: Method) -> Problem {
    Problem::method_not_allowed(&method)
}

/// Lets pages of any origin call these routes, without cookies, and answers their preflight requests.
async fn allow_any_origin(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    if preflight {
        let allowed = HeaderValue::from_static("authorization, content-type, x-retry-count");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    response
}
