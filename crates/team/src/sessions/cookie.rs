//! The cookie that carries a session.

use axum::http::{HeaderMap, HeaderValue, header};

use super::life;
use crate::secret::{Secret, SecretHash};

/// `__Host-`: a browser takes it from a secure page of this very host alone, and sends it to no other.
const NAME: &str = "__Host-harken";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The header that gives a browser its session.
pub(crate) fn give(secret: &Secret, pending: bool) -> HeaderValue {
    let micros = if pending { life::PENDING } else { life::WHOLE };
    header(secret.expose(), micros / base::Timestamp::SECOND)
}

/// The header that takes it away.
pub(crate) fn take_away() -> HeaderValue {
    header("", 0)
}

fn header(value: &str, seconds: i64) -> HeaderValue {
    let text = format!("{NAME}={value}; {ATTRIBUTES}; Max-Age={seconds}");
    // The value is base64: nothing in it is unfit for a header.
    let mut header = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// The session that a request carries; `None` where there is none, or one that cannot be ours.
pub(crate) fn read(headers: &HeaderMap) -> Option<SecretHash> {
    value(headers).and_then(SecretHash::read)
}

/// Whether a request carries our cookie, whatever is in it.
pub(crate) fn is_there(headers: &HeaderMap) -> bool {
    value(headers).is_some()
}

fn value(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_comes_back_among_other_cookies() {
        let secret = Secret::random();
        let given = give(&secret, false);
        assert!(given.is_sensitive());
        let given = given.to_str().unwrap();
        assert!(given.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"), "{given}");
        let (pair, _) = given.split_once(';').unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers), None);
        headers.append(header::COOKIE, "theme=dark; x".parse().unwrap());
        headers.append(header::COOKIE, format!("a=b; {pair}; __Host-harken2=x").parse().unwrap());
        assert_eq!(read(&headers), Some(secret.hash()));
        headers.insert(header::COOKIE, "__Host-harken=".parse().unwrap());
        assert!(is_there(&headers) && read(&headers).is_none());
    }
}
