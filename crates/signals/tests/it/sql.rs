//! The relational filter holds exactly the signals that the filter holds in memory: stories with odd filters. Any filter
//! is held against all engines in `insights/tests/it/filters.rs`.

use base::{
    Amount, CustomerId, Field, Filter,
    filter::{Column, Facts, Test, Value},
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use signals::{Signal, scalar};
use testkit::{World, for_any, on_both, says};

/// A signal beside the customer it is about, merges taken into account.
struct Known {
    signal: Signal,
    customer: Option<CustomerId>,
    traits: Map<String, Json>,
}

impl Facts for Known {
    fn value(&self, field: &Field) -> Option<Value> {
        match field {
            Field::Column(Column::Customer) => self.customer.map(|customer| Value::Text(customer.to_string())),
            Field::Trait(name) => self.traits.get(name).and_then(scalar),
            field => self.signal.value(field),
        }
    }
}

async fn known(world: &World) -> Vec<Known> {
    let mut known = Vec::new();
    for signal in world.logged().await {
        let (mut customer, mut traits) = (None, Map::new());
        if let Some(number) = signal.customer {
            let profile = world.customers.profile(&world.scope, number).await.unwrap();
            (customer, traits) = (Some(profile.id), profile.traits);
        }
        known.push(Known { signal, customer, traits });
    }
    known
}

async fn assert_same(world: &World, known: &[Known], filter: &Filter) {
    let expected: Vec<i64> =
        known.iter().filter(|known| filter.matches(*known)).map(|known| known.signal.seq).collect();
    let found = world.signals.matching(&world.scope, filter, 0, 1_000).await.unwrap();
    let found: Vec<i64> = found.iter().map(|signal| signal.seq).collect();
    assert_eq!(found, expected, "{filter}");
}

#[tokio::test]
async fn each_test_means_in_the_database_what_it_means_in_memory() {
    on_both(async |world| {
        let review = |text: &str| says("review_posted").with("late", true).saying(|body| body.text = Some(text.into()));
        world
            .hears([
                review("Never arrived. It's ÇA VA late")
                    .of("user_id", "ana")
                    .with_trait("state", "SP")
                    .scored("stars", 1.0),
                review("100% fine_")
                    .of("user_id", "bruno")
                    .with("days", 3)
                    .with_trait("state", "RJ")
                    .scored("stars", 5.0),
                review("").with("days", "3").saying(|body| body.amount = Some(Amount::from_units(1_999_900))),
                says("page_viewed").with("days", json!([3])).with("0", json!(["zero"])),
            ])
            .await;
        let known = known(world).await;
        for (text, matched) in [
            ("all", 4),
            ("none", 0),
            ("kind = 'review_posted' and customer.state in ('SP', 'RJ')", 2),
            ("customer.state != 'SP'", 3),
            ("not (properties.days = 3)", 3),
            ("properties.days = '3'", 1),
            ("properties.days is not null", 2),
            ("properties.\"0\".\"0\" is not null", 0),
            ("text contains '%'", 1),
            ("text contains 'E_'", 1),
            ("text contains 'ça'", 0),
            ("text contains ''", 3),
            ("text starts with 'NEVER'", 1),
            ("text < 'a'", 3),
            ("amount = 199.99", 1),
            ("score >= 1 and score < 5", 1),
            ("customer in (1, 2)", 2),
            ("customer is null", 2),
            ("properties.late = true", 3),
            ("properties.late = 1", 0),
        ] {
            let filter = Filter::parse(text, base::Zone::UTC).unwrap();
            assert_same(world, &known, &filter).await;
            assert_eq!(known.iter().filter(|known| filter.matches(*known)).count(), matched, "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_filter_as_large_as_may_be_runs() {
    on_both(async |world| {
        world.hears([says("page_viewed").with("x", 999)]).await;
        let tests = |glue: &str, test: &dyn Fn(usize) -> String| {
            let text = (0..Filter::MOST_TESTS).map(test).collect::<Vec<_>>().join(glue);
            Filter::parse(&text, base::Zone::UTC).unwrap()
        };
        let known = known(world).await;
        assert_same(world, &known, &tests(" or ", &|number| format!("properties.x = {number}"))).await;
        assert_same(world, &known, &tests(" and ", &|number| format!("not customer.x = {number}"))).await;
        let values = vec!["1"; 32_000].join(",");
        assert_same(world, &known, &Filter::parse(&format!("score in ({values})"), base::Zone::UTC).unwrap()).await;
        let deep = format!("{}score = 1{}", "not (".repeat(Filter::DEEPEST), ")".repeat(Filter::DEEPEST));
        assert_same(world, &known, &Filter::parse(&deep, base::Zone::UTC).unwrap()).await;
    })
    .await;
}

/// A number as people and programs write it, with at most fifteen digits: those every JSON reader reads alike.
fn any_written_number() -> impl Strategy<Value = f64> {
    (-999_999_999_999_999_i64..1_000_000_000_000_000, 0..20_i32)
        .prop_map(|(digits, places)| digits as f64 / 10_f64.powi(places))
}

#[test]
fn any_number_is_found_by_itself_and_no_other() {
    for_any(8, prop::collection::vec(any_written_number(), 60), async |world, numbers| {
        world.hears(numbers.iter().map(|number| says("page_viewed").with("x", *number))).await;
        let known = known(world).await;
        for number in numbers {
            for number in [number, number.next_up(), number.next_down()] {
                let test = Test::OneOf(vec![Value::Number(number)]);
                let property = Field::Property(vec!["x".to_owned()]);
                assert_same(world, &known, &Filter::Is(property, test)).await;
            }
        }
    });
}
