//! The list of customers: who was heard from lately, and finding somebody in it.

use serde_json::{Value as Json, json};
use signals::Projector;
use testkit::{ANA, BRUNO, CHIDI, World, on_both, says};

use crate::world::House;

impl House {
    /// Lets the projections take in everything that has been logged.
    pub async fn catches_up(&self, world: &World) {
        let projections = server::projections(&self.rooms.actions);
        Projector::register(world.store.clone(), projections).await.unwrap().catch_up().await.unwrap();
    }

    /// The numbers on all pages of the list, two by two.
    async fn lists(&self, world: &World, asked: &str) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.gets(&world.scope, &format!("/api/v1/customers?limit=2{asked}{cursor}")).await;
            assert_eq!(page.status, 200, "{page:?}");
            let page = page.json();
            ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }
}

#[tokio::test]
async fn an_agent_sees_who_was_heard_from_last_and_turns_the_pages() {
    on_both(async |world| {
        let house = House::over(world);
        world
            .hears([
                ANA.does("order_completed").at("2026-01-05T10:00:00Z").with_trait("name", "Ana Souza"),
                BRUNO.does("order_completed").at("2026-01-01T10:00:00Z"),
                CHIDI.browses("page_viewed").at("2026-01-03T10:00:00Z"),
                says("page_viewed").of("device", "kiosk").at("2026-01-03T10:00:00Z"),
                ANA.does("review_posted").at("2026-01-02T10:00:00Z"),
                says("page_viewed").at("2026-01-09T10:00:00Z"),
            ])
            .await;
        house.catches_up(world).await;
        assert_eq!(house.lists(world, "").await, ["1", "4", "3", "2"]);
        assert_eq!(house.lists(world, "&sort=first_seen").await, ["4", "3", "1", "2"]);
        let first = house.gets(&world.scope, "/api/v1/customers?limit=1").await.json();
        let ana = json!({
            "id": "1", "identities": [{"kind": "user_id", "value": ANA.user_id}], "traits": {"name": "Ana Souza"},
            "merged_from": [], "first_seen": "2026-01-02T10:00:00Z", "last_seen": "2026-01-05T10:00:00Z",
        });
        assert_eq!(first["items"], json!([ana]));
        assert_eq!(house.gets(&world.scope, "/api/v1/customers/1").await.json(), ana);
        // What was logged earlier and happened earlier still changes nothing; what happens now comes first.
        world.hears([CHIDI.browses("page_viewed").at("2025-12-01T10:00:00Z"), BRUNO.does("page_viewed")]).await;
        house.catches_up(world).await;
        assert_eq!(house.lists(world, "").await, ["2", "1", "4", "3"]);
        assert_eq!(house.lists(world, "&sort=first_seen").await, ["4", "1", "2", "3"]);
        let elsewhere = world.elsewhere().await;
        assert_eq!(house.lists(&elsewhere, "").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn merged_customers_stand_in_the_list_once_and_come_back_apart() {
    on_both(async |world| {
        let house = House::over(world);
        world
            .hears([
                ANA.does("order_completed").at("2026-01-01T10:00:00Z").with_trait("name", "Ana"),
                BRUNO.does("order_completed").at("2026-01-02T10:00:00Z"),
                CHIDI.does("order_completed").at("2026-01-03T10:00:00Z").with_trait("name", "Chidi Okafor"),
            ])
            .await;
        house.catches_up(world).await;
        let asked = json!({ "customer": "3", "into": "1", "reason": "the same person" });
        let merge = house.posts(&world.scope, "/api/v1/customers/merges", &asked).await.json();
        assert_eq!(house.lists(world, "").await, ["1", "2"]);
        assert_eq!(house.lists(world, "&sort=first_seen").await, ["2", "1"]);
        let page = house.gets(&world.scope, "/api/v1/customers").await.json();
        assert_eq!(
            (&page["items"][0]["merged_from"], &page["items"][0]["last_seen"]),
            (&json!(["3"]), &json!("2026-01-03T10:00:00Z"))
        );
        // The later name stands for both, and the other one finds nobody.
        assert_eq!(house.lists(world, "&search=chidi").await, ["1"]);
        assert!(house.lists(world, "&search=ana").await.is_empty());
        assert_eq!(house.lists(world, "&search=u-chidi").await, ["1"]);
        let undoing = format!("/api/v1/customers/merges/{}/undoing", merge["id"].as_str().unwrap());
        assert_eq!(house.posts(&world.scope, &undoing, &json!({})).await.status, 204);
        assert_eq!(house.lists(world, "").await, ["3", "2", "1"]);
        assert_eq!(house.lists(world, "&search=okaf").await, ["3"]);
    })
    .await;
}

#[tokio::test]
async fn an_agent_finds_somebody_by_what_they_remember() {
    on_both(async |world| {
        let house = House::over(world);
        world
            .hears([
                ANA.does("a").of("email", ANA.email).with_trait("name", "Ana  María Souza").at("2026-01-04T10:00:00Z"),
                BRUNO.does("a").with_trait("first_name", "Bruno").with_trait("last_name", "SOUZA Lima"),
                CHIDI.does("a").of("phone", "+4915112").with_trait("name", "Émile_50%"),
                CHIDI.does("a").of("order", "1001"),
            ])
            .await;
        house.catches_up(world).await;
        let finds = async |search: &str| house.lists(world, &format!("&search={search}")).await;
        assert_eq!(finds("souza").await, ["2", "1"], "the one who was heard from last comes first");
        assert_eq!(finds("Ana%20mar").await, ["1"]);
        assert_eq!(finds("%20ana%20%20m").await, ["1"]);
        assert_eq!(finds("%C3%A9mile").await, ["3"], "letters beyond ASCII in either case");
        assert_eq!(finds("ANA@EXAMPLE").await, ["1"]);
        assert_eq!(finds("%2B4915").await, ["3"]);
        assert_eq!(finds("1001").await, ["3"], "by an order's number, too");
        // What looks like a pattern is none.
        assert!(finds("%25").await.is_empty() && finds("_").await.is_empty());
        // A name that is gone is forgotten.
        world.hears([ANA.does("a").with_trait("name", "Ana Lima")]).await;
        assert_eq!(finds("souza").await, ["2"]);
        assert_eq!(finds("lima").await, ["2", "1"]);
        let wrong = async |asked: &str| house.gets(&world.scope, &format!("/api/v1/customers?{asked}")).await;
        for (asked, field) in
            [("kind=email", "value"), ("value=x", "kind"), ("limit=0", "limit"), ("cursor=x", "cursor")]
        {
            let answer = wrong(asked).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (400, &json!(field)), "{asked}");
        }
        assert_eq!(wrong("sort=name").await.status, 400);
        assert_eq!(wrong("search=a%00b").await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn whoever_reads_the_pages_of_a_busy_list_misses_nobody_that_stayed_where_they_were() {
    on_both(async |world| {
        let house = House::over(world);
        let visit = |number: i64| says("page_viewed").of("user_id", &format!("u-{number}")).later(number);
        world.hears((0..9).map(visit)).await;
        house.catches_up(world).await;
        let first = house.gets(&world.scope, "/api/v1/customers?limit=4").await.json();
        world.hears([visit(0).later(100)]).await;
        house.catches_up(world).await;
        let cursor = first["next_cursor"].as_str().unwrap().to_owned();
        let second = house.gets(&world.scope, &format!("/api/v1/customers?limit=4&cursor={cursor}")).await.json();
        let ids = |page: &Json| -> Vec<i64> {
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
        };
        assert_eq!((ids(&first), ids(&second)), (vec![9, 8, 7, 6], vec![5, 4, 3, 2]));
        assert!(second.get("next_cursor").is_none());
    })
    .await;
}
