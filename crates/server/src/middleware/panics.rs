//! A panic is a defect of one request: it is logged, answered, and the process goes on.

use api::Problem;
use axum::response::{IntoResponse, Response};
use base::Error;
use std::any::Any;

/// The answer to a request whose handler panicked.
pub(crate) fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a request panicked");
    Problem::from(Error::internal("panicked")).into_response()
}
