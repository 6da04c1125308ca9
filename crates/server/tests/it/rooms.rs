//! What the rooms answer over HTTP: the same as at the command line, to those who may ask.

use serde_json::json;
use testkit::{ANA, BRUNO, on_both};

use crate::world::House;

#[tokio::test]
async fn a_page_asks_all_its_questions_at_once_and_each_has_its_own_answer() {
    on_both(async |world| {
        let house = House::over(world);
        world.hears((0..12).map(|number| ANA.does("survey_answered").scored("nps", f64::from(number % 11)))).await;
        let single = json!({ "metric": "nps" });
        let batch = json!({ "queries": [single, { "metric": "happiness" }, { "metric": "count", "where": "kind =" }] });
        let answered = house.posts(&world.scope, "/api/v1/insights/query-batches", &batch).await;
        assert_eq!(answered.status, 200, "{answered:?}");
        let alone = house.posts(&world.scope, "/api/v1/insights/queries", &single).await;
        let answers = answered.json()["answers"].clone();
        assert_eq!(answers[0]["figures"], alone.json());
        assert_eq!(
            (&answers[1]["problem"]["status"], &answers[1]["problem"]["errors"][0]["field"]),
            (&json!(400), &json!("metric"))
        );
        assert_eq!(answers[2]["problem"]["errors"][0]["field"], "where");
        for wrong in
            [json!({ "queries": [] }), json!({ "queries": vec![single.clone(); 65] }), json!({ "query": single })]
        {
            let refused = house.posts(&world.scope, "/api/v1/insights/query-batches", &wrong).await;
            assert_eq!(refused.status, 400, "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_changed_in_one_group_is_found_among_many_and_chance_is_not() {
    on_both(async |world| {
        let house = House::over(world);
        // 60 customers of two plans in two halves of a year, asked about two touchpoints; those of the club fall at delivery.
        let answers = (0..480_u32).map(|number| {
            let (club, late, delivery) = (number % 2 == 0, number >= 240, (number / 2) % 2 == 0);
            let score = if club && late && delivery { number % 4 } else { 6 + number % 5 };
            let day = 1 + number % 27;
            let when = format!("2026-{:02}-{day:02}T10:00:00Z", if late { 2 } else { 1 });
            ANA.does("survey_answered")
                .at(&when)
                .scored("nps", f64::from(score))
                .with("plan", if club { "club" } else { "basic" })
                .saying(|body| {
                    body.touchpoint = Some(if delivery { "delivery" } else { "checkout" }.into());
                    body.channel = Some("web".into());
                })
        });
        world.hears(answers).await;
        let path = "/api/v1/insights/changes?from=2026-02-01&to=2026-03-01";
        let changes = house.gets(&world.scope, path).await;
        assert_eq!(changes.status, 200, "{changes:?}");
        let changes = changes.json();
        let first = &changes["changes"][0];
        assert_eq!(first["keys"], json!({ "properties.plan": "club", "touchpoint": "delivery" }), "{changes:#}");
        assert_eq!(first["better"], false);
        assert_eq!(changes["changes"].as_array().unwrap().len(), 1, "the rest of it is explained by that: {changes:#}");
        for (figure, from, to) in [("row", "2026-02-01", "2026-03-01"), ("against", "2026-01-04", "2026-02-01")] {
            let asked = json!({ "metric": first["metric"], "where": first["where"], "from": from, "to": to });
            let row = house.posts(&world.scope, "/api/v1/insights/queries", &asked).await.json()["rows"][0].clone();
            assert_eq!(row, first[figure], "{figure}");
        }
        assert_eq!(
            house.gets(&world.scope, "/api/v1/insights/changes?from=2026-03-01&to=2026-02-01").await.status,
            400
        );
        let quiet = house.gets(&world.scope, "/api/v1/insights/changes?from=2025-02-01&to=2025-03-01").await.json();
        assert_eq!((&quiet["changes"], &quiet["compared"]), (&json!([]), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn all_signals_come_as_a_table_and_that_is_written_down() {
    on_both(async |world| {
        let house = House::over(world);
        world.hears([ANA.does("review_posted").saying(|body| body.text = Some("=1+1".into()))]).await;
        world.hears((0..3_000).map(|_| BRUNO.does("page_viewed"))).await;
        let table = house.gets(&world.scope, "/api/v1/signals/export").await;
        assert_eq!((table.status.as_u16(), table.header("content-type")), (200, "text/csv; charset=utf-8"));
        let text = &table.text;
        assert_eq!(text.lines().count(), 3_002);
        assert!(text.starts_with("seq,id,message_id,") && text.contains(",'=1+1,"), "{}", &text[..300]);
        let few = house.gets(&world.scope, "/api/v1/signals/export?where=kind%20%3D%20'review_posted'").await;
        assert_eq!(few.text.lines().count(), 2);
        let audited = world.team.audit(&world.scope, &Default::default(), None, 10).await.unwrap();
        assert_eq!(audited.iter().filter(|entry| entry.action == "signals.exported").count(), 2);
    })
    .await;
}

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
