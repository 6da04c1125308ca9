//! Segments over HTTP: a marketer of the lamp shop makes some, and is told who is in them.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value as Json, json};
use testkit::{ANA, BRUNO, CHIDI, World, on_both};

use crate::world::{Answer, House};

const SEGMENTS: &str = "/api/v1/customers/segments";

impl House {
    async fn names(&self, world: &World, id: &str, definition: &str) -> Answer {
        let segment = json!({ "id": id, "name": id, "definition": definition });
        self.posts(&world.scope, SEGMENTS, &segment).await
    }

    async fn redefines(&self, world: &World, id: &str, definition: &str, version: i64) -> Answer {
        let change = json!({ "name": id, "definition": definition, "version": version });
        let request = Request::put(format!("{SEGMENTS}/{id}")).header(header::CONTENT_TYPE, "application/json");
        self.asks_as(&world.scope, request.body(change.to_string().into()).unwrap()).await
    }

    async fn forgets(&self, world: &World, id: &str) -> Answer {
        let request = Request::delete(format!("{SEGMENTS}/{id}")).body(Body::empty()).unwrap();
        self.asks_as(&world.scope, request).await
    }

    /// The numbers of a segment's members, one on each page.
    async fn members(&self, world: &World, id: &str) -> Vec<String> {
        let (mut members, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.gets(&world.scope, &format!("{SEGMENTS}/{id}/members?limit=1{cursor}")).await;
            assert_eq!(page.status, 200, "{page:?}");
            let page = page.json();
            members
                .extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return members,
            }
        }
    }

    async fn counts(&self, world: &World, id: &str) -> Json {
        self.gets(&world.scope, &format!("{SEGMENTS}/{id}/size")).await.json()
    }
}

/// What is wrong with which field, as the answer says it.
fn refusal(answer: &Answer) -> (u16, String, String, String) {
    let error = &answer.json()["errors"][0];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("field"), text("reason"), text("message"))
}

/// Ana, Bruno and Chidi are customers 1, 2 and 3; Ana has bought twice, Bruno once.
async fn shop(world: &World) -> House {
    let buys = || ANA.does("order_completed").with_trait("plan", "pro");
    world.hears([buys(), buys(), BRUNO.does("order_completed"), CHIDI.does("page_viewed")]).await;
    House::over(world)
}

#[tokio::test]
async fn a_segment_is_right_from_the_signal_on_and_leaves_by_itself() {
    on_both(async |world| {
        let house = shop(world).await;
        let made = house.names(world, "regulars", "count(kind='order_completed') >= 2 in 2 days").await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json()["definition"], "count(kind = 'order_completed') >= 2 in 2 days");
        assert_eq!(made.json()["version"], 1);
        assert_eq!(house.gets(&world.scope, SEGMENTS).await.json()["items"], json!([made.json()]));
        assert_eq!(house.members(world, "regulars").await, ["1"]);
        world.waits(86_400);
        world.hears([BRUNO.does("order_completed").later(86_400), CHIDI.does("order_completed").later(86_400)]).await;
        assert_eq!(house.members(world, "regulars").await, ["1", "2"]);
        let size = json!({ "members": 2, "of": 3, "unknown_traits": [], "missing_signals": 0 });
        assert_eq!(house.counts(world, "regulars").await, size);
        world.waits(86_400);
        assert_eq!(house.members(world, "regulars").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn segments_are_made_of_others_and_compared_and_follow_merges_and_their_undoing() {
    on_both(async |world| {
        let house = shop(world).await;
        house.names(world, "buyers", "count(kind = 'order_completed') >= 1").await;
        house.names(world, "pro", "customer.plan = 'pro'").await;
        let made = house.names(world, "rest", "not (member of 'buyers' or member of 'pro')").await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(house.members(world, "rest").await, ["3"]);
        let overlap = house.gets(&world.scope, &format!("{SEGMENTS}/buyers/overlaps/pro")).await;
        assert_eq!(overlap.json(), json!({ "one": 2, "other": 1, "both": 1, "of": 3 }));
        let (bruno, chidi) = (base::CustomerId(2), base::CustomerId(3));
        let merge = world.customers.merge(&world.scope, bruno, chidi, "one person", json!({})).await.unwrap();
        assert_eq!(house.members(world, "rest").await, Vec::<String>::new());
        assert_eq!(house.counts(world, "buyers").await["of"], 2);
        world.customers.undo(&world.scope, merge.id).await.unwrap();
        assert_eq!(house.members(world, "rest").await, ["3"]);
        // Whatever names a segment follows what it says.
        assert_eq!(house.redefines(world, "buyers", "none", 1).await.json()["version"], 2);
        assert_eq!(house.members(world, "rest").await, ["2", "3"]);
        let preview = house
            .posts(
                &world.scope,
                "/api/v1/customers/segment-previews",
                &json!({ "definition": "not member of 'pro' and customer.plann is null" }),
            )
            .await;
        assert_eq!(
            (&preview.json()["size"]["members"], &preview.json()["size"]["unknown_traits"][0]),
            (&json!(2), &json!("plann"))
        );
        assert_eq!(preview.json()["sample"][0]["identities"][0]["value"], BRUNO.user_id);
        let elsewhere = world.elsewhere().await;
        assert_eq!(house.gets(&elsewhere.scope, SEGMENTS).await.json()["items"], json!([]));
        assert_eq!(house.gets(&elsewhere.scope, &format!("{SEGMENTS}/pro/members")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_a_segment_is_refused_with_a_reason_and_changes_nothing() {
    on_both(async |world| {
        let house = shop(world).await;
        house.names(world, "a", "customer.plan = 'pro'").await;
        house.names(world, "b", "member of 'a'").await;
        let refused = async |id: &str, definition: &str| refusal(&house.names(world, id, definition).await);
        let (status, field, reason, message) = refused("c", "member of 'aa'").await;
        assert_eq!((status, &*field, &*reason), (400, "definition", "unknown_segment"));
        assert_eq!(message, "there is no segment 'aa'; did you mean 'a'?");
        assert_eq!(refused("c", "member of 'c'").await.2, "cycle");
        let (status, field, reason, _) = refused("c", "touchpoint = 'checkout'").await;
        assert_eq!((status, &*field, &*reason), (400, "touchpoint", "unknown_field"));
        assert_eq!(refused("c", "count(knid = 'x') > 1").await.2, "unknown_field");
        assert_eq!(refused("a", "all").await.2, "duplicate");
        assert_eq!(house.names(world, "Not An Id", "all").await.status, 400);
        let circle = refusal(&house.redefines(world, "a", "not member of 'b'", 1).await);
        assert_eq!(circle.3, "the segment 'a' would be defined by itself: a → b → a");
        assert_eq!(house.redefines(world, "a", "all", 7).await.status, 412);
        let used = house.forgets(world, "a").await;
        assert_eq!((used.status.as_u16(), used.text.contains("other segments: b")), (409, true), "{used:?}");
        // Nothing of all this was done.
        assert_eq!(house.members(world, "b").await, ["1"]);
        assert_eq!(house.gets(&world.scope, &format!("{SEGMENTS}/c")).await.status, 404);
        assert_eq!(house.forgets(world, "b").await.status, 204);
        assert_eq!(house.forgets(world, "a").await.status, 204);
        assert_eq!(house.forgets(world, "a").await.status, 404);
    })
    .await;
}
