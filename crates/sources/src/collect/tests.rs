//! Events as the official clients send them, and as nobody should; each story is told through HTTP.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base::{ErrorKind, Timestamp};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use signals::{Draft, Identity};
use std::io::Write;

use super::{
    envelope::{Envelope, Shared},
    event::{Call, draft},
    sort,
};
use crate::world::World;

const NOON: &str = "2026-03-01T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read_with(event: &Json, shared: &Shared) -> Result<Draft, (String, String)> {
    let event: Map<String, Json> = event.as_object().unwrap().clone();
    draft(event, None, shared, at(NOON), || "made".to_owned()).map_err(|error| (error.field, error.reason))
}

fn read(event: &Json) -> Result<Draft, (String, String)> {
    read_with(event, &Shared::default())
}

fn identity(kind: &str, value: &str) -> Identity {
    Identity { kind: kind.to_owned(), value: value.to_owned() }
}

fn refused(field: &str, reason: &str) -> Result<Draft, (String, String)> {
    Err((field.to_owned(), reason.to_owned()))
}

#[test]
fn the_python_client_tracks_an_order() {
    let draft = read(&json!({
        "integrations": {}, "anonymousId": null, "userId": 17, "type": "track", "event": "Order Completed",
        "properties": {"order_id": "o-1", "total": "27.50", "currency": "eur"},
        "timestamp": "2026-03-01T11:59:58.250000+00:00", "messageId": "0e7f8a52-5c30-4a9d-9f0a-0f4f3a8f0a11",
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}}
    }))
    .unwrap();
    assert_eq!(
        (draft.kind.as_str(), draft.message_id.as_str()),
        ("order_completed", "0e7f8a52-5c30-4a9d-9f0a-0f4f3a8f0a11")
    );
    assert_eq!(draft.occurred_at, at("2026-03-01T11:59:58.250Z"));
    assert_eq!(draft.identities, [identity("user_id", "17")]);
    assert_eq!(draft.body.amount, Some("27.5".parse().unwrap()));
    assert_eq!(
        (draft.body.currency.as_deref(), draft.body.source.as_deref(), draft.body.channel),
        (Some("EUR"), Some("collect"), None)
    );
    assert_eq!(draft.body.properties["context"]["library"]["name"], "analytics-python");
}

#[test]
fn the_node_client_identifies_a_customer() {
    let draft = read(&json!({
        "userId": "ada", "type": "identify", "traits": {"email": "Ada@Example.org", "plan": "pro", "phone": "+49 30 123", "city": null},
        "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}}, "timestamp": "2026-03-01T12:00:00.000Z",
        "messageId": "node-next-1772366400000-1", "_metadata": {"nodeVersion": "20.19.0", "jsRuntime": "node"}
    }))
    .unwrap();
    assert_eq!(draft.kind, "customer_identified");
    assert_eq!(
        draft.identities,
        [identity("user_id", "ada"), identity("email", "ada@example.org"), identity("phone", "+4930123")]
    );
    assert_eq!(draft.traits["plan"], "pro");
    assert_eq!(draft.traits["city"], Json::Null);
}

#[test]
fn the_browser_client_views_a_page() {
    let draft = read(&json!({
        "type": "page", "properties": {"path": "/cart", "url": "https://shop.example/cart", "title": "Cart"}, "category": "Shopping Cart",
        "anonymousId": "7f4c", "userId": null, "messageId": "ajs-next-1772366400000-7f4c", "timestamp": "2026-03-01T11:59:59.000Z",
        "context": {
            "page": {"path": "/cart"}, "userAgent": "Mozilla/5.0", "locale": "de-DE", "timezone": "Europe/Berlin", "ip": "203.0.113.9",
            "library": {"name": "analytics.js", "version": "npm:next-1.84.3"}
        },
        "integrations": {}, "_metadata": {"bundled": ["Segment.io"], "unbundled": []}, "writeKey": "wk", "sentAt": "2026-03-01T12:00:00.000Z"
    }))
    .unwrap();
    assert_eq!(
        (draft.kind.as_str(), draft.body.channel.as_deref(), draft.body.touchpoint.as_deref()),
        ("page_viewed", Some("web"), Some("shopping_cart"))
    );
    assert_eq!(draft.identities, [identity("anonymous_id", "7f4c")]);
    assert_eq!(draft.body.properties["path"], "/cart");
    assert!(!draft.body.properties["context"].as_object().unwrap().contains_key("ip"));
}

#[test]
fn screens_groups_and_aliases_have_their_kinds() {
    let screen = read(&json!({"type": "screen", "userId": "ada", "name": "Home"})).unwrap();
    assert_eq!(
        (screen.kind.as_str(), screen.body.touchpoint.as_deref(), screen.message_id.as_str()),
        ("screen_viewed", Some("home"), "made")
    );
    let group = read(&json!({"type": "group", "userId": "ada", "groupId": "acme", "traits": {"size": 3}})).unwrap();
    assert_eq!(
        (group.kind.as_str(), Json::Object(group.body.properties)),
        ("account_joined", json!({"group_id": "acme", "traits": {"size": 3}}))
    );
    assert!(group.traits.is_empty());
    let alias = read(&json!({"type": "alias", "userId": "ada", "previousId": "7f4c"})).unwrap();
    assert_eq!(alias.kind, "customer_aliased");
    assert_eq!(alias.identities, [identity("user_id", "ada"), identity("user_id", "7f4c")]);
    assert_eq!(read(&json!({"type": "alias", "userId": "ada"})), refused("previousId", "missing"));
    assert_eq!(read(&json!({"type": "group", "userId": "ada"})), refused("groupId", "missing"));
}

#[test]
fn a_wrong_client_clock_is_corrected_by_its_own_sending_time() {
    let shared = |sent_at: &str| Shared { sent_at: Some(at(sent_at)), ..Shared::default() };
    let event = json!({"type": "track", "event": "A", "userId": "ada", "timestamp": "2020-01-01T10:00:00Z"});
    let draft = read_with(&event, &shared("2020-01-01T10:05:00Z")).unwrap();
    assert_eq!(draft.occurred_at, at("2026-03-01T11:55:00Z"));
    assert_eq!(draft.body.properties["context"]["original_timestamp"], "2020-01-01T10:00:00Z");
    let late = read_with(&event, &shared(NOON)).unwrap();
    assert_eq!((late.occurred_at, late.body.properties.len()), (at("2020-01-01T10:00:00Z"), 0));
    let future =
        read(&json!({"type": "track", "event": "A", "userId": "ada", "originalTimestamp": "2027-03-01T12:00:00Z"}))
            .unwrap();
    assert_eq!(future.occurred_at, at("2027-03-01T12:00:00Z"));
    assert_eq!(future.body.properties["context"], json!({"in_future": true}));
    assert_eq!(read(&json!({"type": "page", "userId": "ada"})).unwrap().occurred_at, at(NOON));
}

#[test]
fn a_hopeless_clock_corrects_nothing_and_an_impossible_time_is_refused() {
    let with = |timestamp: &str, sent_at: Option<&str>| {
        let event = json!({"type": "track", "event": "A", "userId": "ada", "timestamp": timestamp});
        read_with(&event, &Shared { sent_at: sent_at.map(at), ..Shared::default() }).map(|draft| draft.occurred_at)
    };
    for sent_at in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2015-01-01T00:00:00Z", "9999-12-31T00:00:00Z"] {
        assert_eq!(with("2026-02-01T10:00:00Z", Some(sent_at)), Ok(at("2026-02-01T10:00:00Z")), "{sent_at}");
    }
    assert_eq!(with("2017-01-01T00:00:00Z", Some("2017-01-01T00:00:07Z")), Ok(at("2026-03-01T11:59:53Z")));
    for impossible in ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"] {
        assert_eq!(with(impossible, None), Err(("timestamp".to_owned(), "out_of_range".to_owned())), "{impossible}");
    }
}

#[test]
fn every_refusal_names_its_field() {
    let with = |field: &str, value: Json| {
        let mut event = json!({"type": "track", "event": "A", "userId": "ada"});
        event[field] = value;
        read(&event)
    };
    assert_eq!(with("type", json!("dance")), refused("type", "unknown"));
    assert_eq!(with("type", Json::Null), refused("type", "missing"));
    assert_eq!(with("event", json!("")), refused("event", "missing"));
    assert_eq!(with("event", json!(["A"])), refused("event", "wrong_type"));
    assert_eq!(with("event", json!("!?")), refused("event", "unusable"));
    assert_eq!(with("messageId", json!("x".repeat(256))), refused("messageId", "too_long"));
    assert_eq!(with("messageId", json!({})), refused("messageId", "wrong_type"));
    assert_eq!(with("userId", json!("x".repeat(256))), refused("userId", "too_long"));
    assert_eq!(with("userId", json!(true)), refused("userId", "wrong_type"));
    assert_eq!(with("userId", json!("undefined")), refused("userId", "missing"));
    assert_eq!(with("timestamp", json!("yesterday")), refused("timestamp", "not_a_time"));
    assert_eq!(with("timestamp", json!(["2026"])), refused("timestamp", "wrong_type"));
    assert_eq!(with("properties", json!([1])), refused("properties", "wrong_type"));
    assert_eq!(with("properties", json!({"a": ["x\u{0}"]})), refused("properties.a.0", "nul_character"));
    assert_eq!(with("properties", json!({"total": "much"})), refused("properties.total", "not_an_amount"));
    assert_eq!(with("context", json!("web")), refused("context", "wrong_type"));
    assert!(with("sentAt", json!("yesterday")).is_ok());
}

proptest! {
    #[test]
    fn no_event_is_strange_enough_to_panic(event in any_json(), call in 0..6_usize) {
        let call = [Call::Track, Call::Identify, Call::Page, Call::Screen, Call::Group, Call::Alias][call];
        let read = draft(event, Some(call), &Shared::default(), at(NOON), || "made".to_owned());
        if let Ok(draft) = read {
            prop_assert!(draft.message_id.len() <= 255 && draft.kind.len() <= 100 && !draft.kind.is_empty());
            prop_assert!(!draft.identities.is_empty() && draft.identities.iter().all(|identity| identity.value.len() <= 255));
            prop_assert!(!serde_json::to_string(&draft.body).unwrap().contains("\\u0000"));
        }
    }

    #[test]
    fn no_body_is_strange_enough_to_panic(body in "[{}\\[\\]\",:a-c0-9e.\\\\u]{0,60}", splice in 0..80_usize) {
        let good = r#"{"batch":[{"type":"track","event":"A","userId":"u","properties":{"total":1e2}}],"sentAt":"2026-03-01T12:00:00Z"}"#;
        let mut spoilt = good.to_owned();
        spoilt.insert_str(splice, &body);
        for text in [body.as_str(), spoilt.as_str()] {
            match Envelope::of_batch(text) {
                Ok(envelope) => {
                    let sorted = sort(&envelope, None, at(NOON));
                    prop_assert_eq!(sorted.drafts.len() + sorted.errors.len(), envelope.events.len());
                }
                Err(error) => prop_assert_eq!(error.kind, ErrorKind::Invalid),
            }
        }
    }
}

/// Events whose fields have their names and anybody's values.
fn any_json() -> impl Strategy<Value = Map<String, Json>> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,20}".prop_map(Json::from),
        Just(json!("2026-03-01T12:00:00Z")),
        Just(json!("a\u{0}b")),
        Just(json!("🦀".repeat(100))),
    ];
    let inner = [
        "total",
        "revenue",
        "value",
        "currency",
        "scale",
        "score",
        "nps",
        "rating",
        "text",
        "touchpoint",
        "channel",
        "email",
        "phone",
        "traits",
        "library",
    ];
    let value = scalar.prop_recursive(3, 16, 4, move |value| {
        prop_oneof![
            prop::collection::vec(value.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(prop::sample::select(inner.to_vec()), value, 0..6).prop_map(|map| map
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    });
    let fields = [
        "type",
        "event",
        "messageId",
        "userId",
        "anonymousId",
        "timestamp",
        "originalTimestamp",
        "sentAt",
        "properties",
        "traits",
        "context",
        "name",
        "category",
        "groupId",
        "previousId",
        "channel",
    ];
    prop::collection::btree_map(prop::sample::select(fields.to_vec()), value, 0..12)
        .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn track(message_id: &str, event: &str) -> Json {
    json!({"type": "track", "event": event, "userId": "ada", "messageId": message_id, "timestamp": NOON})
}

#[tokio::test]
async fn the_good_events_of_a_batch_are_logged_and_the_bad_ones_named() {
    let world = World::start().await;
    let batch = json!({"batch": [track("m1", "Cart Viewed"), {"type": "track", "userId": "ada"}, track("m2", "Order Completed"), 7]});
    let answer = world.posts("/v1/batch", batch.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        (&answer.body["success"], &answer.body["accepted"], &answer.body["duplicates"]),
        (&json!(true), &json!(2), &json!(0))
    );
    let errors: Vec<_> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (&error["index"], &error["field"], &error["reason"]))
        .collect();
    assert_eq!(
        errors,
        [(&json!(1), &json!("event"), &json!("missing")), (&json!(3), &json!(""), &json!("wrong_type"))]
    );
    let kinds: Vec<String> = world.logged().await.into_iter().map(|signal| signal.kind).collect();
    assert_eq!(kinds, ["cart_viewed", "order_completed"]);
    let refusals = world.signals.refusals(&world.scope, None, 10).await.unwrap();
    assert_eq!(refusals.len(), 2);
    assert!(
        refusals.iter().any(|refusal| refusal.source == "collect"
            && refusal.reason == "missing"
            && refusal.excerpt.contains("ada"))
    );
}

#[tokio::test]
async fn an_event_that_is_sent_again_is_logged_once() {
    let world = World::start().await;
    let body = |event: &str| track("m1", event).to_string();
    assert_eq!(world.posts("/v1/track", body("A")).await.body["accepted"], 1);
    world.clock.set(at("2026-03-01T12:00:07Z"));
    let again = world.posts("/v1/track", body("A")).await;
    assert_eq!(
        (again.status, &again.body["accepted"], &again.body["duplicates"]),
        (StatusCode::OK, &json!(0), &json!(1))
    );
    let other = world.posts("/v1/track", body("B")).await;
    assert_eq!((other.status, &other.body["errors"][0]["reason"]), (StatusCode::CONFLICT, &json!("conflict")));
    let in_batch = world.posts("/v1/batch", json!({"batch": [track("m2", "C"), track("m1", "B")]}).to_string()).await;
    assert_eq!(
        (in_batch.status, &in_batch.body["accepted"], &in_batch.body["errors"][0]["index"]),
        (StatusCode::OK, &json!(1), &json!(1))
    );
    assert_eq!(world.logged().await.len(), 2);
}

#[tokio::test]
async fn every_path_of_servers_and_browsers_is_answered() {
    let world = World::start().await;
    for (path, event) in [
        ("/v1/track", json!({"event": "A"})),
        ("/v1/t/", json!({"event": "A"})),
        ("/v1/identify", json!({})),
        ("/v1/i", json!({"traits": {"plan": "pro"}})),
        ("/v1/page/", json!({})),
        ("/v1/p", json!({})),
        ("/v1/screen", json!({})),
        ("/v1/s", json!({})),
        ("/v1/group", json!({"groupId": "acme"})),
        ("/v1/g", json!({"groupId": "acme"})),
        ("/v1/alias", json!({"previousId": "x"})),
        ("/v1/a", json!({"previousId": "x"})),
    ] {
        let mut event = event;
        event["userId"] = json!("ada");
        let answer = world.posts(path, event.to_string()).await;
        assert_eq!((answer.status, &answer.body["accepted"]), (StatusCode::OK, &json!(1)), "{path}");
    }
    for path in ["/v1/batch", "/v1/batch/", "/v1/b", "/v1/import"] {
        let answer = world.posts(path, json!({"batch": [{"type": "page", "userId": "ada"}]}).to_string()).await;
        assert_eq!((answer.status, &answer.body["accepted"]), (StatusCode::OK, &json!(1)), "{path}");
    }
}

#[tokio::test]
async fn the_write_key_is_taken_from_the_header_or_from_the_body() {
    let world = World::start().await;
    let body = |key: &str| json!({"writeKey": key, "batch": [{"type": "page", "userId": "ada"}]}).to_string();
    let without_header = |body: String| {
        Request::post("/v1/batch").header(header::CONTENT_TYPE, "text/plain").body(Body::from(body)).unwrap()
    };
    assert_eq!(world.answers(without_header(body(&world.write_key))).await.status, StatusCode::OK);
    for wrong in [without_header(body("wk_unknown")), without_header(r#"{"batch":[]}"#.to_owned())] {
        let answer = world.answers(wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    let header_decides = Request::post("/v1/batch").header(header::AUTHORIZATION, "Basic d2tfdW5rbm93bjo=");
    let answer = world.answers(header_decides.body(Body::from(body(&world.write_key))).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn malformed_and_oversized_bodies_are_refused_whole() {
    let world = World::start().await;
    let answer = world.posts("/v1/batch", "{\"batch\": [\n{]}").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body["detail"].as_str().unwrap().contains("line 2 column 2"), "{answer:?}");
    assert_eq!(world.posts("/v1/batch", vec![b'"', 0xff, b'"']).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.posts("/v1/track", " ".repeat(1_000_001)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.posts("/v1/batch", " ".repeat(5_000_001)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many = format!(r#"{{"batch":[{}0]}}"#, "0,".repeat(10_000));
    assert_eq!(world.posts("/v1/batch", many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = json!({"batch": [track("m1", &"x".repeat(40_000)), track("m2", "A")]});
    let answer = world.posts("/v1/batch", long.to_string()).await;
    assert_eq!(
        (answer.status, &answer.body["accepted"], &answer.body["errors"][0]["reason"]),
        (StatusCode::OK, &json!(1), &json!("too_large"))
    );
    assert_eq!(world.logged().await.len(), 1);
}

#[tokio::test]
async fn a_large_gzipped_batch_is_logged_whatever_its_content_type() {
    let world = World::start().await;
    let events: Vec<Json> = (0..10_000).map(|index| track(&format!("m{index}"), "Product Viewed")).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(json!({"batch": events, "writeKey": world.write_key}).to_string().as_bytes()).unwrap();
    let request = Request::post("/v1/batch")
        .header(header::CONTENT_ENCODING, "gzip")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(packed.finish().unwrap()))
        .unwrap();
    let answer = world.answers(request).await;
    assert_eq!((answer.status, &answer.body["accepted"]), (StatusCode::OK, &json!(10_000)));
}

#[tokio::test]
async fn a_page_of_any_origin_may_ask_first_and_then_send() {
    let world = World::start().await;
    let preflight =
        Request::builder().method(Method::OPTIONS).uri("/v1/t").header(header::ORIGIN, "https://shop.example");
    let answer = world.answers(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://shop.example");
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "authorization, content-type, x-retry-count");
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_METHODS], "POST");
    assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    let refused = Request::post("/v1/t").header(header::ORIGIN, "https://shop.example").body(Body::from("{}")).unwrap();
    let answer = world.answers(refused).await;
    assert_eq!(
        (answer.status, &answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN]),
        (StatusCode::UNAUTHORIZED, &"https://shop.example".parse().unwrap())
    );
}

#[tokio::test]
async fn a_wrong_method_or_path_is_a_problem_too() {
    let world = World::start().await;
    for (request, status, allowed) in [
        (Request::get("/v1/batch"), StatusCode::METHOD_NOT_ALLOWED, Some("POST")),
        (Request::delete("/v1/t/"), StatusCode::METHOD_NOT_ALLOWED, Some("POST")),
        (Request::post("/v1/projects/wk/settings"), StatusCode::METHOD_NOT_ALLOWED, Some("GET,HEAD")),
        (Request::get("/v1/projects/%ff/settings"), StatusCode::BAD_REQUEST, None),
    ] {
        let answer = world.answers(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.body["status"]), (status, &json!(status.as_u16())));
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok()), allowed);
    }
}

#[tokio::test]
async fn the_browser_client_finds_its_settings() {
    let world = World::start().await;
    let answer = world.answers(Request::get("/v1/projects/wk_any/settings").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["integrations"]["Segment.io"]["apiKey"], "wk_any");
    assert_eq!(answer.body["metrics"]["sampleRate"], 0);
}
