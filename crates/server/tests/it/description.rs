//! The description of the API: complete, and true of the routes.

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use team::Permission;
use testkit::{Database, World};

use crate::world::{House, get};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every operation: its method, its path, and what is said of it.
fn operations(description: &Json) -> Vec<(&'static str, &str, &Json)> {
    let paths = description["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| METHODS.map(|method| (method, path.as_str(), &item[method])));
    all.filter(|(_, _, operation)| operation.is_object()).collect()
}

async fn described(house: &House) -> Json {
    let answer = house.asks(get("/api/openapi.json")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

#[tokio::test]
async fn every_operation_says_who_may_ask_and_what_it_answers() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let description = described(&House::over(&world)).await;
    assert_eq!(description["openapi"], "3.1.0");
    let schemes = description["components"]["securitySchemes"].as_object().unwrap();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&description) {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
        assert!(ids.insert(id), "{id} is there twice");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.ends_with('.')), "{id}: summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{id}: one tag");
        let security = operation["security"].as_array().unwrap_or_else(|| panic!("{id} does not say who may ask"));
        assert!(!security.is_empty(), "{id} does not say who may ask");
        for (scheme, scopes) in security.iter().flat_map(|way| way.as_object().unwrap()) {
            assert!(schemes.contains_key(scheme), "{id}: {scheme}");
            let scopes: Vec<&str> = scopes.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
            assert!(scheme != "key" || scopes.len() == 1, "{id}: a key needs a permission");
            for scope in scopes {
                scope.parse::<Permission>().unwrap_or_else(|error| panic!("{id}: {error}"));
            }
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let problem = answer["content"]["application/problem+json"]["schema"]["$ref"].as_str();
            let expected = (status.as_str() >= "400").then_some("#/components/schemas/ProblemDetails");
            // Browsers are told what went wrong by a page, and whose headers do not end by nothing but the status.
            if path.starts_with("/auth/") || status == "431" {
                continue;
            }
            assert_eq!(problem, expected, "{id}: {status}");
        }
        if let Some(room) = path.strip_prefix("/api/v1/").and_then(|path| path.split('/').next()) {
            assert_eq!(operation["tags"][0], room, "{id}");
        }
    }
    let rooms: BTreeSet<_> =
        description["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(Json::to_string).collect();
    let used = operations(&description).into_iter().map(|(_, _, operation)| operation["tags"][0].to_string()).collect();
    assert_eq!(rooms, used, "every room is introduced, and none that has no routes");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let description = described(&House::over(&world)).await;
    fn follow(value: &Json, description: &Json) {
        match value {
            Json::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Json::as_str) {
                    assert!(description.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                fields.values().for_each(|field| follow(field, description));
            }
            Json::Array(items) => items.iter().for_each(|item| follow(item, description)),
            _ => {}
        }
    }
    follow(&description, &description);
}

#[tokio::test]
async fn every_operation_is_there_and_tells_strangers_nothing() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);
    for (method, path, operation) in operations(&described(&house).await) {
        let method: Method = method.to_uppercase().parse().unwrap();
        let path = path.replace(['{', '}'], "");
        let request = Request::builder().method(method.clone()).uri(&path).header("content-type", "application/json");
        let answer = house.asks(request.body(Body::from("{}")).unwrap()).await;
        let public = operation["security"].as_array().unwrap().iter().any(|way| way == &serde_json::json!({}));
        // Whoever gives a second factor is logged in half-way, which shows once the code is read.
        let half_way = operation["operationId"] == "give_second_factor";
        match (public || half_way, path.starts_with("/api/")) {
            (false, true) => assert_eq!(answer.status, 401, "{method} {path}: {answer:?}"),
            // Nobody has set up a provider here.
            _ if path.starts_with("/auth/") => assert!(answer.text.contains("provider"), "{method} {path}: {answer:?}"),
            _ => assert!(![404, 405, 500].contains(&answer.status.as_u16()), "{method} {path}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn the_reference_shows_every_operation() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let house = House::over(&world);
    let page = house.asks(get("/api/reference")).await.text;
    for (_, _, operation) in operations(&described(&house).await) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!(r#"id="{id}""#)), "{id}");
    }
    assert_eq!(house.asks(get("/api/reference.css")).await.header("content-type"), "text/css; charset=utf-8");
}
