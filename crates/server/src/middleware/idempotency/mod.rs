//! A write that carries an `Idempotency-Key` is done once, however often it is sent
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! The first request with a key is carried out, even if whoever sent it goes away meanwhile. The same request again is
//! answered the same for a day, with `Idempotency-Replayed: true`; while the first is still being answered, with 409;
//! another request under the same key with 422. A request that fails has changed nothing, so its key is free again.
//! Keys are each caller's own. Answers that hold a secret, or are long, are not kept: then the repetition is told that
//! the request was carried out.

mod store;
#[cfg(test)]
mod tests;

use ::store::Store;
use api::{Problem, RequestId, Secret};
use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::{Clock, Error, Result};
use team::Caller;
use tracing::Instrument;
use uuid::Uuid;

use super::rates::Asker;
use store::{Answer, Claim, Claimed};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

const LONGEST_KEY: usize = 255;
/// A longer answer is not kept.
const LONGEST_ANSWER: u64 = 64 << 10;
/// Headers that belong to an answer that is kept.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

/// The kept answers; cheap to clone.
#[derive(Clone)]
pub(crate) struct Idempotency {
    store: Store,
    clock: Clock,
}

/// Whose key it is, the key, and what was asked under it.
#[derive(Clone, Debug)]
struct Asked {
    workspace: Uuid,
    caller: Uuid,
    key: String,
    fingerprint: [u8; 32],
}

impl Idempotency {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }
}

/// Middleware of the API, inside authentication. Whoever is not known is refused by the route itself.
pub(crate) async fn answer_once(State(idempotency): State<Idempotency>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Result<Caller>>().and_then(|caller| caller.as_ref().ok());
    let asker = caller.and_then(Asker::of).filter(|_| request.method() == Method::POST);
    let (Some(asker), true) = (asker, request.headers().contains_key(KEY)) else { return next.run(request).await };
    match once(idempotency, asker, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once(idempotency: Idempotency, asker: Asker, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body =
        Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await.map_err(
            |rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::too_large("the body is larger than this path takes"),
                _ => Error::invalid("the body could not be read to its end"),
            },
        )?;
    let mut fingerprint = blake3::Hasher::new();
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    for part in [target.as_bytes(), b"\0", &body] {
        fingerprint.update(part);
    }
    let asked = Asked {
        workspace: asker.workspace.unwrap_or_default(),
        caller: asker.actor,
        key,
        fingerprint: fingerprint.finalize().into(),
    };
    match idempotency.claim(&asked).await? {
        Claim::Ours(claimed) => {
            let request = Request::from_parts(parts, Body::from(body));
            carry_out(idempotency, asked, claimed, request, next).await
        }
        Claim::InFlight { seconds } => {
            let message = "a request with this Idempotency-Key is still being answered";
            Err(Error { retry_after: Some(seconds), ..Error::conflict(message) }.into())
        }
        Claim::Another => Err(Error::unprocessable("this Idempotency-Key belongs to another request").into()),
        Claim::Answered(answer) => replay(answer),
    }
}

/// Answers the request in a task of its own, which ends whether or not somebody still waits for it.
async fn carry_out(
    idempotency: Idempotency,
    asked: Asked,
    claimed: Claimed,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let task = async move {
        let response = next.run(request).await;
        if !response.status().is_success() && !response.status().is_redirection() {
            idempotency.release(&asked, claimed).await?;
            return Ok(response);
        }
        let (response, answer) = keep(response).await?;
        idempotency.keep(&asked, claimed, &answer).await?;
        Ok(response)
    };
    let task = task.instrument(tracing::Span::current());
    let task = match RequestId::current() {
        Some(id) => tokio::spawn(id.scope(task)),
        None => tokio::spawn(task),
    };
    match task.await {
        Ok(answered) => answered,
        // The defect is answered where all are.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::unavailable("the server is stopping; try again").into()),
    }
}

/// What of an answer is kept, and the answer itself.
async fn keep(response: Response) -> Result<(Response, Answer)> {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let headers = KEPT.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    let headers = headers.collect();
    let short = body.size_hint().upper().is_some_and(|length| length <= LONGEST_ANSWER);
    if !short || parts.extensions.get::<Secret>().is_some() {
        return Ok((Response::from_parts(parts, body), Answer { status, headers, body: None }));
    }
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Error::internal("an answer ended early"))?;
    let answer = Answer { status, headers, body: String::from_utf8(bytes.to_vec()).ok() };
    Ok((Response::from_parts(parts, Body::from(bytes)), answer))
}

fn replay(answer: Answer) -> Result<Response, Problem> {
    let Some(body) = answer.body else {
        let message = "this request was carried out; its answer was shown once and is not kept";
        return Err(Error::conflict(message).into());
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// The one key of a request: a string in quotes, as the draft has it, or without them, as most clients send it.
fn key(headers: &HeaderMap) -> Result<String> {
    let wrong = || {
        let message = format!("a key has 1 to {LONGEST_KEY} visible ASCII characters; a UUID is a good one");
        Error::invalid_field("Idempotency-Key", "wrong_form", message)
    };
    let mut lines = headers.get_all(KEY).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return Err(wrong()) };
    let text = line.to_str().map_err(|_| wrong())?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let valid =
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if valid { Ok(key.to_owned()) } else { Err(wrong()) }
}
