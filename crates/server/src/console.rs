//! The console: whatever no route answers is one of its files, or, for a browser that asks for a page, the console itself.
//!
//! `make console` builds it into console/dist, and the binary carries these files inside.

use api::Problem;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{Html, IntoResponse, Response},
};
use base::Error;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use rust_embed::Embed;
use std::borrow::Cow;

#[derive(Embed)]
#[folder = "../../console/dist"]
// Rust builds without Node; the page then says what is missing.
#[allow_missing = true]
struct Files;

/// What stands in the page where each answer's own nonce goes.
const NONCE: &str = "__NONCE__";

/// Names that belong to programs: nothing below them is a page, whoever asks.
const PROGRAMS: [&str; 6] = ["api", "auth", "v1", "healthz", "readyz", "metrics"];

const NOT_BUILT: &str = "<!doctype html><title>Harken</title><p>Harken runs. Its console is not built: run <code>make \
                         console</code> and load this page again.";

/// Answers what no route has answered.
pub(crate) async fn answer(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || PROGRAMS.contains(&first) {
        return Problem::from(Error::not_found("page")).into_response();
    }
    if let Some(file) = file(path, request.headers()) {
        return file;
    }
    // A missing script must not be answered with a page, nor a program with what only people can read.
    if path.starts_with("assets/") || !accepts(request.headers(), header::ACCEPT, "text/html") {
        return Problem::from(Error::not_found("page")).into_response();
    }
    page()
}

/// One of the console's files, compressed where it was stored so and the browser takes it.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let kind = kind(path)?;
    let plain = Files::get(path)?;
    let compressed =
        accepts(headers, header::ACCEPT_ENCODING, "br").then(|| Files::get(&format!("{path}.br"))).flatten();
    // Files in assets/ carry their hash in their name: what was loaded once stays as it is.
    let lasts = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut head = vec![
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, lasts),
        (header::VARY, "accept-encoding"),
        (CROSS_ORIGIN, "same-origin"),
    ];
    if compressed.is_some() {
        head.push((header::CONTENT_ENCODING, "br"));
    }
    let head: HeaderMap = head.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    let bytes = match compressed.unwrap_or(plain).data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some((head, bytes).into_response())
}

/// What a file is, by the end of its name. The page itself and what is none of these is not handed out as a file.
fn kind(path: &str) -> Option<&'static str> {
    let (_, end) = path.rsplit_once('.')?;
    Some(match end {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        _ => return None,
    })
}

/// The console's one page, with a nonce of its own for styles that are made while it runs.
fn page() -> Response {
    let found = Files::get("index.html");
    let text = found.as_ref().and_then(|file| std::str::from_utf8(&file.data).ok()).unwrap_or(NOT_BUILT);
    let nonce = BASE64_STANDARD.encode(rand::random::<[u8; 16]>());
    let mut response = Html(text.replace(NONCE, &nonce)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CROSS_ORIGIN, HeaderValue::from_static("same-origin"));
    response
}

const CROSS_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What the console may do: run its own files, and turn no string into code or markup (SECURITY rule 17). The one Trusted
/// Types policy is the console's own, which lets text without markup pass.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self' blob:; \
         connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types default"
    )
}

/// Whether a list of a header's names has this one.
fn accepts(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name);
    let mut names = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    names.any(|name| name.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};

    async fn ask(method: Method, path: &str, accept: &str) -> Response {
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        answer(request.body(Body::empty()).unwrap()).await
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    #[tokio::test]
    async fn every_page_is_the_console_with_a_nonce_of_its_own() {
        let mut policies = Vec::new();
        for path in ["/", "/team/members", "/actions/webhooks/17?state=failed"] {
            let response = ask(Method::GET, path, BROWSER).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
            assert!(policy.contains("require-trusted-types-for 'script'") && policy.contains("script-src 'self';"));
            let page = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            assert!(!String::from_utf8_lossy(&page).contains(NONCE));
            policies.push(policy);
        }
        policies.dedup();
        assert_eq!(policies.len(), 3);
    }

    #[tokio::test]
    async fn programs_and_missing_files_get_no_page() {
        for (method, path, accept) in [
            (Method::GET, "/api/v1/nothing", BROWSER),
            (Method::GET, "/v1/nothing", BROWSER),
            (Method::GET, "/auth/oidc/nobody", BROWSER),
            (Method::GET, "/assets/missing.js", BROWSER),
            (Method::GET, "/team/members", "application/json"),
            (Method::POST, "/team/members", BROWSER),
        ] {
            let response = ask(method, path, accept).await;
            assert_eq!(response.status(), 404, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
    }

    #[tokio::test]
    async fn hashed_files_last_and_come_compressed() {
        // Only where the console is built; `make test` builds it first.
        let Some(name) = Files::iter().find(|name| name.starts_with("assets/") && name.ends_with(".js")) else {
            return;
        };
        let plain = ask(Method::GET, &format!("/{name}"), "*/*").await;
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        let request = Request::get(format!("/{name}")).header(header::ACCEPT_ENCODING, "gzip, deflate, br;q=1.0");
        let packed = answer(request.body(Body::empty()).unwrap()).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(packed.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    }

    #[tokio::test]
    async fn nothing_beside_the_console_is_handed_out() {
        for path in ["/../package.json", "/assets/../../package.json", "/%2e%2e/package.json", "/index.html"] {
            let response = ask(Method::GET, path, "*/*").await;
            assert_eq!(response.status(), 404, "{path}");
        }
    }
}
