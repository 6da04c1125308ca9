//! F26: malformed input. Every bad event is named with its place and its field, the good ones beside it are stored, and
//! nothing makes the server answer with its own fault.

use rand::RngExt;
use serde_json::{Value as Json, json};

use crate::world::{Connection, Events, Installation, Seed, cycles, events::batch, on_both_databases};

/// An event that cannot be stored, as raw text, and what is said about it.
struct Bad {
    raw: &'static str,
    field: &'static str,
    reason: &'static str,
}

const fn bad(raw: &'static str, field: &'static str, reason: &'static str) -> Bad {
    Bad { raw, field, reason }
}

const BAD: [Bad; 15] = [
    bad("17", "", "wrong_type"),
    bad("null", "", "wrong_type"),
    bad("[]", "", "wrong_type"),
    bad("{}", "type", "missing"),
    bad(r#"{"type":"buy","userId":"a"}"#, "type", "unknown"),
    bad(r#"{"type":"track","userId":"a"}"#, "event", "missing"),
    bad(r#"{"type":"track","event":"e"}"#, "userId", "missing"),
    bad(r#"{"type":"track","event":"e","userId":{}}"#, "userId", "wrong_type"),
    bad(r#"{"type":"track","event":"e","userId":"a","properties":"p"}"#, "properties", "wrong_type"),
    bad(r#"{"type":"track","event":"e","userId":"a","timestamp":"yesterday"}"#, "timestamp", "not_a_time"),
    bad(r#"{"type":"track","event":"e","userId":"a","properties":{"x":1e400}}"#, "", "malformed"),
    bad(r#"{"type":"track","event":"e","userId":"a","properties":{"x":"\ud800"}}"#, "", "malformed"),
    bad(r#"{"type":"track","event":"e","userId":"a","properties":{"x":"a\u0000b"}}"#, "properties.x", "nul_character"),
    bad(r#"{"type":"track","event":"e","userId":"a","properties":{"nps":11}}"#, "properties.nps", "out_of_range"),
    bad(r#"{"type":"alias","userId":"a"}"#, "previousId", "missing"),
];

on_both_databases! {
    async fn a_bad_event_is_named_and_the_good_ones_beside_it_are_stored(installation: Installation) {
        let server = installation.serve().await;
        let mut client = Connection::to(server.address());
        let mut events = Events::new(Seed::of("malformed").part(0), "good");
        for (place, bad) in BAD.iter().enumerate() {
            let place = place % 11;
            let mut raw: Vec<String> = events.take(10).iter().map(|event| event.json.to_string()).collect();
            raw.insert(place, bad.raw.to_owned());
            let body = format!(r#"{{"batch":[{}]}}"#, raw.join(","));
            let answer = client.post("/v1/batch", installation.key(), body).await.unwrap();
            assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(10)), "{}: {answer:?}", bad.raw);
            let errors = answer.body["errors"].as_array().unwrap();
            let told: Vec<_> = errors.iter().map(|error| (&error["index"], &error["field"], &error["reason"])).collect();
            assert_eq!(told, [(&json!(place), &json!(bad.field), &json!(bad.reason))], "{}", bad.raw);
        }
        assert_eq!(installation.count("").await, 10 * BAD.len() as u64);
        assert_eq!(installation.tally("refused").await, BAD.len() as u64);
        server.stop().await;
        installation.is_sound().await;
    }
}

on_both_databases! {
    async fn odd_but_honest_values_are_stored_as_they_are(installation: Installation) {
        let server = installation.serve().await;
        let mut client = Connection::to(server.address());
        let odd = r#"{"type":"track","event":"e","userId":"\ud83d\udc62","messageId":"odd","properties":
            {"minus_zero":-0.0,"large":9223372036854775808,"tiny":1e-300,"twice":1,"twice":2,"":"no name","\u2028":"line"}}"#;
        let body = format!("\u{feff}{odd}");
        let answer = client.post("/v1/track", installation.key(), body).await.unwrap();
        assert_eq!((answer.status, &answer.body["errors"]), (200, &json!([])), "{answer:?}");
        for archived in [false, true] {
            let [signal] = &installation.signals().await[..] else { panic!("one signal") };
            let properties = &signal.body.properties;
            assert_eq!(properties["large"], json!(9_223_372_036_854_775_808_u64), "archived: {archived}");
            assert_eq!((&properties["twice"], &properties[""]), (&json!(2), &json!("no name")), "archived: {archived}");
            assert_eq!(properties["tiny"].as_f64(), Some(1e-300), "archived: {archived}");
            if !archived {
                server_archives(&installation).await;
            }
        }
        server.stop().await;
    }
}

async fn server_archives(installation: &Installation) {
    assert_eq!(installation.json(&["archive", "--json"]).await["signals"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_batch_are_refused_whole_and_say_why() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let mut client = Connection::to(server.address());
    let bodies: [&[u8]; 12] = [
        b"",
        b"null",
        b"[]",
        b"\"text\"",
        b"{",
        b"{}",
        b"{\"batch\":{}}",
        b"{\"batch\":[{\"type\":\"track\"",
        b"{\"batch\":[NaN]}",
        b"{\"batch\":[]} and more",
        b"{\"batch\":[\"\xff\xfe\"]}",
        b"\x00",
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(body).into_owned();
        let answer = client.post("/v1/batch", installation.key(), body.to_vec()).await.unwrap();
        assert_eq!(answer.status, 400, "{shown}: {answer:?}");
        assert!(answer.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{shown}: {answer:?}");
    }
    for key in ["", "hk_unknown", "\u{1f462}"] {
        assert_eq!(client.post("/v1/batch", key, r#"{"batch":[]}"#).await.unwrap().status, 401, "'{key}'");
    }
    assert_eq!(installation.count("").await, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_batch_is_turned_into_the_counts_agree() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let mut client = Connection::to(server.address());
    let seed = Seed::of("malformed bytes");
    let mut events = Events::new(seed.part(0), "fuzz");
    let mut dice = seed.part(1);
    let mut accepted = 0;
    for _ in 0..cycles(1) * 300 {
        let mut body = batch(&events.take(4)).into_bytes();
        for _ in 0..dice.random_range(1..4) {
            let place = dice.random_range(0..body.len());
            match dice.random_range(0..4) {
                0 => body[place] = dice.random(),
                1 => body.truncate(place.max(1)),
                2 => drop(body.remove(place)),
                _ => body.insert(place, *b"\"{}[],:\\0u\x00\xf0".get(dice.random_range(0..12)).unwrap()),
            }
        }
        let answer = client.post("/v1/batch", installation.key(), body.clone()).await.unwrap();
        assert!([200, 400].contains(&answer.status), "{answer:?} for {}", String::from_utf8_lossy(&body));
        accepted += answer.body["accepted"].as_u64().unwrap_or(0);
    }
    assert_eq!(installation.count("").await, accepted);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.stop().await;
    installation.is_sound().await;
}

/// The wire's own form of an error is what people's tools read.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_a_problem_document() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let answer = Connection::to(server.address()).post("/v1/batch", installation.key(), "{").await.unwrap();
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let Json::Object(problem) = answer.body else { panic!("no object") };
    assert_eq!((&problem["status"], &problem["title"]), (&json!(400), &json!("Bad Request")));
    server.stop().await;
}
