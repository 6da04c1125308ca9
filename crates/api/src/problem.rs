//! Errors on the wire: RFC 9457 problem details, made from the one error that crosses a room's door.

use axum::{
    Json,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::{Error, ErrorKind, FieldError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::RequestId;

/// The body of every answer that is not a success, as `application/problem+json`.
///
/// Handlers return `Result<_, Problem>`, so that `?` turns a room's error into an answer. A server that cannot now
/// says in `Retry-After` when to come back; what is behind an internal error goes to the log and never to the caller.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    status: StatusCode,
}

/// What an error looks like on the wire (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemDetails {
    /// What kind of problem it is; `about:blank` where the status says it all.
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// What went wrong, in a sentence.
    detail: String,
    /// This occurrence: the request's id, which the server's log knows too.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<WrongField>, required = false)]
    errors: Vec<FieldError>,
}

/// What is wrong with one field of one item.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes base::FieldError, which knows nothing of HTTP")]
pub struct WrongField {
    /// The position of the item in its batch, from 0.
    index: Option<usize>,
    /// The field as the caller wrote it.
    field: String,
    /// A short code that programs use.
    reason: String,
    /// A sentence for a person.
    message: String,
}

/// The status that an error has by its kind.
fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::Changed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Full => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// The path takes other methods than this one. Who answers with it says which in `Allow`, as a router does.
    pub fn method_not_allowed(method: &Method) -> Self {
        let error = Error::invalid(format!("this path does not take {method}"));
        Self { error, status: StatusCode::METHOD_NOT_ALLOWED }
    }

    /// The body did not come in in time.
    pub fn too_slow() -> Self {
        let error = Error::unavailable("the body did not come in in time");
        Self { error, status: StatusCode::REQUEST_TIMEOUT }
    }

    /// The body is packed, and this path takes none that is.
    pub fn packed() -> Self {
        let message = "this path takes bodies as they are, without Content-Encoding";
        let error = Error::invalid_field("Content-Encoding", "unknown_encoding", message);
        Self { error, status: StatusCode::UNSUPPORTED_MEDIA_TYPE }
    }

    /// Seconds to wait: a busy server is soon free, a full disk waits for its operator.
    fn retry_after(&self) -> Option<HeaderValue> {
        let known = match self.error.kind {
            ErrorKind::Unavailable => Some(1),
            ErrorKind::Full => Some(30),
            _ => None,
        };
        self.error.retry_after.or(known).map(HeaderValue::from)
    }

    /// The body alone, for an answer in which only a part has failed.
    pub fn into_details(self) -> ProblemDetails {
        self.log();
        self.details(RequestId::current().map(RequestId::urn))
    }

    /// What is never told to the caller goes to the log.
    fn log(&self) {
        if self.error.kind == ErrorKind::Internal {
            tracing::error!(error = %self.error, "a request failed");
        }
    }

    /// The body for this problem; `instance` names the occurrence.
    fn details(&self, instance: Option<String>) -> ProblemDetails {
        let internal = self.error.kind == ErrorKind::Internal;
        let detail = if internal { "the server could not do this; its log says why" } else { &self.error.message };
        ProblemDetails {
            r#type: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail: detail.into(),
            instance,
            errors: if internal { Vec::new() } else { self.error.fields.clone() },
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { status: status(error.kind), error }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let mut response = (self.status, Json(self.details(RequestId::current().map(RequestId::urn)))).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_server_and_a_full_disk_say_when_to_come_back() {
        for (error, status, seconds) in [(Error::unavailable("busy"), 503, "1"), (Error::full("full"), 507, "30")] {
            let response = Problem::from(error).into_response();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
        assert!(!Problem::from(Error::invalid("no")).into_response().headers().contains_key(header::RETRY_AFTER));
    }
}
