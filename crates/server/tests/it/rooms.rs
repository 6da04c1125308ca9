//! What the rooms answer over HTTP: the same as at the command line, to those who may ask.

use serde_json::json;
use testkit::{ANA, BRUNO, on_both};

use crate::world::House;

#[tokio::test]
async fn an_analyst_asks_and_looks_at_the_signals_behind_the_figure() {
    on_both(async |world| {
        let house = House::over(world);
        let answers = (0..25_u32).map(|number| {
            let score = f64::from(number % 11);
            ANA.does("survey_answered").scored("nps", score).saying(|body| body.channel = Some("web".into()))
        });
        world.hears(answers).await;
        world.hears([BRUNO.does("order_completed")]).await;

        let asked = json!({ "metric": "nps", "by": ["channel"], "where": "kind = 'survey_answered'" });
        let figures = house.posts(&world.scope, "/api/v1/insights/queries", &asked).await;
        assert_eq!(figures.status, 200, "{figures:?}");
        let row = &figures.json()["rows"][0];
        assert_eq!(
            (&row["keys"], &row["n"], &row["warning"]),
            (&json!({"channel": "web"}), &json!(25), &json!("low_sample"))
        );
        let tree = json!({ "metric": "count", "filter": { "is": ["kind", { "one_of": ["order_completed"] }] } });
        let counted = house.posts(&world.scope, "/api/v1/insights/queries", &tree).await;
        assert_eq!(counted.json()["rows"][0]["value"], 1.0);

        let mut path = "/api/v1/signals?limit=10&where=scale%20%3D%20'nps'".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = house.gets(&world.scope, &path).await;
            assert_eq!(page.status, 200, "{page:?}");
            seen.extend(page.json()["items"].as_array().unwrap().iter().map(|signal| signal["seq"].as_i64().unwrap()));
            // What comes in meanwhile shifts no page, though it happened at the same moment.
            world.hears([ANA.does("survey_answered").scored("nps", 0.0)]).await;
            let Some((next, _)) = page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) else {
                break;
            };
            path = format!("/api/v1/signals{next}");
        }
        assert_eq!(seen, (1..=25).rev().collect::<Vec<i64>>());
        let count = house.gets(&world.scope, "/api/v1/signals/count?where=kind%20%3D%20'order_completed'").await;
        assert_eq!(count.json(), json!({ "count": 1 }));
    })
    .await;
}

#[tokio::test]
async fn an_agent_merges_two_customers_and_thinks_better_of_it() {
    on_both(async |world| {
        let house = House::over(world);
        world.hears([ANA.does("order_completed"), BRUNO.does("order_completed")]).await;
        let found = async |user: &str| {
            let answer = house.gets(&world.scope, &format!("/api/v1/customers?kind=user_id&value={user}")).await;
            answer.json()["items"][0].clone()
        };
        let (ana, bruno) = (found(ANA.user_id).await, found(BRUNO.user_id).await);
        assert_ne!(ana["id"], bruno["id"]);
        assert_eq!(found("nobody").await, json!(null));

        let asked = json!({ "customer": bruno["id"], "into": ana["id"], "reason": "He called: it is one account." });
        let merge = house.posts(&world.scope, "/api/v1/customers/merges", &asked).await;
        assert_eq!(merge.status, 201);
        assert!(merge.json()["evidence"]["by"].as_str().unwrap().starts_with("key:"), "{merge:?}");
        assert_eq!(house.posts(&world.scope, "/api/v1/customers/merges", &asked).await.status, 409);
        assert_eq!(found(BRUNO.user_id).await["id"], ana["id"]);
        let id = ana["id"].as_str().unwrap();
        let merges = house.gets(&world.scope, &format!("/api/v1/customers/{id}/merges")).await;
        assert_eq!(merges.json()["items"], json!([merge.json()]));

        let undoing = format!("/api/v1/customers/merges/{}/undoing", merge.json()["id"].as_str().unwrap());
        assert_eq!(house.posts(&world.scope, &undoing, &json!({})).await.status, 204);
        assert_eq!(house.posts(&world.scope, &undoing, &json!({})).await.status, 409);
        assert_eq!(found(BRUNO.user_id).await["id"], bruno["id"]);
    })
    .await;
}

#[tokio::test]
async fn another_workspace_s_customers_do_not_exist() {
    on_both(async |world| {
        let house = House::over(world);
        world.hears([ANA.does("order_completed"), BRUNO.does("order_completed")]).await;
        let elsewhere = world.elsewhere().await.scope;
        let merge = json!({ "customer": "1", "into": "2", "reason": "mine now" });
        assert_eq!(house.gets(&elsewhere, "/api/v1/customers/1").await.status, 404);
        assert_eq!(house.posts(&elsewhere, "/api/v1/customers/merges", &merge).await.status, 404);
        assert_eq!(house.gets(&elsewhere, "/api/v1/signals").await.json()["items"], json!([]));
        assert_eq!(house.gets(&elsewhere, "/api/v1/signals/count").await.json(), json!({ "count": 0 }));
    })
    .await;
}

#[tokio::test]
async fn an_engineer_finds_what_was_refused_and_why() {
    on_both(async |world| {
        let house = House::over(world);
        let refusal = |excerpt: &str| signals::Refusal {
            reason: "too_long".into(),
            field: "messageId".into(),
            message: "is longer than 255 bytes".into(),
            excerpt: excerpt.into(),
        };
        world.signals.refuse(&world.scope, "collect", vec![refusal("a"), refusal("b"), refusal("c")]).await.unwrap();
        let first = house.gets(&world.scope, "/api/v1/sources/refusals?limit=2").await;
        assert_eq!(first.json()["items"].as_array().map(Vec::len), Some(2));
        let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
        let rest = house.gets(&world.scope, &format!("/api/v1/sources/refusals?limit=2&cursor={cursor}")).await;
        assert_eq!(rest.json()["items"].as_array().map(Vec::len), Some(1));
        assert!(rest.json().get("next_cursor").is_none());
        let tallies = house.gets(&world.scope, "/api/v1/sources/tallies").await;
        assert_eq!(
            tallies.json()["items"],
            json!([{ "outcome": "refused", "reason": "too_long", "source": "collect", "count": 3 }])
        );
    })
    .await;
}

#[tokio::test]
async fn metrics_are_listed_and_a_formula_is_one_too() {
    on_both(async |world| {
        let house = House::over(world);
        let metrics = house.gets(&world.scope, "/api/v1/insights/metrics").await;
        let nps = &metrics.json()["items"][0];
        assert_eq!((&nps["name"], &nps["interval"], &nps["shown_from"]), (&json!("nps"), &json!("wald"), &json!(10)));
        let own = house.gets(&world.scope, "/api/v1/insights/metrics/mean(score)").await;
        assert_eq!((own.status.as_u16(), &own.json()["unit"]), (200, &json!("score")));
        assert_eq!(house.gets(&world.scope, "/api/v1/insights/metrics/happiness").await.status, 404);
        let wrong = json!({ "metric": "nps", "from": "soon" });
        let answer = house.posts(&world.scope, "/api/v1/insights/queries", &wrong).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (400, &json!("from")));
    })
    .await;
}
