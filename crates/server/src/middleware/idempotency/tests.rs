//! Idempotency keys, as somebody with a bad connection uses them.

use api::{Problem, ShownOnce};
use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use base::{Error, Result};
use serde_json::{Value as Json_, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use team::{Caller, KeyRequest, Scope};
use testkit::{World, on_both};
use tokio::sync::Notify;
use tower::ServiceExt;

use super::{Idempotency, answer_once};

/// An office that does what it is asked, and counts how often.
#[derive(Clone, Default)]
struct Office {
    done: Arc<AtomicUsize>,
    may_go_on: Arc<Notify>,
}

async fn greet(State(office): State<Office>, body: String) -> Response {
    let count = office.done.fetch_add(1, Ordering::SeqCst) + 1;
    match body.as_str() {
        "slowly" => office.may_go_on.notified().await,
        "badly" => return Problem::from(Error::invalid("no")).into_response(),
        "secretly" => return ShownOnce(json!({ "secret": "hk_canary" })).into_response(),
        "at length" => return "x".repeat(100_000).into_response(),
        _ => {}
    }
    (StatusCode::CREATED, Json(json!({ "count": count }))).into_response()
}

#[expect(clippy::disallowed_methods, reason = "no part of the product")]
fn router(world: &World, office: &Office, scope: &Scope) -> Router {
    let idempotency = Idempotency::new(world.store.clone(), world.clock.clone());
    let scope = scope.clone();
    let know = from_fn(move |mut request: Request, next: axum::middleware::Next| {
        request.extensions_mut().insert(Ok::<Caller, Error>(Caller::from(scope.clone())));
        next.run(request)
    });
    let router = Router::new().route("/greetings", post(greet)).with_state(office.clone());
    router.layer(from_fn_with_state(idempotency, answer_once)).layer(know)
}

async fn send(router: &Router, key: &str, body: &str) -> (u16, bool, Json_) {
    let request = Request::post("/greetings").header("idempotency-key", key).body(Body::from(body.to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, replayed) = (response.status().as_u16(), response.headers().contains_key("idempotency-replayed"));
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, replayed, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// A key's scope: the operator has no id.
async fn somebody(world: &World) -> Result<Scope> {
    let key = world.team.create_key(&world.scope, KeyRequest::write("office"), None).await?;
    world.team.scope_of_write_key(&key.secret).await
}

#[tokio::test]
async fn what_is_sent_twice_is_done_once_and_answered_the_same_for_a_day() {
    on_both(async |world| {
        let office = Office::default();
        let (ana, bruno) = (somebody(world).await.unwrap(), somebody(world).await.unwrap());
        let desk = router(world, &office, &ana);
        assert_eq!(send(&desk, "\"k-1\"", "hello").await, (201, false, json!({ "count": 1 })));
        assert_eq!(send(&desk, "k-1", "hello").await, (201, true, json!({ "count": 1 })), "with quotes or without");
        assert_eq!(send(&desk, "k-1", "goodbye").await.0, 422, "another request");
        assert_eq!(send(&desk, "k-2", "hello").await, (201, false, json!({ "count": 2 })));
        assert_eq!(
            send(&router(world, &office, &bruno), "k-1", "hello").await.2,
            json!({ "count": 3 }),
            "his own keys"
        );
        world.waits(24 * 3_600 + 1);
        assert_eq!(send(&desk, "k-1", "goodbye").await, (201, false, json!({ "count": 4 })), "forgotten after a day");
        let forgotten = Idempotency::new(world.store.clone(), world.clock.clone()).forget().await.unwrap();
        assert_eq!(forgotten, 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_still_being_done_is_not_begun_again_even_when_nobody_waits() {
    on_both(async |world| {
        let office = Office::default();
        let ana = somebody(world).await.unwrap();
        let desk = router(world, &office, &ana);
        let (first, begun) = (desk.clone(), office.done.clone());
        let waiting = tokio::spawn(async move { send(&first, "k", "slowly").await });
        while begun.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(send(&desk, "k", "slowly").await.0, 409);
        // The connection breaks; the work goes on, and whoever asks again is told.
        waiting.abort();
        office.may_go_on.notify_one();
        let again = loop {
            let answer = send(&desk, "k", "slowly").await;
            if answer.0 != 409 {
                break answer;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(again, (201, true, json!({ "count": 1 })));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_a_dead_server_holds_is_free_after_a_while() {
    on_both(async |world| {
        let office = Office::default();
        let ana = somebody(world).await.unwrap();
        let desk = router(world, &office, &ana);
        let first = desk.clone();
        let dead = tokio::spawn(async move { send(&first, "k", "slowly").await });
        while office.done.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        dead.abort();
        world.waits(121);
        let second = tokio::spawn(async move { send(&desk, "k", "slowly").await });
        while office.done.load(Ordering::SeqCst) == 1 {
            tokio::task::yield_now().await;
        }
        // The first was not dead after all: what it ends with is not taken for the second's answer.
        office.may_go_on.notify_waiters();
        assert_eq!(second.await.unwrap(), (201, false, json!({ "count": 2 })));
    })
    .await;
}

#[tokio::test]
async fn failures_free_the_key_and_secrets_are_not_kept() {
    on_both(async |world| {
        let office = Office::default();
        let ana = somebody(world).await.unwrap();
        let desk = router(world, &office, &ana);
        assert_eq!(send(&desk, "k-1", "badly").await.0, 400);
        assert_eq!(send(&desk, "k-1", "hello").await.0, 201, "the failed request holds nothing");
        assert_eq!(send(&desk, "k-2", "secretly").await, (200, false, json!({ "secret": "hk_canary" })));
        let (status, _, problem) = send(&desk, "k-2", "secretly").await;
        assert_eq!(status, 409);
        assert!(problem["detail"].as_str().unwrap().contains("was carried out"), "{problem}");
        assert_eq!(send(&desk, "k-3", "at length").await.0, 200);
        assert_eq!(send(&desk, "k-3", "at length").await.0, 409);
        assert_eq!(office.done.load(Ordering::SeqCst), 4);
        let long = "k".repeat(256);
        for key in ["", "\"\"", "two words", long.as_str()] {
            assert_eq!(send(&desk, key, "hello").await.0, 400, "{key:?}");
        }
    })
    .await;
}
