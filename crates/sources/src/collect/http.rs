//! The routes of the Segment protocol, with the long paths of servers and the short ones of browsers.

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use base::{Error, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{CONFLICT, Collected, Sorted, body, envelope::Envelope, event::Call, sort};
use api::{Problem, ProblemDetails};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Sources;

/// The largest body of a batch in bytes, after inflating.
const LARGEST_BATCH: usize = 5_000_000;
/// The largest body of a single call in bytes, after inflating.
const LARGEST_CALL: usize = 1_000_000;
/// From this size on, a body is read on a thread that no other request waits for.
const SLOW_TO_READ: usize = 64 * 1024;

/// Global Privacy Control: https://www.w3.org/TR/gpc/
const GPC: &str = "sec-gpc";

/// All routes of the collect API. Pages of any origin may call them; none of them answers with anything that is stored.
///
/// Described is the long path of each. Browsers have short ones, and any may end with a slash.
#[expect(clippy::disallowed_methods, reason = "other names of routes that are described")]
pub fn collect(sources: Sources) -> OpenApiRouter {
    let described = OpenApiRouter::new()
        .routes(routes!(log_batch))
        .routes(routes!(log_track))
        .routes(routes!(log_identify))
        .routes(routes!(log_page))
        .routes(routes!(log_screen))
        .routes(routes!(log_group))
        .routes(routes!(log_alias))
        .routes(routes!(show_settings));
    let (router, description) = described.split_for_parts();
    let names: [(&str, &[&str], MethodRouter<Sources>); 7] = [
        ("/v1/batch", &["/v1/import", "/v1/b"], post(log_batch)),
        ("/v1/track", &["/v1/t"], post(log_track)),
        ("/v1/identify", &["/v1/i"], post(log_identify)),
        ("/v1/page", &["/v1/p"], post(log_page)),
        ("/v1/screen", &["/v1/s"], post(log_screen)),
        ("/v1/group", &["/v1/g"], post(log_group)),
        ("/v1/alias", &["/v1/a"], post(log_alias)),
    ];
    let router = names.into_iter().fold(router, |router, (name, others, methods)| {
        let router = router.route(&format!("{name}/"), methods.clone());
        others.iter().fold(router, |router, other| {
            router.route(other, methods.clone()).route(&format!("{other}/"), methods.clone())
        })
    });
    let router = router
        .method_not_allowed_fallback(refuse_method)
        .layer(middleware::from_fn(allow_any_origin))
        .with_state(sources);
    OpenApiRouter::with_openapi(description).merge(router.into())
}

/// Log a batch of events
///
/// At most 10,000 events in 5 MB, counted after inflating (`Content-Encoding: gzip` or `deflate`). What is good is logged, what is not is named in `errors` and never costs the others; sending it all again doubles nothing. All of it is durable before it is answered.
/// Also `/v1/import` and `/v1/b`.
#[utoipa::path(
    post,
    path = "/v1/batch",
    tag = "collect",
    request_body = BatchBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
    ),
    security(("write_key" = []))
)]
async fn log_batch(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, LARGEST_BATCH).await?;
    Ok(Json(take_in(&sources, &parts.headers, body, None).await?))
}

/// Log what somebody did
///
/// Also `/v1/t`.
#[utoipa::path(
    post,
    path = "/v1/track",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_track(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Track).await
}

/// Log who somebody is
///
/// Also `/v1/i`.
#[utoipa::path(
    post,
    path = "/v1/identify",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_identify(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Identify).await
}

/// Log a page that somebody viewed
///
/// Also `/v1/p`.
#[utoipa::path(
    post,
    path = "/v1/page",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_page(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Page).await
}

/// Log a screen that somebody viewed
///
/// Also `/v1/s`.
#[utoipa::path(
    post,
    path = "/v1/screen",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_screen(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Screen).await
}

/// Log which company somebody belongs to
///
/// Also `/v1/g`.
#[utoipa::path(
    post,
    path = "/v1/group",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_group(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Group).await
}

/// Log that two ids are one person
///
/// Also `/v1/a`.
#[utoipa::path(
    post,
    path = "/v1/alias",
    tag = "collect",
    request_body = EventBody,
    responses(
        (status = 200, description = "Everything that could be logged is durable.", body = Collected),
        (status = 409, description = "The `messageId` belongs to another event.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("write_key" = []))
)]
async fn log_alias(State(sources): State<Sources>, request: Request) -> Result<Json<Collected>, Problem> {
    log_call(sources, request, Call::Alias).await
}

/// One event by itself. A message id that means something else already is told by the status, since there is no other
/// event that the caller could lose by it.
async fn log_call(sources: Sources, request: Request, call: Call) -> Result<Json<Collected>, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, LARGEST_CALL).await?;
    let mut collected = take_in(&sources, &parts.headers, body, Some(call)).await?;
    if collected.errors.first().is_some_and(|error| error.reason == CONFLICT) {
        let fields = std::mem::take(&mut collected.errors);
        return Err(Error { fields, ..Error::conflict("the messageId belongs to another event") }.into());
    }
    Ok(Json(collected))
}

/// Reads a body, finds out whose it is, and logs it. `call` is `None` for a batch, whose events name their own.
async fn take_in(sources: &Sources, headers: &HeaderMap, body: String, call: Option<Call>) -> Result<Collected> {
    let received_at = sources.clock.now();
    let (key, gpc) = (key_in_header(headers), headers.get(GPC).is_some_and(|value| value == "1"));
    let slow = body.len() >= SLOW_TO_READ;
    let read = move || {
        let mut envelope = if call.is_some() { Envelope::of_one(&body) } else { Envelope::of_batch(&body) }?;
        envelope.shared.gpc = gpc;
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

/// Show a browser's settings
///
/// What the browser client asks for before it sends anything. The key is echoed, known or not: the client sends with
/// the key that stands here. It is told to keep its measurements of itself to itself.
#[utoipa::path(
    get,
    path = "/v1/projects/{write_key}/settings",
    tag = "collect",
    params(("write_key" = String, Path, description = "The write key.", example = "wk_")),
    responses((status = 200, description = "The settings.", body = Object)),
    security(())
)]
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

/// An event as trackers send it; what it may hold besides stands in the chapter on sources.
#[derive(ToSchema)]
#[schema(as = Event)]
#[expect(dead_code, reason = "describes what `event` reads field by field")]
struct EventBody {
    /// What it is; in a batch alone, where the path does not say.
    #[schema(example = "track")]
    r#type: Option<String>,
    /// The same id is logged once within seven days.
    #[schema(rename = "messageId", max_length = 255, example = "order-4711-completed")]
    message_id: Option<String>,
    /// Who it was, by the id that your database knows.
    #[schema(rename = "userId", example = "u-ana")]
    user_id: Option<String>,
    /// Who it was, before anybody knew.
    #[schema(rename = "anonymousId")]
    anonymous_id: Option<String>,
    /// What happened, in a track call.
    #[schema(example = "Order Completed")]
    event: Option<String>,
    /// What else is to be said of it.
    #[schema(value_type = Option<Object>, example = json!({"order_id": "4711", "total": 129.9, "currency": "EUR"}))]
    properties: Option<serde_json::Value>,
    /// What became known about the customer.
    #[schema(value_type = Option<Object>)]
    traits: Option<serde_json::Value>,
    /// When it happened, by the client's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<String>,
}

/// Events as trackers send them together.
#[derive(ToSchema)]
#[schema(as = Batch)]
#[expect(dead_code, reason = "describes what `envelope` reads field by field")]
struct BatchBody {
    /// The events.
    #[schema(max_items = 10_000)]
    batch: Vec<EventBody>,
    /// When they were sent, by the client's clock: corrects the times of all events.
    #[schema(rename = "sentAt", value_type = Option<String>, format = DateTime)]
    sent_at: Option<String>,
    /// The write key, where it is not in the header.
    #[schema(rename = "writeKey")]
    write_key: Option<String>,
}
