//! The filter language means the same in the lake as in memory.

use crate::world::{World, question, traits};
use base::{
    CustomerId, Field, Filter, Timestamp,
    filter::{Column, Facts, Order, Test, Value},
};
use lake::{CustomerFacts, Measure, Question};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value as Json, json};
use signals::{Body, Draft, Identity, Signal};
use std::sync::Arc;

const NUMBERS: [f64; 9] = [-3.5, -1.0, -0.0, 0.0, 0.1, 1.0, 7.0, 9.0, 1e300];
const TEXTS: [&str; 9] = ["", "a", "A", "ab", "aB é", "ÇA VA", "ça va", "7", "2026-01-01"];

fn any_text() -> impl Strategy<Value = String> {
    prop::sample::select(TEXTS.to_vec()).prop_map(str::to_owned)
}

fn any_number() -> impl Strategy<Value = f64> {
    prop::sample::select(NUMBERS.to_vec())
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-3_i64..3).prop_map(|micros| Timestamp::from_micros(1_767_225_600_000_000 + micros))
}

fn any_json() -> impl Strategy<Value = Json> {
    prop_oneof![
        any_text().prop_map(Json::from),
        any_number().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        Just(Json::Null),
        Just(json!(["a", 1])),
        any_number().prop_map(|number| json!({ "b": number })),
        any_text().prop_map(|text| json!({ "b": text })),
    ]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let maybe_text = || prop::option::of(any_text());
    let body = (
        (maybe_text(), maybe_text(), maybe_text(), maybe_text()),
        (prop::option::of(any_number()), prop::option::of(any_number())),
        prop::option::of(prop::sample::select(vec![
            -35_000_i64,
            -10_000,
            -1,
            0,
            1_000,
            10_000,
            70_000,
            999_999_999_999_999_999,
        ])),
        prop::collection::btree_map(prop::sample::select(vec!["a", "b"]), any_json(), 0..3),
    );
    (any_time(), 0_i64..5, prop::sample::select(vec!["page_viewed", "review_posted", "a"]), body).prop_map(
        |(occurred_at, customer, kind, ((channel, scale, text, risk), (score, sentiment), amount, properties))| Draft {
            message_id: String::new(),
            occurred_at,
            identities: (customer > 0)
                .then(|| Identity { kind: "customer".into(), value: customer.to_string() })
                .into_iter()
                .collect(),
            traits: serde_json::Map::new(),
            kind: kind.into(),
            body: Body {
                channel,
                scale,
                text,
                risk,
                score,
                sentiment,
                amount: amount.map(base::Amount::from_units),
                properties: properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                ..Body::default()
            },
        },
    )
}

fn any_field() -> impl Strategy<Value = Field> {
    let columns = [
        Column::OccurredAt,
        Column::Customer,
        Column::Kind,
        Column::Channel,
        Column::Scale,
        Column::Score,
        Column::Amount,
        Column::Text,
        Column::Sentiment,
        Column::Risk,
        Column::MessageId,
    ];
    prop_oneof![
        3 => prop::sample::select(columns.to_vec()).prop_map(Field::Column),
        1 => prop::sample::select(vec![vec!["a"], vec!["b"], vec!["a", "b"], vec!["c"]])
            .prop_map(|path| Field::Property(path.into_iter().map(str::to_owned).collect())),
        1 => prop::sample::select(vec!["plan", "orders"]).prop_map(|name| Field::Trait(name.to_owned())),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_text().prop_map(Value::Text),
        any_number().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Bool),
        any_time().prop_map(Value::Time),
        (0_i64..6).prop_map(|customer| Value::Text(customer.to_string())),
    ]
}

fn any_test() -> impl Strategy<Value = Test> {
    let order = prop::sample::select(vec![Order::Below, Order::AtMost, Order::Above, Order::AtLeast]);
    prop_oneof![
        Just(Test::Present),
        prop::collection::vec(any_value(), 1..4).prop_map(Test::OneOf),
        (order, any_value()).prop_map(|(order, value)| Test::Ordered(order, value)),
        any_text().prop_map(Test::Contains),
        any_text().prop_map(Test::StartsWith),
    ]
}

/// Filters as they are read from outside: what makes no sense (a number that starts with something) is refused before.
fn any_filter() -> impl Strategy<Value = Filter> {
    let leaf = (any_field(), any_test()).prop_map(|(field, test)| Filter::Is(field, test));
    let valid = leaf.prop_filter_map("valid", |filter| filter.checked().ok());
    prop_oneof![9 => valid, 1 => Just(Filter::All)].prop_recursive(4, 24, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            parts.clone().prop_map(Filter::And),
            parts.prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

/// A signal together with its customer, merges applied.
struct Known<'a> {
    signal: &'a Signal,
    customers: &'a CustomerFacts,
}

impl Facts for Known<'_> {
    fn value(&self, field: &Field) -> Option<Value> {
        let CustomerId(number) = self.signal.customer.unwrap_or(CustomerId(0));
        let place = usize::try_from(number).unwrap();
        match field {
            Field::Column(Column::Customer) => {
                self.signal.customer?;
                let merged = self.customers.canonical.get(place).copied().filter(|into| *into != 0);
                Some(Value::Text(merged.unwrap_or(number).to_string()))
            }
            Field::Trait(name) => {
                self.signal.customer?;
                let column = &self.customers.traits[name];
                let code = *column.codes.get(place)?;
                column.values.get((code as usize).checked_sub(1)?).cloned()
            }
            _ => self.signal.value(field),
        }
    }
}

#[test]
fn a_filter_finds_the_same_signals_in_the_lake_as_in_memory() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::deterministic();
    let drafts = prop::collection::vec(any_draft(), 240).new_tree(&mut runner).unwrap().current();
    let numbered =
        drafts.into_iter().enumerate().map(|(number, draft)| Draft { message_id: format!("m-{number}"), ..draft });
    let drafts: Vec<Draft> = numbered.collect();
    let (mut world, signals) = runtime.block_on(async {
        let world = World::new().await;
        world.log(drafts).await;
        let signals = world.signals.after(&world.scope, 0, 1_000).await.unwrap();
        (world, signals)
    });
    let text = |text: &str| Value::Text(text.into());
    world.customers = Arc::new(CustomerFacts {
        canonical: vec![0, 0, 0, 1],
        traits: traits(&[
            ("plan", &[(1, text("a")), (2, text("aB é")), (3, text("a")), (4, Value::Bool(true))]),
            ("orders", &[(1, Value::Number(7.0)), (2, Value::Number(-0.0)), (3, Value::Number(7.0)), (4, text("7"))]),
        ]),
    });
    // First all of it in the log, then half in the lake, then all of it in two files.
    for stage in 0..3 {
        if stage == 1 {
            runtime.block_on(world.lake.archive(&world.scope)).unwrap();
        }
        let config = ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() };
        let mut runner = TestRunner::new(config);
        let compared = runner.run(&any_filter(), |filter| {
            let passing = |signal: &&Signal| filter.matches(&Known { signal, customers: &world.customers });
            let mut expected: Vec<i64> = signals.iter().filter(passing).map(|signal| signal.seq).collect();
            let mut found: Vec<i64> = runtime.block_on(world.list(&filter)).iter().map(|signal| signal.seq).collect();
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(&found, &expected, "{}", filter);
            let counted = Question {
                measures: vec![Measure::CountIf(lake::Condition::Filter(filter.clone())), Measure::Count],
                ..question()
            };
            let counts = runtime.block_on(world.ask(&counted)).rows[0].measures.clone();
            prop_assert_eq!(counts, [Some(expected.len() as f64), Some(signals.len() as f64)], "{}", filter);
            Ok(())
        });
        compared.unwrap_or_else(|error| panic!("stage {stage}: {error}"));
    }
}
