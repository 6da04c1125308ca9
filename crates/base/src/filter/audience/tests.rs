//! Audiences in their text form.

use proptest::prelude::*;

use super::{Audience, Life};
use crate::{
    CustomerId, Field, Timestamp, Zone,
    filter::{Column, Facts, Value},
};

fn parse(text: &str) -> Audience {
    Audience::parse(text, Zone::UTC).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    Audience::parse(text, Zone::UTC).unwrap_err().message
}

const LEAVES: [&str; 12] = [
    "customer.plan = 'pro'",
    "customer.plan not in ('pro', 'it''s')",
    "customer.\"odd name\" is null",
    "count(kind = 'order_completed') >= 2 in 90 days",
    "count(all) = 0",
    "sum(amount where kind = 'order_completed' and currency = 'EUR') > 99.5 in 36 hours",
    "last(score where scale = 'nps') <= 6",
    "last(properties.rating where all) < -1 in 30 minutes",
    "no (kind = 'order_completed') within 1 day after (touchpoint = 'checkout') in 30 days",
    "no (all) within 2 hours after (kind in ('a', 'b') or score > 3)",
    "member of 'repeat_buyers'",
    "random 'spring' from 12.5 to 50",
];

#[test]
fn an_audience_is_written_as_it_is_read() {
    for text in LEAVES {
        assert_eq!(parse(text).to_string(), text);
    }
    assert_eq!(parse("").to_string(), "all");
    assert_eq!(parse("count(kind='x') != 1 in 2 weeks").to_string(), "not (count(kind = 'x') = 1 in 14 days)");
    assert_eq!(parse("sum(amount) > 3").to_string(), "sum(amount where all) > 3");
}

proptest! {
    #[test]
    fn whatever_is_joined_is_read_back_as_it_was(picks in prop::collection::vec((0..LEAVES.len(), 0..4_u8), 1..8)) {
        let mut text = "all".to_owned();
        for (leaf, how) in picks {
            let leaf = LEAVES[leaf];
            text = match how {
                0 => format!("({text}) and {leaf}"),
                1 => format!("{leaf} or ({text})"),
                2 => format!("not ({text}) or not {leaf}"),
                _ => format!("({leaf} and none) or ({text})"),
            };
        }
        let audience = parse(&text);
        prop_assert_eq!(&parse(&audience.to_string()), &audience);
    }
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    for (text, says) in [
        ("kind = 'order_completed'", "character 1: kind is told of a signal, not of a customer"),
        ("plan = 'pro'", "character 1: customer.NAME, count(…)"),
        ("count(kindd = 'x') > 1", "character 7: there is no field 'kindd'; did you mean 'kind'?"),
        ("count(kind = 'x') > 'two'", "cannot be compared with text"),
        ("count(kind = 'x') in (1)", "is expected here"),
        ("count(kind = 'x') > 1 in 0 days", "character 26: a time is a whole number"),
        ("count(kind = 'x') > 1 in 1.5 days", "a whole number"),
        ("count(kind = 'x') > 1 in 99 years", "'minutes', 'hours', 'days' or 'weeks'"),
        ("count(kind = 'x') > 1 in 4000 days", "at most ten years"),
        ("sum(kind) > 1", "kind is not a number"),
        ("no (kind = 'x') after (kind = 'y')", "'within' is expected here"),
        ("no (kind = 'x') within 2 days after (kind = 'y') in 1 day", "must be longer than the 2 days"),
        ("random 'a' from 50 to 20", "a part goes from a percentage to a greater one"),
        ("member of ''", "1 to 255 characters"),
        ("customer.plan = 'pro' count(all) > 1", "'and', 'or' or the end"),
    ] {
        let message = refusal(text);
        assert!(message.contains(says), "{text}: {message}");
    }
    let many = vec!["count(all) > 1"; 51].join(" or ");
    assert!(refusal(&many).contains("50 of them about behaviour"));
}

#[test]
fn a_draw_takes_its_part_of_everybody_and_always_the_same() {
    let drawn = |text: &str| -> Vec<i64> {
        let Audience::Random(share) = parse(text) else { panic!("{text}") };
        (1..=100_000).filter(|number| share.takes(CustomerId(*number))).collect()
    };
    let (tenth, rest) = (drawn("random 'spring' from 0 to 10"), drawn("random 'spring' from 10 to 100"));
    assert!((9_500..10_500).contains(&tenth.len()), "{}", tenth.len());
    assert_eq!(tenth.len() + rest.len(), 100_000);
    let both = drawn("random 'autumn' from 0 to 10").into_iter().filter(|number| tenth.contains(number)).count();
    assert!((800..1_200).contains(&both), "another draw is independent: {both}");
    assert_eq!(tenth[..3], drawn("random 'spring' from 0 to 10")[..3]);
}

/// A customer of the lamp shop: what they did, and at which hour.
struct Shopper {
    number: i64,
    plan: Option<&'static str>,
    done: Vec<(Timestamp, Deed)>,
}

/// What somebody did, and the number on it.
#[derive(Clone, Debug)]
struct Deed(&'static str, Option<f64>);

impl Facts for Deed {
    fn value(&self, field: &Field) -> Option<Value> {
        match field {
            Field::Column(Column::Kind) => Some(Value::Text(self.0.to_owned())),
            Field::Column(Column::Score | Column::Amount) => self.1.map(Value::Number),
            _ => None,
        }
    }
}

impl Life for Shopper {
    type Signal = Deed;

    fn customer(&self) -> CustomerId {
        CustomerId(self.number)
    }

    fn own(&self, name: &str) -> Option<Value> {
        self.plan.filter(|_| name == "plan").map(|plan| Value::Text(plan.to_owned()))
    }

    fn signals(&self) -> &[(Timestamp, Deed)] {
        &self.done
    }

    fn is_member(&self, segment: &str) -> bool {
        segment == "staff" && self.number == 7
    }
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(0).plus(hour * Timestamp::HOUR)
}

fn shopper(done: &[(i64, &'static str, Option<f64>)]) -> Shopper {
    let done = done.iter().map(|(at, kind, number)| (hour(*at), Deed(kind, *number))).collect();
    Shopper { number: 7, plan: Some("pro"), done }
}

#[test]
fn a_customer_is_in_the_audiences_that_describe_them() {
    let ana = shopper(&[
        (0, "checkout", None),
        (5, "order", Some(30.0)),
        (30, "checkout", None),
        (40, "answer", Some(9.0)),
        (60, "order", Some(12.5)),
        (70, "answer", Some(3.0)),
        (71, "answer", None),
    ]);
    for text in [
        "customer.plan = 'pro' and customer.city is null and not customer.city = 'Lyon'",
        "count(kind = 'order') = 2 and count(kind = 'order') = 1 in 1 day and count(kind = 'order') != 2 in 1 day",
        "count(kind = 'refund') = 0 and sum(amount where kind = 'refund') = 0",
        "sum(amount where kind = 'order') = 42.5 and sum(amount where kind = 'order') < 42.5 in 20 hours",
        "last(score where kind = 'answer') <= 6 and not last(score where kind = 'refund') <= 6",
        "not last(score where kind = 'refund') > 6",
        "no (kind = 'order') within 1 day after (kind = 'checkout')",
        "not no (kind = 'order') within 30 hours after (kind = 'checkout')",
        "not no (kind = 'order') within 1 day after (kind = 'checkout') in 42 hours",
        "member of 'staff' and not member of 'press'",
        "none or all",
    ] {
        assert!(parse(text).holds(&ana, hour(72)), "{text}");
    }
}

#[test]
fn sums_of_money_are_exact() {
    let ana = shopper(&[(0, "order", Some(0.1)), (1, "order", Some(0.2))]);
    assert!(parse("sum(amount) = 0.3").holds(&ana, hour(2)));
}

#[test]
fn time_alone_brings_people_in_and_lets_them_go() {
    let seen = |text: &str, done: &[(i64, &'static str, Option<f64>)], hours: &[i64]| -> Vec<bool> {
        hours.iter().map(|at| parse(text).holds(&shopper(done), hour(*at))).collect()
    };
    let recently = "count(kind = 'order') >= 1 in 1 day";
    assert_eq!(seen(recently, &[(3, "order", None)], &[3, 26, 27]), [true, true, false]);
    let left = "no (kind = 'order') within 2 hours after (kind = 'checkout') in 1 day";
    assert_eq!(seen(left, &[(3, "checkout", None)], &[4, 5, 26, 27]), [false, true, true, false]);
    assert_eq!(seen(left, &[(3, "checkout", None), (5, "order", None)], &[5, 6]), [false, false]);
    assert_eq!(parse(left).due(&shopper(&[(3, "checkout", None)]), hour(3)), Some(hour(5)));
    assert_eq!(parse(left).due(&shopper(&[(3, "checkout", None)]), hour(5)), Some(hour(27)));
    assert_eq!(parse(left).due(&shopper(&[(3, "checkout", None)]), hour(27)), None);
}

proptest! {
    /// Whoever is looked at again when a signal of theirs comes in, and when they are due, is always where they belong.
    #[test]
    fn nobody_comes_or_goes_between_the_moments_that_are_foretold(
        deeds in prop::collection::vec((0_i64..200, 0..3_usize, prop::option::of(-2_i32..3)), 0..8),
        picks in prop::collection::vec((0..5_usize, any::<bool>()), 1..4),
    ) {
        const TIMED: [&str; 5] = [
            "count(kind = 'order') >= 2 in 40 hours",
            "sum(amount where kind = 'order') > 1 in 30 hours",
            "last(score where kind = 'answer') <= 0 in 3 days",
            "no (kind = 'order') within 10 hours after (kind = 'checkout')",
            "no (kind = 'order' or kind = 'answer') within 1 day after (kind = 'checkout') in 50 hours",
        ];
        let parts = picks.iter().map(|(leaf, not)| format!("{}({})", if *not { "not " } else { "" }, TIMED[*leaf]));
        let audience = parse(&parts.collect::<Vec<_>>().join(" and "));
        let mut done: Vec<_> = deeds
            .into_iter()
            .map(|(at, kind, number)| (at, ["order", "answer", "checkout"][kind], number.map(f64::from)))
            .collect();
        done.sort_by_key(|(at, ..)| *at);
        let ana = shopper(&done);
        let (mut member, mut due) = (audience.holds(&ana, hour(200)), audience.due(&ana, hour(200)));
        for now in (200..400).map(hour) {
            if due.is_some_and(|due| due <= now) {
                (member, due) = (audience.holds(&ana, now), audience.due(&ana, now));
            }
            prop_assert_eq!(member, audience.holds(&ana, now), "{} at {}", audience, now);
        }
        prop_assert_eq!(due, None);
    }
}
