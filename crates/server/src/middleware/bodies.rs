//! Bodies of the API arrive as they are: nothing is inflated, so that a body's size is known as it comes in.

use api::Problem;
use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The largest body of the API in bytes, where a route does not say otherwise.
pub(crate) const LARGEST: usize = 256 << 10;

/// Middleware: refuses bodies that are packed. The collect API, whose clients pack theirs, has its own reader.
pub(crate) async fn plain_bodies_alone(request: Request, next: Next) -> Response {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    if encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return next.run(request).await;
    }
    Problem::packed().into_response()
}
