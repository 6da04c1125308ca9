//! F24 to F26 at the API: what is too large, too deep, packed or not what it says, is refused and understood to be so.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;
use testkit::{Database, World};

use crate::world::{Answer, House, post};

const QUERIES: &str = "/api/v1/insights/queries";

async fn sends(house: &House, world: &World, kind: &str, encoding: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = Request::post(QUERIES).header(header::CONTENT_TYPE, kind);
    if let Some(encoding) = encoding {
        request = request.header(header::CONTENT_ENCODING, encoding);
    }
    house.asks_as(&world.scope, request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn bodies_that_no_honest_client_sends_are_refused_with_a_reason() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);
    let json = "application/json";
    let nested = format!(r#"{{"metric":"nps","filter":{}"all"{}}}"#, r#"{"not":"#.repeat(20_000), "}".repeat(20_000));
    let deep = format!(r#"{{"metric":"nps","filter":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{"metric":"{}"}}"#, "x".repeat(256 << 10));
    let honest = json!({ "metric": "nps" }).to_string();
    type Case = (&'static str, Option<&'static str>, Vec<u8>, u16, &'static str);
    let cases: [Case; 12] = [
        (json, None, deep.into(), 400, "filter"),
        (json, None, nested.into(), 400, ""),
        (json, None, long.into(), 413, ""),
        (json, Some("gzip"), honest.clone().into(), 415, "Content-Encoding"),
        (json, Some("identity"), honest.clone().into(), 200, ""),
        ("application/x-www-form-urlencoded", None, honest.clone().into(), 400, "content-type"),
        ("text/plain", None, honest.clone().into(), 400, "content-type"),
        (json, None, b"\xff\xfe".into(), 400, "body"),
        (json, None, format!("{honest} and more").into(), 400, "body"),
        (json, None, br#"{"metric":"nps","role":"owner"}"#.into(), 400, "role"),
        (json, None, br#"{"metric":1e400}"#.into(), 400, "metric"),
        (json, None, br#"{"metric":"nps","metric":"csat"}"#.into(), 400, "body"),
    ];
    for (kind, encoding, body, status, field) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = sends(&house, &world, kind, encoding, body).await;
        assert_eq!(answer.status, status, "{shown}: {answer:?}");
        if !field.is_empty() {
            assert_eq!(answer.json()["errors"][0]["field"], field, "{shown}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn the_null_character_and_strange_numbers_do_no_harm() {
    testkit::on_both(async |world| {
        let house = House::over(world);
        for (kind, value) in [("email", "%00"), ("%00", "x"), ("user_id", "%F0%9F%92%A1")] {
            let answer = house.gets(&world.scope, &format!("/api/v1/customers?kind={kind}&value={value}")).await;
            assert!([200, 400].contains(&answer.status.as_u16()), "{answer:?}");
        }
        for customer in ["0", "-1", "9223372036854775807", "9223372036854775808", "1e3", "%00", "me"] {
            let answer = house.gets(&world.scope, &format!("/api/v1/customers/{customer}")).await;
            assert_eq!(answer.status, 404, "{customer}: {answer:?}");
        }
        for cursor in ["x", "bnVsbA", "WzFd", "eyJhIjoxfQ"] {
            for list in ["/api/v1/signals", "/api/v1/sources/refusals"] {
                let answer = house.gets(&world.scope, &format!("{list}?cursor={cursor}")).await;
                assert!([200, 400].contains(&answer.status.as_u16()), "{list} {cursor}: {answer:?}");
            }
        }
        let merge = json!({ "customer": "1", "into": "2", "reason": "a\0b" });
        let answer = house.asks_as(&world.scope, post("/api/v1/customers/merges", &merge)).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    })
    .await;
}
