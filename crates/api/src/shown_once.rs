//! Answers that hold a secret: they are sent, and nothing on the way keeps them.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An answer as JSON that holds a secret which is never told again: a new API key, recovery codes.
#[derive(Clone, Debug)]
pub struct ShownOnce<T>(pub T);

/// In an answer's extensions: it holds a secret, so it is not kept to be answered again under an idempotency key.
#[derive(Clone, Copy, Debug)]
pub struct Secret;

impl<T: Serialize> IntoResponse for ShownOnce<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        response.extensions_mut().insert(Secret);
        response
    }
}
