//! The API as it is described, and what a stranger gets.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::Value;
use std::collections::BTreeMap;
use tower::ServiceExt;

use crate::world::on_both;

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
                for status in ["401", "403", "404"] {
                    assert!(operation["responses"][status].is_object(), "{method} {path} {status}");
                }
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
