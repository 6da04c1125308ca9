//! The filter language told as stories, and what must hold for every filter.

use proptest::prelude::*;
use std::collections::BTreeMap;

use super::{Column, Facts, Field, Filter, Order, Test, Value};
use crate::{Timestamp, Zone};

/// A review of a late delivery by a customer from São Paulo.
#[derive(Debug)]
struct Review(BTreeMap<Field, Value>);

impl Facts for Review {
    fn value(&self, field: &Field) -> Option<Value> {
        self.0.get(field).cloned()
    }
}

fn field(text: &str) -> Field {
    Field::parse(text).unwrap()
}

fn review() -> Review {
    let text = |text: &str| Value::Text(text.to_owned());
    Review(BTreeMap::from([
        (field("kind"), text("review_posted")),
        (field("score"), Value::Number(2.0)),
        (field("text"), text("Never arrived. It's ÇA VA late")),
        (field("customer"), text("17")),
        (field("customer.state"), text("SP")),
        (field("occurred_at"), Value::Time("2026-03-01T02:00:00Z".parse().unwrap())),
        (field("properties.late"), Value::Bool(true)),
        (field("properties.days"), Value::Number(-3.5)),
        (field("properties.\"odd \"\"key\"\".\".x"), text("7")),
    ]))
}

fn parse(text: &str) -> Filter {
    Filter::parse(text, chrono_tz::America::Sao_Paulo).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    Filter::parse(text, Zone::UTC).unwrap_err().message
}

#[test]
fn a_filter_finds_the_review_it_describes() {
    for text in [
        "",
        "all",
        "kind = 'review_posted' and customer.state in ('SP','RJ')",
        "not none",
        "score < 3 and score >= 2 and score != 3 AND score <> 4",
        "not (score > 2) and Not score > 2",
        "text contains 'it''s ' and text contains \"NEVER\" and text starts with 'never '",
        "occurred_at >= '2026-02-28' and occurred_at < '2026-03-01'",
        "properties.late = true and properties.days = -35e-1",
        "properties.\"odd \"\"key\"\".\".x = '7'",
        "channel is null and text is not null",
        "channel not in ('web') and channel != 'web'",
        "customer = 17 and customer in ('17', 18)",
    ] {
        assert!(parse(text).matches(&review()), "{text}");
    }
}

#[test]
fn a_filter_leaves_out_what_it_does_not_describe() {
    for text in [
        "none",
        "kind = 'Review_posted'",
        "channel = 'web' or channel contains ''",
        "properties.days = '-3.5'",
        "properties.late = 'true' or properties.late = 1",
        "properties.\"odd \"\"key\"\".\".x = 7 or properties.\"odd \"\"key\"\".\".x < 8",
        "text contains 'ça va'",
        "occurred_at >= '2026-03-01' and occurred_at < '2026-03-02'",
        "customer in (1, 7)",
    ] {
        assert!(!parse(text).matches(&review()), "{text}");
    }
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    assert_eq!(parse("score = 1 or score = 2 and not kind = 'a' and text is null").to_string(), {
        "score = 1 or (score = 2 and kind != 'a' and text is null)"
    });
    assert_eq!(parse("((score = 1) and ((score = 2)))").to_string(), "score = 1 and score = 2");
}

#[test]
fn an_error_names_the_place_the_field_and_what_was_expected() {
    for (text, told) in [
        ("scroe > 3", "character 1: there is no field 'scroe'; did you mean 'score'?"),
        ("kind = 'a' and Score = 3", "character 16: there is no field 'Score'; did you mean 'score'?"),
        ("property.plan = 'pro'", "character 1: there is no field 'property'; did you mean 'properties.NAME'?"),
        (
            "favourite = 1",
            "character 1: there is no field 'favourite'; write a column, properties.favourite or customer.favourite",
        ),
        ("score = 'x'", "character 9: score is a number; it cannot be compared with text"),
        ("kind in ('a', 2)", "character 10: kind is text; it cannot be compared with a number"),
        ("kind = true", "character 8: kind is text; it cannot be compared with true or false"),
        ("score contains '1'", "character 16: score is a number, not text that could contain something"),
        ("customer > 3", "character 12: customers have no order"),
        ("customer = 'anna'", "character 12: customer is a customer's number; it cannot be compared with text"),
        ("properties.late > true", "character 19: properties.late is compared with true or false, which have no order"),
        (
            "occurred_at > 'soon'",
            "character 15: occurred_at is a time: 'soon' is not a time; write 2026-01-31 or 2026-01-31T08:30:00Z",
        ),
        ("kind = review_posted", "character 8: a text is written in quotes: 'review_posted' in single ones"),
        ("text = null", "character 8: write 'text is null' or 'text is not null'"),
        ("é = 1 and (score = 1", "character 1: there is no field 'é'; write a column, properties.é or customer.é"),
        ("(score = 1", "character 11: ')' is expected here, not the end"),
        ("score = 1 score = 2", "character 11: 'and', 'or' or the end is expected here, not 'score'"),
        ("score = 1 and", "character 14: a field, 'not' or '(' is expected here, not the end"),
        ("score =", "character 8: a number, a text in quotes, true or false is expected here, not the end"),
        ("score = 1e999", "character 9: '1e999' is not a number"),
        ("score = -inf", "character 9: '-inf' is not a number"),
        ("score = 'a", "character 9: the closing ' is missing"),
        ("score ~ 1", "character 7: '~' has no meaning here"),
        ("score in ()", "character 11: a number, a text in quotes, true or false is expected here, not ')'"),
        ("properties. = 1", "character 12: a name must follow 'properties.'"),
        (
            "customer.address.city = 1",
            "character 1: a trait has one name; if its name has a dot, write customer.\"address.city\"",
        ),
    ] {
        assert_eq!(refusal(text), told, "{text}");
    }
    assert_eq!(Filter::parse("scroe = 1", Zone::UTC).unwrap_err().fields[0].reason, "unknown_field");
}

#[test]
fn a_filter_has_bounds() {
    let nested = |depth: usize| format!("{}score = 1{}", "not (".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(32), Zone::UTC).is_ok());
    assert!(refusal(&nested(33)).contains("at most 32 deep"));
    assert!(refusal(&nested(10_000)).contains("at most 32 deep"));
    assert!(refusal(&"(".repeat(60_000)).contains("at most 32 deep"));
    let tests = |count: usize| vec!["score=1"; count].join(" or ");
    assert!(Filter::parse(&tests(1_000), Zone::UTC).is_ok());
    assert!(refusal(&tests(1_001)).contains("at most 1000 tests"));
    assert!(refusal(&" ".repeat(65_537)).contains("at most 65536 bytes"));
    assert!(
        Filter::from_json(&format!("\"{}\"", " ".repeat(65_536))).unwrap_err().message.contains("at most 65536 bytes")
    );
    let deep = format!("{}\"all\"{}", "{\"not\":".repeat(33), "}".repeat(33));
    assert!(Filter::from_json(&deep).unwrap_err().message.contains("at most 32 deep"));
    let bomb = format!("{}\"all\"{}", "{\"not\":".repeat(5_000), "}".repeat(5_000));
    assert!(Filter::from_json(&bomb).unwrap_err().message.contains("recursion limit"));
}

#[test]
fn the_json_form_is_checked_like_the_text_form() {
    let json = r#"{"and":[{"is":["kind",{"one_of":["review_posted"]}]},{"not":{"is":["properties.a.b","present"]}},
        {"is":["occurred_at",{"ordered":["at_least","2026-03-01"]}]},{"is":["customer",{"one_of":[17]}]},
        {"is":["properties.day",{"one_of":["2026-03-01",1,true]}]}]}"#;
    let filter = Filter::from_json(json).unwrap();
    assert_eq!(filter.to_string(), {
        "kind = 'review_posted' and properties.a.b is null and occurred_at >= '2026-03-01T00:00:00Z' and customer = '17' \
         and properties.day in ('2026-03-01', 1, true)"
    });
    for (wrong, told) in [
        (r#"{"is":["score",{"one_of":["x"]}]}"#, "score is a number; it cannot be compared with text"),
        (r#"{"is":["score",{"one_of":[]}]}"#, "score needs at least one value"),
        (r#"{"is":["score",{"one_of":[1e999]}]}"#, "number out of range"),
        (r#"{"is":["score",{"one_of":[null]}]}"#, "expected text, a number, or true or false"),
        (r#"{"is":["kind; drop table signal","present"]}"#, "follows the field kind"),
        (r#"{"is":["kind",{"one_of":["\u0000"]}]}"#, "the character NUL"),
        (r#"{"or":[{"is":["secret","present"]}]}"#, "there is no field 'secret'"),
    ] {
        let error = Filter::from_json(wrong).unwrap_err();
        assert!(error.message.contains(told), "{wrong}: {error}");
    }
}

#[test]
fn fields_print_as_they_are_read() {
    for text in
        ["score", "properties.a.b", "properties.\"odd key\".x", "customer.state", "customer.\"a.b\"", "properties.24h"]
    {
        assert_eq!(field(text).to_string(), text);
    }
    assert_eq!(Field::parse_front("properties.\"a,b\", amount").unwrap(), (field("properties.\"a,b\""), ", amount"));
    assert!(Field::parse("score, amount").unwrap_err().message.contains("', amount' follows the field score"));
}

#[test]
fn a_filter_lists_its_fields_and_traits_once() {
    let filter = parse("customer.b = 1 and (kind = 'x' or not customer.a = 1) and customer.b != 2");
    assert_eq!(filter.fields(), [field("customer.a"), field("customer.b"), field("kind")].iter().collect());
    assert_eq!(filter.traits().into_iter().collect::<Vec<_>>(), ["a", "b"]);
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-4_i32..4).prop_map(f64::from),
        (-99_999_i64..99_999).prop_map(|k| k as f64 / 1024.0),
        Just(1e300),
        Just(-0.0)
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[abAB]{0,2}", "[^\0]{0,6}", Just("2026-01-01".to_owned())]
}

fn any_value(column: Option<Column>) -> BoxedStrategy<Value> {
    let text = any_text().prop_map(Value::Text);
    let number = any_number().prop_map(Value::Number);
    match column {
        Some(Column::OccurredAt) => {
            (-2_000_000_i64..2_000_000).prop_map(|at| Value::Time(Timestamp::from_micros(at))).boxed()
        }
        Some(Column::Score) => number.boxed(),
        Some(Column::Customer) => (1_i64..4).prop_map(|number| Value::Text(number.to_string())).boxed(),
        Some(_) => text.boxed(),
        None => prop_oneof![text, number, any::<bool>().prop_map(Value::Bool)].boxed(),
    }
}

fn any_field() -> impl Strategy<Value = Field> {
    prop_oneof![
        prop::sample::select(vec![Column::Kind, Column::Score, Column::OccurredAt, Column::Customer, Column::Text])
            .prop_map(Field::Column),
        prop::collection::vec("[ab]|[^\0]{1,4}", 1..3).prop_map(Field::Property),
        "[ab]|[^\0]{1,4}".prop_map(Field::Trait),
    ]
}

fn any_test() -> impl Strategy<Value = Filter> {
    any_field().prop_flat_map(|field| {
        let column = match &field {
            Field::Column(column) => Some(*column),
            Field::Property(_) | Field::Trait(_) => None,
        };
        let order = prop::sample::select(vec![Order::Below, Order::AtMost, Order::Above, Order::AtLeast]);
        let one_of = prop::collection::vec(any_value(column), 1..3).prop_map(Test::OneOf);
        let test = match column {
            Some(Column::Customer) => prop_oneof![Just(Test::Present), one_of].boxed(),
            Some(Column::Score | Column::OccurredAt) => {
                let ordered = (order, any_value(column)).prop_map(|(order, value)| Test::Ordered(order, value));
                prop_oneof![Just(Test::Present), one_of, ordered].boxed()
            }
            _ => {
                let ordered = (order, any_text()).prop_map(|(order, text)| Test::Ordered(order, Value::Text(text)));
                let contains = any_text().prop_map(Test::Contains);
                let starts = any_text().prop_map(Test::StartsWith);
                prop_oneof![Just(Test::Present), one_of, ordered, contains, starts].boxed()
            }
        };
        test.prop_map(move |test| Filter::Is(field.clone(), test))
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    prop_oneof![9 => any_test(), 1 => Just(Filter::All)].prop_recursive(5, 40, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            parts.clone().prop_map(Filter::And),
            parts.prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn any_facts() -> impl Strategy<Value = Review> {
    let value = any_field().prop_flat_map(|field| {
        let column = match &field {
            Field::Column(column) => Some(*column),
            Field::Property(_) | Field::Trait(_) => None,
        };
        (Just(field), any_value(column))
    });
    prop::collection::vec(value, 0..8).prop_map(|values| Review(values.into_iter().collect()))
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_the_same(filter in any_filter()) {
        let checked = filter.clone().checked().unwrap();
        let text = checked.to_string();
        prop_assert_eq!(&Filter::parse(&text, Zone::UTC).unwrap(), &checked, "{}", text);
        let json = serde_json::to_string(&checked).unwrap();
        prop_assert_eq!(&Filter::from_json(&json).unwrap(), &checked, "{}", json);
        prop_assert_eq!(Filter::parse(&filter.to_string(), Zone::UTC).unwrap(), checked);
    }

    #[test]
    fn a_filter_is_true_or_false_and_its_complement_the_other(filter in any_filter(), other in any_filter(), facts in any_facts()) {
        let truth = filter.matches(&facts);
        let not = |filter: &Filter| Filter::Not(Box::new(filter.clone()));
        prop_assert_eq!(not(&filter).matches(&facts), !truth);
        prop_assert_eq!(not(&not(&filter)).matches(&facts), truth);
        prop_assert_eq!(filter.clone().checked().unwrap().matches(&facts), truth);
        let both = Filter::And(vec![filter.clone(), other.clone()]);
        prop_assert_eq!(both.matches(&facts), truth && other.matches(&facts));
        prop_assert_eq!(not(&both).matches(&facts), Filter::Or(vec![not(&filter), not(&other)]).matches(&facts));
        prop_assert_eq!(filter.and(other).matches(&facts), both.matches(&facts));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[ -~é\n'\"().]{0,60}", json in "[\\[\\]{}\":,a-z0-9._-]{0,60}") {
        let _ = Filter::parse(&text, Zone::UTC);
        let _ = Field::parse(&text);
        let _ = Filter::from_json(&json);
    }
}
