//! Merges by hand, and undoing.

use base::{CustomerId, ErrorKind};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{ANA, BRUNO, CHIDI, World, for_any, on_both, says};

async fn merge(world: &World, customer: i64, into: i64) -> base::Result<customers::Merge> {
    world.customers.merge(&world.scope, CustomerId(customer), CustomerId(into), "the same address", json!({})).await
}

#[tokio::test]
async fn a_person_may_merge_two_users_and_undo_it() {
    on_both(async |world| {
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed"), CHIDI.does("page_viewed")]).await;
        let preview = world.customers.preview(&world.scope, CustomerId(3), CustomerId(2)).await.unwrap();
        assert_eq!((preview.id, preview.identities.len()), (CustomerId(2), 2));
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 3, "a preview changes nothing");
        let made = merge(world, 3, 2).await.unwrap();
        assert_eq!(world.customers.profile(&world.scope, CustomerId(3)).await.unwrap(), preview);
        assert_eq!(world.knows("user_id", CHIDI.user_id).await, Some(CustomerId(2)));
        world.customers.undo(&world.scope, made.id).await.unwrap();
        assert_eq!(world.knows("user_id", CHIDI.user_id).await, Some(CustomerId(3)));
        let listed = world.customers.merges(&world.scope, CustomerId(3)).await.unwrap();
        assert_eq!((listed[0].id, listed[0].undone_at), (made.id, Some(world.clock.now())));
    })
    .await;
}

#[tokio::test]
async fn an_undone_merge_is_not_made_again_by_itself() {
    on_both(async |world| {
        let together = || says("form_sent").of("email", "family@example.com").of("anonymous_id", ANA.phone);
        world.hears([says("page_viewed").of("anonymous_id", ANA.phone)]).await;
        world.hears([says("mail_opened").of("email", "family@example.com")]).await;
        world.hears([together()]).await;
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 1);
        let made = world.customers.merges(&world.scope, CustomerId(1)).await.unwrap().remove(0);
        world.customers.undo(&world.scope, made.id).await.unwrap();
        world.hears([together()]).await;
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 2);
        merge(world, 1, 2).await.unwrap();
        assert_eq!(world.customers.count(&world.scope).await.unwrap(), 1, "a person may change their mind");
    })
    .await;
}

#[tokio::test]
async fn signals_that_arrived_while_two_were_merged_go_back_to_whom_they_were_about() {
    on_both(async |world| {
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        let made = merge(world, 2, 1).await.unwrap();
        world
            .hears([BRUNO.does("order_completed").of("order", "1001"), ANA.does("order_completed").of("order", "1002")])
            .await;
        assert_eq!(world.knows("order", "1001").await, Some(CustomerId(1)));
        world.customers.undo(&world.scope, made.id).await.unwrap();
        assert_eq!(world.knows("order", "1001").await, Some(CustomerId(2)));
        assert_eq!(world.knows("order", "1002").await, Some(CustomerId(1)));
        let orders: Vec<_> = world.logged().await.into_iter().skip(2).map(|signal| signal.customer).collect();
        assert_eq!(orders, [Some(CustomerId(2)), Some(CustomerId(1))]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_merged_or_undone_says_why() {
    on_both(async |world| {
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        assert_eq!(merge(world, 1, 9).await.unwrap_err().kind, ErrorKind::NotFound);
        let made = merge(world, 1, 2).await.unwrap();
        assert_eq!(merge(world, 2, 1).await.unwrap_err().message, "the two are one customer already");
        world.customers.undo(&world.scope, made.id).await.unwrap();
        assert_eq!(
            world.customers.undo(&world.scope, made.id).await.unwrap_err().message,
            "the merge is undone already"
        );
        let stranger = world.team.create_workspace("Other", world.clock.now()).await.unwrap();
        let stranger = world.team.operator(stranger.id);
        assert_eq!(world.customers.undo(&stranger, made.id).await.unwrap_err().kind, ErrorKind::NotFound);
    })
    .await;
}

const PEOPLE: i64 = 6;

/// A merge of two people, or an undo of one of the merges that stand.
fn any_step() -> impl Strategy<Value = (bool, i64, i64)> {
    (prop::bool::weighted(0.4), 1..=PEOPLE, 1..=PEOPLE)
}

/// For each number the smallest that the standing merges connect it with.
fn connected(standing: &[(i64, i64)]) -> Vec<i64> {
    let reach = |number| {
        let mut reached = BTreeSet::from([number]);
        for _ in 0..PEOPLE {
            for (one, other) in standing {
                if reached.contains(one) || reached.contains(other) {
                    reached.extend([*one, *other]);
                }
            }
        }
        reached.first().copied().unwrap_or(number)
    };
    (1..=PEOPLE).map(reach).collect()
}

#[test]
fn any_merges_and_undos_leave_what_the_standing_merges_say() {
    for_any(16, prop::collection::vec(any_step(), 1..16), async |world, steps| {
        let named = |person: i64| format!("u-{person}");
        world
            .hears((1..=PEOPLE).map(|person| says("page_viewed").of("user_id", &named(person)).with_trait("n", person)))
            .await;
        let mut standing = Vec::new();
        for (undo, one, other) in steps {
            if undo && !standing.is_empty() {
                let (id, _) = standing.remove(one as usize % standing.len());
                world.customers.undo(&world.scope, id).await.unwrap();
            } else if let Ok(made) = merge(world, one, other).await {
                standing.push((made.id, (one, other)));
            }
            let pairs: Vec<(i64, i64)> = standing.iter().map(|(_, pair)| *pair).collect();
            let expected = connected(&pairs);
            for person in 1..=PEOPLE {
                let profile = world.customers.profile(&world.scope, CustomerId(person)).await.unwrap();
                let canonical = expected[person as usize - 1];
                let together: Vec<i64> =
                    (1..=PEOPLE).filter(|other| expected[*other as usize - 1] == canonical).collect();
                assert_eq!(profile.id.0, canonical);
                assert_eq!(profile.merged_from.iter().map(|from| from.0).collect::<Vec<_>>(), together[1..]);
                assert_eq!(profile.traits["n"].as_i64(), together.last().copied());
            }
        }
    });
}
