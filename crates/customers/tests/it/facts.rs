//! What queries know of customers.

use base::{CustomerId, filter::Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use testkit::{ANA, BRUNO, CHIDI, World, for_any, on_both, says};

/// A trait of each of the first `numbers` customer numbers, as a query sees it.
async fn column(world: &World, name: &str, numbers: usize) -> Vec<Option<Value>> {
    let facts = world.customers.facts(&world.scope, &[name.to_owned()]).await.unwrap();
    let column = &facts.traits[name];
    let value = |number| match column.codes.get(number) {
        Some(code) if *code > 0 => Some(column.values[*code as usize - 1].clone()),
        _ => None,
    };
    (1..=numbers).map(value).collect()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

#[tokio::test]
async fn queries_see_traits_and_merges_as_they_change() {
    on_both(async |world| {
        world.hears([ANA.does("customer_identified").with_trait("city", "Lyon"), BRUNO.does("page_viewed")]).await;
        assert_eq!(column(world, "city", 3).await, [text("Lyon"), None, None]);
        world.hears([BRUNO.does("customer_identified").with_trait("city", "Nice")]).await;
        world.hears([CHIDI.does("customer_identified").with_trait("city", "Lyon").with_trait("vip", true)]).await;
        assert_eq!(column(world, "city", 3).await, [text("Lyon"), text("Nice"), text("Lyon")]);
        assert_eq!(column(world, "vip", 3).await, [None, None, Some(Value::Bool(true))]);

        let facts = world.customers.facts(&world.scope, &[]).await.unwrap();
        assert!(facts.canonical.is_empty(), "nothing was ever merged");
        let merge = world
            .customers
            .merge(&world.scope, CustomerId(3), CustomerId(2), "the same person", json!({}))
            .await
            .unwrap();
        let facts = world.customers.facts(&world.scope, &[]).await.unwrap();
        assert_eq!(facts.canonical[3], 2);
        assert_eq!(column(world, "vip", 3).await, [None, Some(Value::Bool(true)), Some(Value::Bool(true))]);

        world.customers.undo(&world.scope, merge.id).await.unwrap();
        assert_eq!(column(world, "vip", 3).await, [None, None, Some(Value::Bool(true))]);
        world.hears([CHIDI.does("customer_identified").with_trait("vip", Json::Null).later(9)]).await;
        assert_eq!(column(world, "vip", 3).await, [None, None, None]);
    })
    .await;
}

#[tokio::test]
async fn values_keep_their_types_and_lists_are_absent() {
    on_both(async |world| {
        let values =
            [json!("1"), json!(1), json!(1.0), json!(true), json!([1]), json!({"a": 1}), json!(-0.0), json!(0)];
        let said = values.iter().enumerate().map(|(person, value)| {
            says("customer_identified").of("user_id", &person.to_string()).with_trait("x", value.clone())
        });
        world.hears(said).await;
        let number = |number| Some(Value::Number(number));
        let seen = [text("1"), number(1.0), number(1.0), Some(Value::Bool(true)), None, None, number(0.0), number(0.0)];
        assert_eq!(column(world, "x", 8).await, seen);
        let facts = world.customers.facts(&world.scope, &["x".to_owned()]).await.unwrap();
        assert_eq!(facts.traits["x"].values.len(), 4, "equal values share a code");
    })
    .await;
}

#[tokio::test]
async fn a_trait_that_changes_all_the_time_does_not_fill_the_memory() {
    on_both(async |world| {
        for hour in 0..8_i64 {
            let said = (0..300_i64).map(|person| {
                let visit = says("customer_identified").of("user_id", &person.to_string()).later(hour);
                visit.with_trait("last_visit", hour * 300 + person)
            });
            world.hears(said).await;
            let facts = world.customers.facts(&world.scope, &["last_visit".to_owned()]).await.unwrap();
            assert!(facts.traits["last_visit"].values.len() <= 2_000);
        }
        let last: Vec<_> = (0..300).map(|person| Some(Value::Number(f64::from(7 * 300 + person)))).collect();
        assert_eq!(column(world, "last_visit", 300).await, last);
    })
    .await;
}

/// A trait is said, two people are merged, a merge is undone, or somebody looks.
#[derive(Clone, Debug)]
enum Step {
    Say(i64, &'static str, i64),
    Merge(i64, i64),
    Undo(i64),
    Look(&'static str),
}

fn any_step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(vec!["a", "b"]);
    prop_oneof![
        3 => (1..=5_i64, name(), 0..3_i64).prop_map(|(person, name, value)| Step::Say(person, name, value)),
        2 => (1..=5_i64, 1..=5_i64).prop_map(|(one, other)| Step::Merge(one, other)),
        2 => (0..5_i64).prop_map(Step::Undo),
        2 => name().prop_map(Step::Look),
    ]
}

#[test]
fn what_was_read_bit_by_bit_is_what_is_read_afresh() {
    for_any(12, prop::collection::vec(any_step(), 1..24), async |world, steps| {
        world.hears((1..=5).map(|person| says("page_viewed").of("user_id", &person.to_string()))).await;
        let mut standing = Vec::new();
        for (second, step) in steps.into_iter().enumerate() {
            match step {
                Step::Say(person, name, value) => {
                    let said = says("customer_identified").of("user_id", &person.to_string()).later(second as i64);
                    let value = if value == 0 { Json::Null } else { json!(value) };
                    world.hears([said.with_trait(name, value)]).await;
                }
                Step::Merge(one, other) => {
                    let (one, other) = (CustomerId(one), CustomerId(other));
                    let merge = world.customers.merge(&world.scope, one, other, "", json!({})).await;
                    standing.extend(merge.map(|merge| merge.id));
                }
                Step::Undo(which) if !standing.is_empty() => {
                    let merge = standing.remove(which as usize % standing.len());
                    world.customers.undo(&world.scope, merge).await.unwrap();
                }
                Step::Undo(_) => {}
                Step::Look(name) => {
                    column(world, name, 5).await;
                }
            }
        }
        for name in ["a", "b"] {
            let kept = column(world, name, 5).await;
            let mut profiles = Vec::new();
            for person in 1..=5 {
                let profile = world.customers.profile(&world.scope, CustomerId(person)).await.unwrap();
                profiles.push(profile.traits.get(name).and_then(signals::scalar));
                let facts = world.customers.facts(&world.scope, &[]).await.unwrap();
                let canonical = facts.canonical.get(person as usize).copied().filter(|canonical| *canonical > 0);
                assert_eq!(canonical.unwrap_or(person), profile.id.0);
            }
            assert_eq!(kept, profiles);
        }
    });
}
