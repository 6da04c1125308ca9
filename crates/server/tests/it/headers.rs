//! What browsers are told, for each class of route: as text, so that a change is seen and meant.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use testkit::{Database, World};

use crate::world::{Answer, House, get};

/// The headers by name, without those that differ each time.
fn shown(answer: &Answer) -> String {
    let varying = ["x-request-id", "content-length", "ratelimit"];
    let named = answer.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let mut lines: Vec<String> = named.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    format!("{}\n{}\n", answer.status.as_u16(), lines.join("\n"))
}

const STRICT: &str =
    "content-security-policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const CONSOLE: &str = "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
     object-src 'none'; require-trusted-types-for 'script'";

#[tokio::test]
async fn each_class_of_route_has_its_headers() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);

    let api = house.gets(&world.scope, "/api/v1/insights/metrics").await;
    assert_eq!(
        shown(&api),
        format!(
            "200\ncache-control: no-store\n{STRICT}\ncontent-type: application/json\n\
             cross-origin-opener-policy: same-origin\ncross-origin-resource-policy: same-origin\n\
             ratelimit-policy: \"caller\";q=1200;w=60\nreferrer-policy: no-referrer\nx-content-type-options: nosniff\n"
        )
    );
    let page = house.asks(get("/api/reference")).await;
    assert_eq!(
        shown(&page),
        format!(
            "200\ncache-control: no-store\n{CONSOLE}\ncontent-type: text/html; charset=utf-8\n\
             cross-origin-opener-policy: same-origin\ncross-origin-resource-policy: same-origin\n\
             referrer-policy: no-referrer\nx-content-type-options: nosniff\n"
        )
    );
    let nothing = house.asks(get("/nothing/here")).await;
    assert_eq!(
        shown(&nothing),
        format!(
            "404\ncache-control: no-store\n{STRICT}\ncontent-type: application/problem+json\n\
             cross-origin-opener-policy: same-origin\nreferrer-policy: no-referrer\nx-content-type-options: nosniff\n"
        )
    );
    let from_a_shop = Request::post("/v1/batch").header(header::ORIGIN, "https://lamps.example");
    let collect = house.asks(from_a_shop.body("{}".into()).unwrap()).await;
    assert_eq!(
        shown(&collect),
        format!(
            "400\naccess-control-allow-origin: https://lamps.example\naccess-control-expose-headers: retry-after\n\
             cache-control: no-store\n{STRICT}\ncontent-type: application/problem+json\n\
             cross-origin-opener-policy: same-origin\nratelimit-policy: \"collect\";q=600000;w=60\n\
             referrer-policy: no-referrer\nvary: origin\nx-content-type-options: nosniff\n"
        )
    );
}

#[tokio::test]
async fn only_the_collect_api_lets_other_sites_call_it() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);
    let asked = |method: Method, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::ORIGIN, "https://evil.example")
            .body(Body::empty())
            .unwrap()
    };
    for path in ["/api/v1/signals", "/api/v1/customers/merges", "/api/openapi.json", "/api/reference", "/readyz"] {
        for method in [Method::OPTIONS, Method::GET, Method::POST] {
            let answer = house.asks(asked(method.clone(), path)).await;
            let allowed = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control"));
            assert_eq!(allowed.count(), 0, "{method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn browsers_are_told_to_insist_on_https_where_people_come_by_it() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let mut house = House::over(&world);
    assert_eq!(house.asks(get("/healthz")).await.header("strict-transport-security"), "");
    house.front.https = true;
    let told = "max-age=63072000; includeSubDomains";
    assert_eq!(house.asks(get("/healthz")).await.header("strict-transport-security"), told);
}

#[tokio::test]
async fn an_error_names_the_request_by_the_id_in_its_header() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);
    let mut request = get("/api/v1/customers/1");
    request.headers_mut().insert("x-request-id", "made-up".parse().unwrap());
    let answer = house.asks(request).await;
    let id = answer.header("x-request-id");
    assert_eq!((id.len(), answer.status.as_u16()), (36, 401), "{answer:?}");
    assert_eq!(answer.json()["instance"], format!("urn:uuid:{id}"));
    let post =
        house.asks_as(&world.scope, Request::post("/api/v1/insights/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!((post.status.as_u16(), post.header("allow")), (405, "GET,HEAD"));
    assert_eq!(post.header("content-type"), "application/problem+json");
}
