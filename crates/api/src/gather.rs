//! The bytes of a request's body.

use axum::{Error, body::Body};
use http_body_util::BodyExt;

/// Reads a body to its end, in memory of its size.
///
/// Every piece is copied out at once. A piece that is kept keeps all of the buffer that it was read into, so that a body
/// which drips in byte by byte would hold eight kilobytes for each.
///
/// Errors: what the connection or a limit around the body has to say.
pub async fn gather(mut body: Body) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(bytes)
}
