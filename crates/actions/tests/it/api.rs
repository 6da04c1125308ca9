//! The API as it is described, and what a stranger gets.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode},
    middleware::from_fn_with_state,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use team::{KeyRequest, Permission, authenticate};
use tower::ServiceExt;

use crate::{
    receiver::Receiver,
    world::{World, on_both},
};

const WEBHOOKS: &str = "/api/v1/actions/webhooks";

/// Somebody with an API key.
struct Caller {
    router: Router,
    key: String,
}

impl Caller {
    async fn who_may(world: &World, scopes: &[Permission]) -> Self {
        let request = KeyRequest { scopes: scopes.iter().copied().collect(), ..KeyRequest::write("CRM") };
        let key = world.team.create_key(&world.scope, request, None).await.unwrap().secret;
        let (router, _) = actions::routes(world.actions.clone()).split_for_parts();
        Self { router: router.layer(from_fn_with_state(world.team.clone(), authenticate)), key }
    }

    async fn asks(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn an_endpoint_lives_its_life_over_http() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let editor = Caller::who_may(world, &[Permission::ReadActions, Permission::WriteActions]).await;
        let asked = json!({ "url": crm.url(), "kinds": ["order_completed"], "filter": "amount > 100" });
        let (status, made) = editor.asks(Method::POST, WEBHOOKS, asked).await;
        assert_eq!((status, &made["state"], &made["filter"]), (201, &json!("enabled"), &json!("amount > 100")));
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        let path = format!("{WEBHOOKS}/{}", made["id"].as_str().unwrap());
        let (status, shown) = editor.asks(Method::GET, &path, Value::Null).await;
        assert_eq!((status, &shown["id"], shown.get("secret")), (200, &made["id"], None));
        let (status, changed) = editor.asks(Method::PATCH, &path, json!({ "thin": true })).await;
        assert_eq!((status, &changed["thin"], &changed["kinds"]), (200, &json!(true), &json!(["order_completed"])));
        let (status, rotated) = editor.asks(Method::POST, &format!("{path}/rotations"), json!({})).await;
        assert_eq!(status, 201);
        assert_ne!(rotated["secret"], made["secret"]);

        let (status, test) = editor.asks(Method::POST, &format!("{path}/tests"), json!({})).await;
        assert_eq!((status, &test["state"], &test["kind"]), (201, &json!("waiting"), &json!("webhook_tested")));
        let delivery = format!("{path}/deliveries/{}", test["id"].as_str().unwrap());
        let replay = format!("{delivery}/replays");
        assert_eq!(editor.asks(Method::POST, &replay, json!({})).await.0, 409);
        let under_way = async || editor.asks(Method::GET, &delivery, Value::Null).await.1["state"] == "waiting";
        world.works_until(async || !under_way().await).await;
        let (_, told) = editor.asks(Method::GET, &delivery, Value::Null).await;
        assert_eq!((&told["state"], &told["tries"][0]["status"]), (&json!("delivered"), &json!(204)));
        assert_eq!(editor.asks(Method::POST, &replay, json!({})).await.0, 201);
        let list =
            async |query: &str| editor.asks(Method::GET, &format!("{path}/deliveries?{query}"), Value::Null).await;
        assert_eq!(list("state=waiting&limit=1").await.1["items"].as_array().unwrap().len(), 1);
        assert_eq!(list("state=failed").await.1["items"], json!([]));
        for wrong in ["state=lost", "limit=0", "cursor=x", "colour=red"] {
            assert_eq!(list(wrong).await.0, 400, "{wrong}");
        }
        assert_eq!(editor.asks(Method::DELETE, &path, Value::Null).await.0, 204);
        assert_eq!(editor.asks(Method::GET, &path, Value::Null).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn wrong_fields_are_named_and_readers_change_nothing() {
    on_both(&[], async |world| {
        let editor = Caller::who_may(world, &[Permission::WriteActions]).await;
        for (body, field) in [
            (json!({ "url": "http://169.254.169.254/" }), "url"),
            (json!({ "url": "https://crm.example.com", "id": "x" }), "id"),
            (json!({ "url": "https://crm.example.com", "filter": "((" }), "filter"),
            (json!({ "url": 7 }), "url"),
        ] {
            let (status, problem) = editor.asks(Method::POST, WEBHOOKS, body).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
        }
        assert_eq!(editor.asks(Method::GET, WEBHOOKS, Value::Null).await.0, 403);
        let reader = Caller::who_may(world, &[Permission::ReadActions]).await;
        assert_eq!(reader.asks(Method::GET, WEBHOOKS, Value::Null).await.1["items"], json!([]));
        let asked = json!({ "url": "https://crm.example.com/" });
        assert_eq!(reader.asks(Method::POST, WEBHOOKS, asked).await.0, 403);
        assert_eq!(reader.asks(Method::GET, &format!("{WEBHOOKS}/not-an-id"), Value::Null).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn every_operation_is_described_and_closed_to_strangers() {
    on_both(&[], async |world| {
        let (router, description) = actions::routes(world.actions.clone()).split_for_parts();
        let description: Value = serde_json::to_value(&description).unwrap();
        let mut operations = BTreeMap::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations
                    .insert(operation["operationId"].as_str().unwrap().to_owned(), (method.clone(), path.clone()));
                assert!(operation["summary"].is_string() && operation["security"].is_array(), "{method} {path}");
                let path = path.replace("{webhook}", &uuid::Uuid::nil().to_string());
                let path = path.replace("{delivery}", &uuid::Uuid::nil().to_string());
                let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
                let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
                assert_eq!(router.clone().oneshot(request).await.unwrap().status(), StatusCode::UNAUTHORIZED);
            }
        }
        let names: Vec<_> = operations.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "change_webhook",
                "create_webhook",
                "delete_webhook",
                "list_deliveries",
                "list_webhooks",
                "replay_delivery",
                "rotate_webhook_secret",
                "show_delivery",
                "show_webhook",
                "test_webhook",
            ]
        );
        let parameters = |path: &str| {
            let named = description["paths"][path]["get"]["parameters"].as_array().unwrap().iter();
            named.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(parameters("/api/v1/actions/webhooks"), ["limit", "cursor"]);
        assert_eq!(
            parameters("/api/v1/actions/webhooks/{webhook}/deliveries"),
            ["webhook", "state", "limit", "cursor"]
        );
    })
    .await;
}
