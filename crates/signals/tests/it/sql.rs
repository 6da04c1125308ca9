//! The relational filter holds exactly the signals that the filter holds in memory.

use base::{
    Amount, CustomerId, Field, Filter, Timestamp,
    filter::{Column, Facts, Order, Test, Type, Value},
};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value as Json, json};
use signals::{Draft, Signal, scalar};
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

/// Keys that a careless path or statement would trip over.
fn any_key() -> impl Strategy<Value = String> {
    let odd = [
        "a", "a", "b", "", "0", "a.b", "$", "$1", "?", "[0]", "#", "'", "\"", "\\", "\\\"", "{}", "é", "💡", "\u{1}",
        "\n", "%",
    ];
    prop_oneof![6 => select(odd.to_vec()).prop_map(str::to_owned), 1 => "[^\0]{0,4}"]
}

fn any_text() -> impl Strategy<Value = String> {
    let texts = [
        "",
        "a",
        "A",
        "ab",
        "aB",
        "b",
        "É",
        "é",
        "ß",
        "İ",
        "%",
        "_",
        "1",
        "true",
        "'",
        "\\",
        "💡",
        "\u{1}",
        "2026-03-02",
    ];
    prop_oneof![6 => select(texts.to_vec()).prop_map(str::to_owned), 1 => "[^\0]{0,6}"]
}

/// A number as people and programs write it, with at most fifteen digits: those every JSON reader reads alike.
fn any_written_number() -> impl Strategy<Value = f64> {
    (-999_999_999_999_999_i64..1_000_000_000_000_000, 0..20_i32)
        .prop_map(|(digits, places)| digits as f64 / 10_f64.powi(places))
}

/// Numbers; most of them from a few, so that a filter meets the numbers that signals hold.
fn any_number(pool: &[f64]) -> BoxedStrategy<f64> {
    let odd = [0.0, -0.0, 1.0, 0.1, -1.5, 1e300, 5e-324, 9_007_199_254_740_992.0, 9_223_372_036_854_775_808.0];
    prop_oneof![select(odd.to_vec()), select(pool.to_vec())].boxed()
}

fn any_json(pool: &[f64]) -> BoxedStrategy<Json> {
    let whole = select(vec![json!(1), json!(0), json!(9_007_199_254_740_993_i64), json!(u64::MAX), json!(i64::MIN)]);
    let leaf = prop_oneof![
        any_text().prop_map(Json::from),
        any_number(pool).prop_map(Json::from),
        whole,
        any::<bool>().prop_map(Json::from),
        Just(Json::Null),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            3 => prop::collection::btree_map(any_key(), inner.clone(), 0..3).prop_map(|map| json!(map)),
            1 => prop::collection::vec(inner, 0..3).prop_map(|list| json!(list)),
        ]
    })
    .boxed()
}

fn any_draft(pool: &[f64]) -> BoxedStrategy<Draft> {
    let map = || prop::collection::btree_map(any_key(), any_json(pool), 0..4);
    let money = select(vec![0_i64, 1, 10_000, -5_000, 999_999_999_999_999_999]);
    let texts = prop::collection::vec(prop::option::of(any_text()), 8);
    let numbers = prop::collection::vec(prop::option::of(any_number(pool)), 2);
    (map(), map(), texts, numbers, prop::option::of(money), "[abc]?", -2..3_i64)
        .prop_map(|(properties, traits, texts, numbers, money, who, seconds)| {
            let said = says(texts[0].as_deref().unwrap_or("page_viewed")).later(seconds);
            let mut draft = Draft::from(if who.is_empty() { said } else { said.of("user_id", &who) });
            let [_, channel, touchpoint, scale, text, currency, emotion, language] = <[_; 8]>::try_from(texts).unwrap();
            (draft.traits, draft.body.properties) = (Map::from_iter(traits), Map::from_iter(properties));
            (draft.body.channel, draft.body.touchpoint, draft.body.scale) = (channel, touchpoint, scale);
            (draft.body.text, draft.body.currency) = (text, currency);
            (draft.body.emotion, draft.body.language) = (emotion, language);
            (draft.body.score, draft.body.sentiment) = (numbers[0], numbers[1]);
            draft.body.amount = money.map(Amount::from_units);
            draft
        })
        .boxed()
}

fn any_field() -> impl Strategy<Value = Field> {
    prop_oneof![
        select(Column::ALL).prop_map(Field::Column),
        prop::collection::vec(any_key(), 1..3).prop_map(Field::Property),
        any_key().prop_map(Field::Trait),
    ]
}

fn any_value(kind: Type, pool: &[f64]) -> BoxedStrategy<Value> {
    let (text, number) = (any_text().prop_map(Value::Text), any_number(pool).prop_map(Value::Number));
    match kind {
        Type::Text => text.boxed(),
        Type::Number => number.boxed(),
        Type::Time => {
            let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
            (-3..4_i64).prop_map(move |seconds| Value::Time(start.plus(seconds * Timestamp::SECOND))).boxed()
        }
        Type::Customer => (1..4_i64).prop_map(|number| Value::Text(number.to_string())).boxed(),
        Type::Any => prop_oneof![text, number, any::<bool>().prop_map(Value::Bool)].boxed(),
    }
}

fn any_test(pool: Vec<f64>) -> BoxedStrategy<Filter> {
    let test = move |field: Field| {
        let kind = field.kind();
        let one_of = prop::collection::vec(any_value(kind, &pool), 1..4).prop_map(Test::OneOf);
        let order = select(vec![Order::Below, Order::AtMost, Order::Above, Order::AtLeast]);
        let bound = any_value(kind, &pool).prop_filter("an order", |value| !matches!(value, Value::Bool(_)));
        let ordered = (order, bound).prop_map(|(order, bound)| Test::Ordered(order, bound));
        let text = prop_oneof![any_text().prop_map(Test::Contains), any_text().prop_map(Test::StartsWith)];
        let test = match kind {
            Type::Customer => prop_oneof![Just(Test::Present), one_of].boxed(),
            Type::Number | Type::Time => prop_oneof![Just(Test::Present), one_of, ordered].boxed(),
            Type::Text | Type::Any => prop_oneof![Just(Test::Present), one_of, ordered, text].boxed(),
        };
        test.prop_map(move |test| Filter::Is(field.clone(), test))
    };
    any_field().prop_flat_map(test).boxed()
}

fn any_filter(pool: Vec<f64>) -> BoxedStrategy<Filter> {
    let filter = any_test(pool).prop_recursive(3, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            parts.clone().prop_map(Filter::And),
            parts.prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    });
    filter.prop_filter_map("a valid filter", |filter| filter.checked().ok()).boxed()
}

#[test]
fn any_filter_holds_the_same_signals_in_memory_and_in_the_database() {
    let numbers = prop::collection::vec(any_written_number(), 4);
    let story = numbers.prop_flat_map(|pool| {
        let drafts = prop::collection::vec(any_draft(&pool), 1..12);
        (drafts, prop::collection::vec(any_filter(pool), 40), any::<bool>())
    });
    for_any(24, story, async |world, (drafts, filters, merged)| {
        world.hears(drafts).await;
        if merged {
            let (one, other) = (CustomerId(1), CustomerId(2));
            // Only where the draw has at least two customers.
            let _ = world.customers.merge(&world.scope, other, one, "a test", json!({})).await;
        }
        let known = known(world).await;
        for filter in &filters {
            assert_same(world, &known, filter).await;
        }
    });
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
