//! What browsers are told about our answers: every security header of the product stands here.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
};
use tower_http::set_header::SetResponseHeaderLayer;

/// Pages of the console: own files alone, nothing inline, no frames, no strings turned into code or markup.
const PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; \
     require-trusted-types-for 'script'";
/// Answers that are no pages, should somebody open one as a page.
const NO_PAGES: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Two years, as the preload lists ask.
const HTTPS_ALONE: &str = "max-age=63072000; includeSubDomains";

const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// Headers of every answer, unless its route has set its own.
pub(crate) fn for_everything(router: Router, https: bool) -> Router {
    let router = router
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::CONTENT_SECURITY_POLICY, NO_PAGES))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("cross-origin-opener-policy"),
            SAME_ORIGIN,
        ));
    if https { router.layer(set(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE)) } else { router }
}

/// Headers of the API's answers: no other site may even load them.
pub(crate) fn for_api<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(own_site())
}

/// Headers of pages that people of the team look at.
pub(crate) fn for_pages<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(own_site()).layer(set(header::CONTENT_SECURITY_POLICY, PAGES))
}

fn own_site() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static("cross-origin-resource-policy"), SAME_ORIGIN)
}

fn set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
