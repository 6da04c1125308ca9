//! Requests that another site makes a browser send.

use axum::http::{HeaderMap, Method, header};
use base::{Error, Result};
use url::{Origin, Url};

/// `Sec-Fetch-Site`: https://www.w3.org/TR/fetch-metadata/
const FETCH_SITE: &str = "sec-fetch-site";

/// Whether this method changes nothing. (RFC 9110, 9.2.1)
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Where a request comes from, as far as its headers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// One of our own pages.
    OurPage,
    /// Another site's page, or one without an origin.
    Elsewhere,
    /// It does not say: no browser of these days sent it.
    Unknown,
}

/// Reads `Origin`, and where it is missing `Sec-Fetch-Site`. Our origin is `public_url`'s; where none is configured, the host that
/// the request was sent to.
pub(crate) fn of(headers: &HeaderMap, public_url: Option<&Url>) -> From {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(origin) = text(header::ORIGIN.as_str()) {
        let ours = match public_url {
            Some(url) => is_origin(origin, &url.origin()),
            None => is_host(origin, text(header::HOST.as_str()).unwrap_or_default()),
        };
        return if ours { From::OurPage } else { From::Elsewhere };
    }
    match text(FETCH_SITE) {
        Some("same-origin") => From::OurPage,
        Some(_) => From::Elsewhere,
        None => From::Unknown,
    }
}

fn is_origin(sent: &str, ours: &Origin) -> bool {
    // An opaque origin, sent as `null`, equals no other.
    Url::parse(sent).is_ok_and(|sent| sent.origin() == *ours)
}

fn is_host(sent: &str, host: &str) -> bool {
    let Some((scheme, authority)) = sent.split_once("://") else { return false };
    let ours = Url::parse(&format!("{scheme}://{host}"));
    !authority.is_empty() && !host.is_empty() && ours.is_ok_and(|ours| is_origin(sent, &ours.origin()))
}

/// What bodies with a session may be: no form sends either.
const TYPES: [&str; 2] = ["application/json", "application/octet-stream"];

/// That a request with a session was meant: it comes from one of our own pages, and a body is JSON or a file's bytes.
pub(crate) fn ensure_meant(method: &Method, headers: &HeaderMap, public_url: Option<&Url>) -> Result<()> {
    if is_safe(method) {
        return Ok(());
    }
    if of(headers, public_url) != From::OurPage {
        return Err(Error::forbidden("a request with a session must come from this server's own pages"));
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let has_body = text(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        || headers.contains_key(header::TRANSFER_ENCODING);
    let essence = text(header::CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
    if has_body && !TYPES.iter().any(|allowed| essence.trim().eq_ignore_ascii_case(allowed)) {
        return Err(Error::invalid_field("content-type", "wrong_type", "the body must be application/json"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_our_own_pages_are_ours() {
        let ours: Url = "https://cx.example.com/harken".parse().unwrap();
        for (pairs, expected) in [
            (vec![("origin", "https://cx.example.com")], From::OurPage),
            (vec![("origin", "https://cx.example.com:443")], From::OurPage),
            (vec![("origin", "http://cx.example.com")], From::Elsewhere),
            (vec![("origin", "https://cx.example.com:8443")], From::Elsewhere),
            (vec![("origin", "https://cx.example.com.evil.example")], From::Elsewhere),
            (vec![("origin", "https://evil.example")], From::Elsewhere),
            (vec![("origin", "null")], From::Elsewhere),
            (vec![("origin", "")], From::Elsewhere),
            // `Origin` has the last word, and `Host` none.
            (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], From::Elsewhere),
            (vec![("origin", "https://evil.example"), ("host", "evil.example")], From::Elsewhere),
            (vec![("sec-fetch-site", "same-origin")], From::OurPage),
            (vec![("sec-fetch-site", "same-site")], From::Elsewhere),
            (vec![("sec-fetch-site", "cross-site")], From::Elsewhere),
            (vec![("sec-fetch-site", "none")], From::Elsewhere),
            (vec![], From::Unknown),
            (vec![("host", "cx.example.com"), ("referer", "https://cx.example.com/")], From::Unknown),
        ] {
            assert_eq!(of(&headers(&pairs), Some(&ours)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn without_a_public_url_the_host_that_was_asked_is_ours() {
        for (pairs, expected) in [
            (vec![("origin", "http://127.0.0.1:8788"), ("host", "127.0.0.1:8788")], From::OurPage),
            (vec![("origin", "https://cx.example.com"), ("host", "cx.example.com")], From::OurPage),
            (vec![("origin", "http://127.0.0.1:9999"), ("host", "127.0.0.1:8788")], From::Elsewhere),
            (vec![("origin", "http://evil.example"), ("host", "127.0.0.1:8788")], From::Elsewhere),
            (vec![("origin", "null"), ("host", "127.0.0.1:8788")], From::Elsewhere),
            (vec![("origin", "http://127.0.0.1:8788")], From::Elsewhere),
            (vec![("origin", "http://a"), ("host", "a/../b")], From::OurPage),
        ] {
            let _ = expected;
            assert_eq!(of(&headers(&pairs), None), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_request_that_changes_something_must_be_meant() {
        let ours: Url = "https://cx.example.com".parse().unwrap();
        let meant = |method: Method, pairs: &[(&'static str, &str)]| {
            ensure_meant(&method, &headers(pairs), Some(&ours)).is_ok()
        };
        let origin = ("origin", "https://cx.example.com");
        assert!(meant(Method::GET, &[]) && meant(Method::HEAD, &[("origin", "https://evil.example")]));
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(meant(method.clone(), &[origin]));
            assert!(!meant(method.clone(), &[]), "{method} without a word of where from");
            assert!(!meant(method, &[("origin", "https://evil.example")]));
        }
        assert!(meant(
            Method::POST,
            &[origin, ("content-length", "2"), ("content-type", "application/json; charset=utf-8")]
        ));
        for wrong in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
            assert!(!meant(Method::POST, &[origin, ("content-length", "2"), ("content-type", wrong)]), "{wrong}");
        }
        assert!(!meant(Method::POST, &[origin, ("transfer-encoding", "chunked")]));
    }
}
