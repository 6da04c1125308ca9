//! One filter language: in memory, in SQLite, in PostgreSQL and in the lake a filter holds exactly the same signals.

use base::{
    Amount, CustomerId, Field, Filter, Timestamp,
    filter::{Column, Facts, Order, Test, Type, Value},
};
use lake::{Condition, Lake, Listed, Measure, Question};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value as Json, json};
use signals::{Draft, Signal, scalar};
use testkit::{World, for_any, says};

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

/// What is known of these signals now; traits and merges may have changed since they were logged.
async fn known(world: &World, signals: &[Signal]) -> Vec<Known> {
    let mut known = Vec::new();
    for signal in signals.iter().cloned() {
        let (mut customer, mut traits) = (None, Map::new());
        if let Some(number) = signal.customer {
            let profile = world.customers.profile(&world.scope, number).await.unwrap();
            (customer, traits) = (Some(profile.id), profile.traits);
        }
        known.push(Known { signal, customer, traits });
    }
    known
}

/// The numbers of the signals that pass.
fn passing(known: &[Known], filter: &Filter) -> Vec<i64> {
    let mut seqs: Vec<i64> =
        known.iter().filter(|known| filter.matches(*known)).map(|known| known.signal.seq).collect();
    seqs.sort_unstable();
    seqs
}

/// The log's own database against memory, for what the log holds.
async fn assert_same_in_the_log(world: &World, known: &[Known], filter: &Filter) {
    let found = world.signals.matching(&world.scope, filter, 0, 1_000).await.unwrap();
    assert_eq!(found.iter().map(|signal| signal.seq).collect::<Vec<_>>(), passing(known, filter), "log: {filter}");
}

/// The lake, with the log's tail, against memory: the signals themselves, and their number.
async fn assert_same_in_the_lake(world: &World, lake: &Lake, known: &[Known], filter: &Filter) {
    let expected = passing(known, filter);
    let traits: Vec<String> = filter.traits().into_iter().map(str::to_owned).collect();
    let facts = world.customers.facts(&world.scope, &traits).await.unwrap();
    let listed = lake.list(&world.scope, filter, None, None, false, usize::MAX, facts.clone()).await.unwrap();
    let Listed { signals, missing } = listed;
    let mut found: Vec<i64> = signals.iter().map(|signal| signal.seq).collect();
    found.sort_unstable();
    assert_eq!((found, missing), (expected.clone(), Vec::new()), "lake: {filter}");
    let question = Question {
        filter: Filter::All,
        from: None,
        to: None,
        by: Vec::new(),
        every: None,
        per: None,
        measures: vec![Measure::CountIf(Condition::Filter(filter.clone())), Measure::Count],
        limit: 1,
    };
    let counts = lake.ask(&world.scope, &question, facts).await.unwrap().rows[0].measures.clone();
    assert_eq!(counts, [Some(expected.len() as f64), Some(known.len() as f64)], "counted in the lake: {filter}");
}

#[test]
fn any_filter_holds_the_same_signals_in_memory_in_the_database_and_in_the_lake() {
    let numbers = prop::collection::vec(any_written_number(), 4);
    let story = numbers.prop_flat_map(|pool| {
        let drafts = || prop::collection::vec(any_draft(&pool), 1..40);
        (drafts(), drafts(), prop::collection::vec(any_filter(pool.clone()), 25), any::<bool>())
    });
    for_any(16, story, async |world, (first, later, filters, merged)| {
        let lake = Lake::open(&world.folder().join("lake"), world.signals.clone(), world.clock.clone()).unwrap();
        world.hears(first).await;
        let moved = world.logged().await;
        let all = known(world, &moved).await;
        for filter in &filters {
            assert_same_in_the_log(world, &all, filter).await;
            assert_same_in_the_lake(world, &lake, &all, filter).await;
        }
        lake.archive(&world.scope).await.unwrap();
        world.hears(later).await;
        if merged {
            let (one, other) = (CustomerId(1), CustomerId(2));
            // Only where the draw has at least two customers.
            let _ = world.customers.merge(&world.scope, other, one, "a test", json!({})).await;
        }
        let left = world.logged().await;
        let (tail, all) = (known(world, &left).await, known(world, &[moved, left].concat()).await);
        for filter in &filters {
            assert_same_in_the_log(world, &tail, filter).await;
            assert_same_in_the_lake(world, &lake, &all, filter).await;
        }
    });
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
        "bA",
        "bab",
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

/// A piece that many of the texts begin with, hold or lack.
fn any_piece() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(vec!["", "a", "A", "b", "B", "ab", "é", "%", "_"]).prop_map(str::to_owned), 1 => any_text()]
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
        4 => select(Column::ALL).prop_map(Field::Column),
        1 => prop::collection::vec(any_key(), 1..3).prop_map(Field::Property),
        1 => any_key().prop_map(Field::Trait),
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
        let text = prop_oneof![any_piece().prop_map(Test::Contains), any_piece().prop_map(Test::StartsWith)];
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
