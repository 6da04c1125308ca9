//! How long an answer may take to be made.

use api::Problem;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::Error;
use std::time::Duration;

/// An answer that is not begun by then is given up; what its handler was doing is dropped and rolled back.
const ANSWER: Duration = Duration::from_secs(60);

/// Middleware: an answer takes at most a minute.
pub(crate) async fn answer_in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Error::unavailable("this took too long; ask for less, or try again")).into_response(),
    }
}
