//! Customers recognised while signals are logged.

use base::CustomerId;
use proptest::prelude::*;
use signals::Draft;
use testkit::{ANA, BRUNO, CHIDI, World, for_any, on_both, says};

/// The customer numbers that the log's signals carry.
async fn numbers(world: &World) -> Vec<Option<i64>> {
    world.logged().await.into_iter().map(|signal| signal.customer.map(|customer| customer.0)).collect()
}

#[tokio::test]
async fn chidi_browses_for_weeks_then_signs_up_and_is_one_customer() {
    on_both(async |world| {
        world.hears([CHIDI.browses("page_viewed"), CHIDI.browses("product_viewed")]).await;
        world.hears([CHIDI.logs_in()]).await;
        world.hears([CHIDI.does("order_completed").of("order", "1001")]).await;
        assert_eq!(numbers(world).await, [Some(1); 4]);
        assert_eq!(world.knows("order", "1001").await, Some(CustomerId(1)));
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 1);
        let profile = world.customers.profile(&world.scope, CustomerId(1)).await.unwrap();
        let identities: Vec<_> = profile.identities.iter().map(|identity| identity.kind.as_str()).collect();
        assert_eq!(identities, ["user_id", "order", "anonymous_id"]);
        assert_eq!((profile.merged_from, profile.first_seen), (vec![], world.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn ana_and_bruno_share_a_laptop_and_stay_two_people() {
    on_both(async |world| {
        world.hears([ANA.logs_in(), BRUNO.logs_in(), BRUNO.logs_in(), BRUNO.does("page_viewed")]).await;
        world.hears([BRUNO.logs_in()]).await;
        assert_eq!(numbers(world).await, [1, 2, 2, 2, 2].map(Some));
        assert_eq!(world.knows("anonymous_id", ANA.laptop).await, Some(CustomerId(1)));
        let tallies = world.signals.tallies(&world.scope).await.unwrap();
        let kept = tallies.iter().find(|tally| tally.outcome == "kept_apart").unwrap();
        assert_eq!((kept.reason.as_str(), kept.source.as_str(), kept.count), ("two_user_ids", "test", 3));
    })
    .await;
}

#[tokio::test]
async fn a_second_device_is_merged_and_the_log_is_not_rewritten() {
    on_both(async |world| {
        world.hears([ANA.does("order_completed")]).await;
        world.hears([says("page_viewed").of("anonymous_id", ANA.phone)]).await;
        world.hears([ANA.does("customer_identified").of("anonymous_id", ANA.phone)]).await;
        world.hears([says("page_viewed").of("anonymous_id", ANA.phone)]).await;
        assert_eq!(numbers(world).await, [1, 2, 1, 2].map(Some));
        assert_eq!(world.knows("anonymous_id", ANA.phone).await, Some(CustomerId(1)));
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 1);
        let [merge] = &world.customers.merges(&world.scope, CustomerId(2)).await.unwrap()[..] else {
            panic!("one merge")
        };
        assert_eq!((merge.customer, merge.into, merge.reason.as_str()), (CustomerId(2), CustomerId(1), "one_signal"));
        assert_eq!(merge.evidence["of"]["value"], ANA.phone);
    })
    .await;
}

#[tokio::test]
async fn a_signal_without_identities_is_about_nobody_and_a_duplicate_makes_no_customer() {
    on_both(async |world| {
        world.hears([says("page_viewed").as_message("m-1")]).await;
        world.hears([says("page_viewed").as_message("m-1").of("user_id", "later")]).await;
        assert_eq!(numbers(world).await, [None]);
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn two_workspaces_number_their_customers_apart() {
    on_both(async |world| {
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        let other = world.team.create_workspace("Other", world.clock.now()).await.unwrap();
        let other = world.team.operator(other.id);
        world.signals.log(&other, vec![BRUNO.does("page_viewed").into()]).await.unwrap();
        assert_eq!(world.customers.find(&other, "user_id", BRUNO.user_id).await.unwrap(), Some(CustomerId(1)));
        assert_eq!(world.customers.find(&other, "user_id", ANA.user_id).await.unwrap(), None);
        assert_eq!(world.knows("user_id", BRUNO.user_id).await, Some(CustomerId(2)));
        assert!(world.customers.profile(&other, CustomerId(2)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_large_batch_recognises_its_own_new_customers() {
    on_both(async |world| {
        let visits = (0..1_500).map(|visit| says("page_viewed").of("user_id", &format!("u-{}", visit % 700)));
        world.hears(visits).await;
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 700);
        let numbers = numbers(world).await;
        assert!((0..1_500).all(|visit| numbers[visit] == numbers[visit % 700]));
    })
    .await;
}

/// Whether it is an alias, and the identities it names.
type Said = (bool, Vec<(String, String)>);

fn any_said() -> impl Strategy<Value = Vec<Vec<Said>>> {
    let kind = prop::sample::select(vec!["user_id", "email", "order", "anonymous_id"]).prop_map(str::to_owned);
    let said = (prop::bool::weighted(0.1), prop::collection::vec((kind, "[abc]"), 0..4));
    prop::collection::vec(prop::collection::vec(said, 1..4), 1..8)
}

/// Where batches end never shows: a database between them must remember exactly what one batch keeps in memory.
#[test]
fn it_does_not_matter_how_signals_are_grouped_into_commits() {
    for_any(24, any_said(), async |world, batches| {
        let other = world.elsewhere().await;
        let draft = |(alias, identities): &Said| -> Draft {
            let kind = if *alias { "customer_aliased" } else { "page_viewed" };
            let said = says(kind).with_trait("last", identities.len());
            identities.iter().fold(said, |said, (kind, value)| said.of(kind, value)).into()
        };
        for batch in &batches {
            world.hears(batch.iter().map(draft)).await;
        }
        other.hears(batches.iter().flatten().map(draft)).await;
        let mut seen = Vec::new();
        for world in [world, &other] {
            let numbers = numbers(world).await;
            let mut people = Vec::new();
            for customer in numbers.iter().flatten() {
                people.push(world.customers.profile(&world.scope, CustomerId(*customer)).await.unwrap());
            }
            seen.push((numbers, people));
        }
        assert_eq!(seen[0], seen[1]);
    });
}
