//! Traits of whole customers.

use base::CustomerId;
use serde_json::{Value as Json, json};
use testkit::{ANA, World, on_both, says};

async fn traits(world: &World, customer: i64) -> Json {
    Json::Object(world.customers.profile(&world.scope, CustomerId(customer)).await.unwrap().traits)
}

#[tokio::test]
async fn the_latest_value_stands_whatever_arrives_when() {
    on_both(async |world| {
        world.hears([ANA.does("customer_identified").with_trait("plan", "pro").later(60)]).await;
        world.hears([ANA.does("customer_identified").with_trait("plan", "free").with_trait("city", "Lyon")]).await;
        assert_eq!(traits(world, 1).await, json!({"plan": "pro", "city": "Lyon"}));
        world.hears([ANA.does("customer_identified").with_trait("city", Json::Null).later(120)]).await;
        world.hears([ANA.does("customer_identified").with_trait("city", "Nice").later(90)]).await;
        assert_eq!(traits(world, 1).await, json!({"plan": "pro"}));
    })
    .await;
}

#[tokio::test]
async fn what_was_said_of_a_visitor_is_true_of_the_customer_they_turn_out_to_be_and_goes_back_with_an_undo() {
    on_both(async |world| {
        let phone = |kind| says(kind).of("anonymous_id", ANA.phone);
        world.hears([ANA.does("customer_identified").with_trait("plan", "pro").with_trait("city", "Lyon")]).await;
        world
            .hears([phone("page_viewed").with_trait("city", "Nice").later(60).with_trait("app", json!({"v": 2}))])
            .await;
        world.hears([ANA.does("page_viewed").of("anonymous_id", ANA.phone)]).await;
        assert_eq!(traits(world, 1).await, json!({"plan": "pro", "city": "Nice", "app": {"v": 2}}));
        assert_eq!(traits(world, 2).await, traits(world, 1).await);
        world.hears([phone("page_viewed").with_trait("app", json!({"v": 3})).later(120)]).await;
        assert_eq!(traits(world, 1).await["app"], json!({"v": 3}));
        let merge = world.customers.merges(&world.scope, CustomerId(1)).await.unwrap().remove(0);
        world.customers.undo(&world.scope, merge.id).await.unwrap();
        assert_eq!(traits(world, 1).await, json!({"plan": "pro", "city": "Lyon"}));
        assert_eq!(traits(world, 2).await, json!({"city": "Nice", "app": {"v": 3}}));
    })
    .await;
}
