//! How long a body may take to come in, and an answer to be made.

use api::Problem;
use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::Error;
use http_body_util::BodyExt;
use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tower_http::timeout::TimeoutError;

/// An answer that is not begun by then is given up; what its handler was doing is dropped and rolled back.
const ANSWER: Duration = Duration::from_secs(60);

/// Middleware: a request whose body came too late is answered with 408, which clients try again, whatever its handler
/// made of it. It stands inside the layers that time the body.
pub(crate) async fn answer_late_bodies(request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::new(false));
    let seen = late.clone();
    let request = request.map(|body| {
        Body::new(body.map_err(move |error| {
            let mut cause = error.source();
            while let Some(inner) = cause {
                if inner.is::<TimeoutError>() {
                    seen.store(true, Ordering::Release);
                }
                cause = inner.source();
            }
            error
        }))
    });
    let response = next.run(request).await;
    if late.load(Ordering::Acquire) { Problem::too_slow().into_response() } else { response }
}

/// Middleware: an answer takes at most a minute.
pub(crate) async fn answer_in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Error::unavailable("this took too long; ask for less, or try again")).into_response(),
    }
}
