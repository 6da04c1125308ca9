//! Errors on the wire: RFC 9457 problem details, made from the one error that crosses a room's door.

use axum::{
    Json,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::{Error, ErrorKind, FieldError};
use serde::Serialize;

/// The body of every answer that is not a success, as `application/problem+json`.
///
/// Handlers return `Result<_, Problem>`, so that `?` turns a room's error into an answer. A server that cannot now
/// says in `Retry-After` when to come back; what is behind an internal error goes to the log and never to the caller.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    status: StatusCode,
}

#[derive(Serialize)]
struct Details<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

/// The status that an error has by its kind.
fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
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

    /// Seconds to wait: a busy server is soon free, a full disk waits for its operator.
    fn retry_after(&self) -> Option<HeaderValue> {
        match self.error.kind {
            ErrorKind::Unavailable => Some(HeaderValue::from_static("1")),
            ErrorKind::Full => Some(HeaderValue::from_static("30")),
            _ => None,
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
        let status = self.status;
        let internal = self.error.kind == ErrorKind::Internal;
        if internal {
            tracing::error!(error = %self.error, "a request failed");
        }
        let details = Details {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: if internal { "the server could not do this; its log says why" } else { &self.error.message },
            errors: if internal { &[] } else { &self.error.fields },
        };
        let mut response = (status, Json(details)).into_response();
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
