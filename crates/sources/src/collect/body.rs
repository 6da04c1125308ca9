//! The body of a request as text: length caps before and after inflating, whatever the client declares.

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use base::{Error, Result};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::{LengthLimitError, Limited};
use std::{error::Error as _, io::Read};

/// How the client packed the body.
enum Packing {
    Plain,
    Gzip,
    Deflate,
}

/// Reads a body of at most `limit` bytes, counted both as it arrives and after inflating, as UTF-8.
///
/// The declared content type is ignored: trackers send JSON as `text/plain` and as a form.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<String> {
    let packing = packing(headers)?;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let bytes = api::gather(Body::new(Limited::new(body, limit))).await.map_err(|error| match error.source() {
        Some(cause) if cause.is::<LengthLimitError>() => too_large(limit),
        _ => Error::invalid("the body ended before it was complete"),
    })?;
    let bytes = match packing {
        Packing::Plain => bytes,
        Packing::Gzip => inflate(MultiGzDecoder::new(&*bytes), limit)?,
        Packing::Deflate => inflate(ZlibDecoder::new(&*bytes), limit)?,
    };
    text(bytes)
}

fn too_large(limit: usize) -> Error {
    Error::too_large(format!("the body may hold {limit} bytes, counted after inflating"))
}

/// One encoding, once: what is packed twice is no tracker's body.
fn packing(headers: &HeaderMap) -> Result<Packing> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let encoding = match (encodings.next(), encodings.next()) {
        (None, _) => return Ok(Packing::Plain),
        (Some(encoding), None) => encoding.to_str().unwrap_or("?").trim().to_ascii_lowercase(),
        (Some(_), Some(_)) => "?".to_owned(),
    };
    match encoding.as_str() {
        "" | "identity" => Ok(Packing::Plain),
        "gzip" | "x-gzip" => Ok(Packing::Gzip),
        "deflate" => Ok(Packing::Deflate),
        _ => Err(Error::invalid_field(
            "Content-Encoding",
            "unknown_encoding",
            "a body is packed once: with gzip, with deflate, or not at all",
        )),
    }
}

/// Stops at the cap, so that a small bomb costs no more than the largest honest body.
fn inflate(packed: impl Read, limit: usize) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    packed.take(limit as u64 + 1).read_to_end(&mut plain).map_err(|_| Error::invalid("the body cannot be inflated"))?;
    if plain.len() > limit { Err(too_large(limit)) } else { Ok(plain) }
}

fn text(mut bytes: Vec<u8>) -> Result<String> {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        Error::invalid(format!("the body is not UTF-8: its byte {good} belongs to no character"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::ErrorKind;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[tokio::test]
    async fn a_gzip_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![b'0'; 50_000_000]);
        assert!(bomb.len() < 100_000);
        let error = read(&with(header::CONTENT_ENCODING, "gzip"), bomb.into(), 1_000_000).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge);
    }

    #[tokio::test]
    async fn what_is_declared_too_long_is_not_read() {
        let error = read(&with(header::CONTENT_LENGTH, "2000000000"), Body::empty(), 1000).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge);
        let error = read(&HeaderMap::new(), vec![b' '; 1001].into(), 1000).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge);
    }

    #[tokio::test]
    async fn bodies_arrive_plain_gzipped_or_deflated_and_never_packed_twice() {
        let text = "\u{feff}{}";
        assert_eq!(read(&HeaderMap::new(), text.into(), 100).await.unwrap(), "{}");
        assert_eq!(
            read(&with(header::CONTENT_ENCODING, "GZIP"), gzip(text.as_bytes()).into(), 100).await.unwrap(),
            "{}"
        );
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"{}").unwrap();
        assert_eq!(
            read(&with(header::CONTENT_ENCODING, "deflate"), zlib.finish().unwrap().into(), 100).await.unwrap(),
            "{}"
        );
        for encoding in ["gzip, gzip", "br", "zstd"] {
            assert_eq!(
                read(&with(header::CONTENT_ENCODING, encoding), gzip(b"{}").into(), 100).await.unwrap_err().kind,
                ErrorKind::Invalid
            );
        }
        let nested = gzip(&gzip(b"{}"));
        assert_eq!(
            read(&with(header::CONTENT_ENCODING, "gzip"), nested.into(), 100).await.unwrap_err().kind,
            ErrorKind::Invalid
        );
    }
}
