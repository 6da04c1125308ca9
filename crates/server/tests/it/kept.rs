//! What people keep beside the figures: saved questions, annotations, stages and touchpoints.

use axum::http::Method;
use serde_json::{Value as Json, json};
use team::Permission;
use testkit::{World, on_both};

use crate::world::{Answer, House, post};

const QUESTIONS: &str = "/api/v1/insights/questions";
const ANNOTATIONS: &str = "/api/v1/insights/annotations";
const JOURNEY: &str = "/api/v1/insights/journey";
const TOUCHPOINTS: &str = "/api/v1/insights/touchpoints";

/// Somebody with a key of their own.
struct Member<'h> {
    house: &'h House,
    key: String,
}

impl House {
    async fn member(&self, world: &World, permissions: &[Permission]) -> Member<'_> {
        Member { house: self, key: self.key(&world.scope, permissions).await }
    }
}

impl Member<'_> {
    async fn sends(&self, method: Method, path: &str, body: &Json) -> Answer {
        let mut request = post(path, body);
        *request.method_mut() = method;
        self.house.asks(self.house.with_key(&self.key, request)).await
    }

    async fn posts(&self, path: &str, body: &Json) -> Answer {
        self.sends(Method::POST, path, body).await
    }

    /// What a list holds of one property.
    async fn lists(&self, path: &str, property: &str) -> Vec<Json> {
        let answer = self.sends(Method::GET, path, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["items"].as_array().unwrap().iter().map(|item| item[property].clone()).collect()
    }
}

fn at(path: &str, made: &Answer) -> String {
    format!("{path}/{}", made.json()["id"].as_str().unwrap_or_else(|| panic!("{made:?}")))
}

#[tokio::test]
async fn a_saved_question_is_one_s_own_until_it_is_shared() {
    on_both(async |world| {
        let house = House::over(world);
        let asks = [Permission::ReadInsights, Permission::WriteQuestions];
        let (ana, bruno) = (house.member(world, &asks).await, house.member(world, &asks).await);
        let asked = json!({ "metric": "nps", "by": ["touchpoint"], "where": "channel = 'web'", "period": "90d", "as": "bar" });
        let saved = ana.posts(QUESTIONS, &json!({ "name": " NPS by touchpoint ", "asked": asked })).await;
        assert_eq!(saved.status, 201, "{saved:?}");
        let question = at(QUESTIONS, &saved);
        let shown = ana.sends(Method::GET, &question, &json!({})).await.json();
        assert_eq!(shown, saved.json());
        assert_eq!((&shown["name"], &shown["mine"], &shown["shared"]), (&json!("NPS by touchpoint"), &json!(true), &json!(false)));
        assert_eq!(shown["asked"], json!({ "metric": "nps", "by": ["touchpoint"], "where": "channel = 'web'", "period": "90d", "as": "bar", "compare": false }));

        // To Bruno it does not exist.
        assert_eq!(bruno.lists(QUESTIONS, "name").await, Vec::<Json>::new());
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            assert_eq!(bruno.sends(method, &question, &json!({})).await.status, 404);
        }
        assert_eq!(ana.sends(Method::PATCH, &question, &json!({ "shared": true })).await.status, 200);
        assert_eq!(bruno.lists(QUESTIONS, "mine").await, [json!(false)]);
        let renamed = bruno.sends(Method::PATCH, &question, &json!({ "name": "Touchpoints" })).await;
        assert_eq!((renamed.status.as_u16(), &renamed.json()["asked"]), (200, &shown["asked"]));
        assert_eq!(bruno.sends(Method::PATCH, &question, &json!({ "shared": false })).await.status, 403);

        let elsewhere = world.elsewhere().await;
        let stranger = house.member(&elsewhere, &asks).await;
        assert_eq!(stranger.lists(QUESTIONS, "name").await, Vec::<Json>::new());
        assert_eq!(stranger.sends(Method::DELETE, &question, &json!({})).await.status, 404);
        let viewer = house.member(world, &[Permission::ReadInsights]).await;
        assert_eq!(viewer.lists(QUESTIONS, "name").await, [json!("Touchpoints")]);
        assert_eq!(viewer.sends(Method::DELETE, &question, &json!({})).await.status, 403);

        assert_eq!(bruno.sends(Method::DELETE, &question, &json!({})).await.status, 204);
        assert_eq!(ana.sends(Method::GET, &question, &json!({})).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_not_saved_and_says_why() {
    on_both(async |world| {
        let house = House::over(world);
        let ana = house.member(world, &[Permission::ReadInsights, Permission::WriteQuestions]).await;
        for (asked, field) in [
            (json!({ "metric": "npss" }), "metric"),
            (json!({ "metric": "nps", "where": "channel =" }), "where"),
            (json!({ "metric": "nps", "by": ["a b"] }), "by"),
            (json!({ "metric": "nps", "by": ["kind", "channel", "stage", "source"] }), "by"),
            (json!({ "metric": "nps", "period": "0d" }), "period"),
            (json!({ "metric": "nps", "period": "+7d" }), "period"),
            (json!({ "metric": "nps", "period": "7d", "from": "2026-01-01", "to": "2026-01-31" }), "period"),
            (json!({ "metric": "nps", "from": "2026-13-01", "to": "2026-01-31" }), "from"),
            (json!({ "metric": "nps", "every": "fortnight" }), "asked.every"),
        ] {
            let refused = ana.posts(QUESTIONS, &json!({ "name": "x", "asked": asked })).await;
            assert_eq!(
                (refused.status.as_u16(), &refused.json()["errors"][0]["field"]),
                (400, &json!(field)),
                "{asked}"
            );
        }
        assert_eq!(ana.posts(QUESTIONS, &json!({ "name": " ", "asked": { "metric": "nps" } })).await.status, 400);
        for name in ["b", "a", "B", "c"] {
            let saved = ana.posts(QUESTIONS, &json!({ "name": name, "asked": { "metric": "nps" } })).await;
            assert_eq!(saved.status, 201);
        }
        let first = ana.sends(Method::GET, &format!("{QUESTIONS}?limit=2"), &json!({})).await.json();
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(ana.lists(&format!("{QUESTIONS}?limit=2&cursor={cursor}"), "name").await, [json!("b"), json!("c")]);
    })
    .await;
}

#[tokio::test]
async fn a_manager_annotates_a_release_in_the_workspace_s_own_calendar() {
    on_both(async |world| {
        let house = House::over(world);
        let manager = house.member(world, &[Permission::ReadInsights, Permission::WriteInsights]).await;
        let release = json!({ "at": "2026-03-02", "kind": "release", "title": "New checkout" });
        let made = manager.posts(ANNOTATIONS, &release).await;
        assert_eq!(made.status, 201, "{made:?}");
        let incident = json!({ "at": "2026-03-05T08:30:00Z", "kind": "incident", "title": "Payments down" });
        manager.posts(ANNOTATIONS, &incident).await;
        assert_eq!(manager.lists(ANNOTATIONS, "title").await, [json!("Payments down"), json!("New checkout")]);
        let march_fifth = format!("{ANNOTATIONS}?from=2026-03-05&to=2026-03-06");
        assert_eq!(manager.lists(&march_fifth, "at").await, [json!("2026-03-05T08:30:00Z")]);

        let annotation = at(ANNOTATIONS, &made);
        let moved = json!({ "at": "2026-03-09", "kind": "release", "title": "New checkout" });
        assert_eq!(manager.sends(Method::PUT, &annotation, &moved).await.status, 200);
        assert_eq!(manager.lists(ANNOTATIONS, "title").await, [json!("New checkout"), json!("Payments down")]);
        let wrong = json!({ "at": "soon", "kind": "release", "title": "x" });
        assert_eq!(manager.posts(ANNOTATIONS, &wrong).await.json()["errors"][0]["field"], "at");
        assert_eq!(
            manager.posts(ANNOTATIONS, &json!({ "at": "2026-03-09", "kind": "party", "title": "x" })).await.status,
            400
        );

        let elsewhere = world.elsewhere().await;
        let stranger = house.member(&elsewhere, Permission::ALL).await;
        assert_eq!(stranger.lists(ANNOTATIONS, "title").await, Vec::<Json>::new());
        assert_eq!(stranger.sends(Method::PUT, &annotation, &moved).await.status, 404);
        assert_eq!(stranger.sends(Method::DELETE, &annotation, &json!({})).await.status, 404);
        let analyst = house.member(world, &[Permission::ReadInsights, Permission::WriteQuestions]).await;
        assert_eq!(analyst.posts(ANNOTATIONS, &release).await.status, 403);
        assert_eq!(manager.sends(Method::DELETE, &annotation, &json!({})).await.status, 204);
        assert_eq!(manager.lists(ANNOTATIONS, "title").await, [json!("Payments down")]);
    })
    .await;
}

#[tokio::test]
async fn a_manager_says_which_stages_and_touchpoints_there_are() {
    on_both(async |world| {
        let house = House::over(world);
        let manager = house.member(world, &[Permission::ReadInsights, Permission::WriteInsights]).await;
        let journey = manager.sends(Method::GET, JOURNEY, &json!({})).await.json();
        assert_eq!(journey["stages"], json!(["awareness", "consideration", "purchase", "post_purchase", "loyalty"]));
        let service = journey["templates"][1]["stages"].clone();
        let checkout = json!({ "name": "checkout", "channel": "web", "stage": "purchase", "owner": "Payments team" });
        let made = manager.posts(TOUCHPOINTS, &checkout).await;
        assert_eq!(made.status, 201, "{made:?}");
        let twice = manager.posts(TOUCHPOINTS, &checkout).await;
        assert_eq!((twice.status.as_u16(), &twice.json()["errors"][0]["field"]), (400, &json!("name")));
        let nowhere = manager.posts(TOUCHPOINTS, &json!({ "name": "delivery", "stage": "use" })).await;
        assert_eq!((nowhere.status.as_u16(), &nowhere.json()["errors"][0]["field"]), (400, &json!("stage")));

        assert_eq!(manager.sends(Method::PUT, JOURNEY, &json!({ "stages": service })).await.status, 200);
        assert_eq!(manager.posts(TOUCHPOINTS, &json!({ "name": "delivery", "stage": "use" })).await.status, 201);
        let kept = manager.sends(Method::PUT, JOURNEY, &json!({ "stages": ["awareness", "purchase"] })).await;
        assert_eq!(kept.status, 409, "delivery belongs to 'use': {kept:?}");
        assert_eq!(manager.sends(Method::GET, JOURNEY, &json!({})).await.json()["stages"], service);
        for wrong in [json!([]), json!(["a", "a"]), json!([" "])] {
            assert_eq!(manager.sends(Method::PUT, JOURNEY, &json!({ "stages": wrong })).await.status, 400, "{wrong}");
        }

        let delivery = json!({ "name": "delivery", "stage": "purchase" });
        let listed = manager.sends(Method::GET, TOUCHPOINTS, &json!({})).await.json();
        let id = listed["items"][1]["id"].as_str().unwrap().to_owned();
        assert_eq!(manager.sends(Method::PUT, &format!("{TOUCHPOINTS}/{id}"), &delivery).await.status, 200);
        assert_eq!(
            manager.sends(Method::PUT, JOURNEY, &json!({ "stages": ["awareness", "purchase"] })).await.status,
            200
        );
        assert_eq!(manager.lists(TOUCHPOINTS, "stage").await, [json!("purchase"), json!("purchase")]);

        let elsewhere = world.elsewhere().await;
        let stranger = house.member(&elsewhere, Permission::ALL).await;
        assert_eq!(stranger.lists(TOUCHPOINTS, "name").await, Vec::<Json>::new());
        assert_eq!(stranger.sends(Method::DELETE, &at(TOUCHPOINTS, &made), &json!({})).await.status, 404);
        let viewer = house.member(world, &[Permission::ReadInsights]).await;
        assert_eq!(viewer.sends(Method::PUT, JOURNEY, &json!({ "stages": ["a"] })).await.status, 403);
        assert_eq!(manager.sends(Method::DELETE, &at(TOUCHPOINTS, &made), &json!({})).await.status, 204);
        assert_eq!(manager.lists(TOUCHPOINTS, "name").await, [json!("delivery")]);
    })
    .await;
}
