//! Who is in an audience: what the lake finds in one pass is what each customer's own life says, and so does the segment that was
//! made of its text.

use base::{
    CustomerId, Field, Timestamp, Zone,
    filter::{Audience, Facts, Life, Value},
};
use lake::{CustomerFacts, Lake};
use serde_json::json;
use signals::Signal;
use testkit::{ANA, BRUNO, CHIDI, World, on_both, says};

/// A signal with its customer's traits beside it.
struct Told<'a> {
    signal: Signal,
    facts: &'a CustomerFacts,
    customer: i64,
}

impl Facts for Told<'_> {
    fn value(&self, field: &Field) -> Option<Value> {
        match field {
            Field::Trait(name) => known(self.facts, self.customer, name),
            _ => self.signal.value(field),
        }
    }
}

fn known(facts: &CustomerFacts, customer: i64, name: &str) -> Option<Value> {
    let column = facts.traits.get(name)?;
    let code = *column.codes.get(usize::try_from(customer).ok()?)?;
    column.values.get((code as usize).checked_sub(1)?).cloned()
}

/// One customer as the log tells of them.
struct Customer<'a> {
    number: i64,
    facts: &'a CustomerFacts,
    signals: Vec<(Timestamp, Told<'a>)>,
}

impl<'a> Life for Customer<'a> {
    type Signal = Told<'a>;

    fn customer(&self) -> CustomerId {
        CustomerId(self.number)
    }

    fn own(&self, name: &str) -> Option<Value> {
        known(self.facts, self.number, name)
    }

    fn signals(&self) -> &[(Timestamp, Told<'a>)] {
        &self.signals
    }

    fn is_member(&self, _: &str) -> bool {
        false
    }
}

const AUDIENCES: [&str; 30] = [
    "all",
    "none",
    "customer.plan = 'pro'",
    "customer.plan != 'pro'",
    "customer.plan is null",
    "customer.age >= 30 and customer.age < 40",
    "customer.plan in ('pro', 'free') or customer.age > 39",
    "count(kind = 'order_completed') >= 2",
    "count(kind = 'order_completed') = 0",
    "count(kind = 'order_completed') >= 1 in 30 days",
    "count(kind = 'order_completed') = 0 in 30 days and count(kind = 'order_completed') > 0",
    "count(all) > 5 in 90 days",
    "count(channel is null) >= 4 in 50 days",
    "count(kind = 'page_viewed' and touchpoint = 'checkout') != 1",
    "count(customer.plan = 'pro' and kind = 'page_viewed') >= 1 in 2 weeks",
    "sum(amount where kind = 'order_completed') > 100",
    "sum(amount where kind = 'order_completed') = 0.3",
    "sum(amount where kind = 'order_completed') >= 20 in 60 days",
    "sum(properties.items) < 4 in 90 days",
    "sum(score where kind = 'survey_answered') = 0",
    "last(score where scale = 'nps') <= 6",
    "last(score where scale = 'nps') >= 9 in 45 days",
    "not last(score where scale = 'nps') <= 6",
    "last(properties.items where kind = 'order_completed') = 2",
    "no (kind = 'order_completed') within 1 day after (kind = 'page_viewed' and touchpoint = 'checkout')",
    "no (kind = 'order_completed') within 36 hours after (touchpoint = 'checkout') in 20 days",
    "not no (kind = 'order_completed') within 5 days after (kind = 'survey_answered')",
    "random 'spring' from 0 to 50",
    "random 'spring' from 25 to 75 and (customer.plan = 'pro' or count(kind = 'order_completed') >= 1 in 10 days)",
    "(count(all) >= 1 in 3 days or last(score) > 8) and not (customer.plan = 'free' or sum(amount) > 50)",
];

/// Sixty customers who browse, buy and answer over a hundred days, some of them in two places.
async fn shop_has_a_spring(world: &World) {
    let mut dice = 7_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let mut said = Vec::new();
    for person in 0..60 {
        let user = format!("u-{person}");
        for _ in 0..roll(12) {
            let back = -i64::try_from(roll(100 * 24)).unwrap() * 3_600;
            let did = match roll(4) {
                0 | 1 => {
                    let place = if roll(2) == 0 { "checkout" } else { "home" };
                    says("page_viewed").saying(|body| body.touchpoint = Some(place.into()))
                }
                2 => {
                    let paid = ["0.1", "0.2", "19.99", "60"][usize::try_from(roll(4)).unwrap()];
                    says("order_completed")
                        .saying(|body| body.amount = Some(paid.parse().unwrap()))
                        .with("items", roll(4))
                }
                _ => says("survey_answered").scored("nps", roll(11) as f64),
            };
            said.push(did.of("user_id", &user).later(back));
        }
        let mut introduced = says("customer_identified").of("user_id", &user).later(-101 * 86_400);
        if roll(3) > 0 {
            introduced = introduced.with_trait("plan", if roll(2) == 0 { "pro" } else { "free" });
        }
        said.push(introduced.with_trait("age", 20 + roll(30)));
    }
    world.hears(said).await;
}

#[tokio::test]
async fn thirty_audiences_hold_whom_their_own_lives_put_there_now_and_as_time_goes_by() {
    on_both(async |world| {
        shop_has_a_spring(world).await;
        for (one, other) in [(3, 17), (5, 6), (17, 40)] {
            let (one, other) = (CustomerId(one), CustomerId(other));
            world.customers.merge(&world.scope, one, other, "one person", serde_json::json!({})).await.unwrap();
        }
        let log = world.logged().await;
        let lake = Lake::open(&world.folder().join("lake"), world.signals.clone(), world.clock.clone()).unwrap();
        assert!(lake.archive(&world.scope).await.unwrap().signals > 0);
        world.hears([says("order_completed").of("user_id", "u-1"), says("page_viewed").of("user_id", "u-2")]).await;
        let log: Vec<Signal> = log.into_iter().chain(lately(world, &lake).await).collect();
        let facts = world.customers.facts(&world.scope, &["plan".into(), "age".into()]).await.unwrap();
        let root = |number: i64| match facts.canonical.get(usize::try_from(number).unwrap()) {
            Some(0) | None => number,
            Some(into) => *into,
        };
        for (place, text) in AUDIENCES.iter().enumerate() {
            let new = json!({ "id": format!("s{place}"), "name": text.get(..40).unwrap_or(text), "definition": text });
            let new = serde_json::from_value(new).unwrap();
            world.customers.create_segment(&world.scope, new, Zone::UTC, None).await.unwrap();
        }
        let mut told = 0;
        for days in [0, 1, 15, 45, 120] {
            world.waits(days * 86_400);
            for (place, text) in AUDIENCES.into_iter().enumerate() {
                let audience = Audience::parse(text, Zone::UTC).unwrap();
                let lives = (1..=60).filter(|number| root(*number) == *number).map(|number| {
                    let of = log.iter().filter(|signal| signal.customer.is_some_and(|who| root(who.0) == number));
                    let told = of.map(|signal| {
                        (signal.occurred_at, Told { signal: signal.clone(), facts: &facts, customer: number })
                    });
                    let mut signals: Vec<_> = told.collect();
                    signals.sort_by_key(|(at, told)| (*at, told.signal.seq));
                    Customer { number, facts: &facts, signals }
                });
                let now = world.clock.now();
                let expected: Vec<CustomerId> =
                    lives.filter(|life| audience.holds(life, now)).map(|life| life.customer()).collect();
                let found = world.customers.in_audience(&world.scope, &lake, &audience).await.unwrap();
                assert_eq!(found.members, expected, "{text}, {days} days on");
                assert_eq!((found.of, found.missing.len()), (57, 0));
                let segment = Audience::Member(format!("s{place}"));
                let saved = world.customers.in_audience(&world.scope, &lake, &segment).await.unwrap();
                assert_eq!(saved, found, "the segment of {text}");
                told += usize::from(!expected.is_empty() && expected.len() < 57);
            }
        }
        assert!(told > 70, "most of them tell people apart: {told}");
        let elsewhere = world.elsewhere().await;
        let everybody = Audience::parse("all", Zone::UTC).unwrap();
        let found = elsewhere.customers.in_audience(&elsewhere.scope, &lake, &everybody).await.unwrap();
        assert_eq!((found.members, found.of), (Vec::new(), 0));
    })
    .await;
}

/// What is in the log and not in the lake.
async fn lately(world: &World, lake: &Lake) -> Vec<Signal> {
    let watermark = lake.watermark(&world.scope).await.unwrap();
    world.logged().await.into_iter().filter(|signal| signal.seq > watermark).collect()
}

#[tokio::test]
async fn a_signal_counts_at_once_and_leaves_by_itself() {
    on_both(async |world| {
        let lake = Lake::open(&world.folder().join("lake"), world.signals.clone(), world.clock.clone()).unwrap();
        let found = async |text: &str| {
            let audience = Audience::parse(text, Zone::UTC).unwrap();
            world.customers.in_audience(&world.scope, &lake, &audience).await.map(|found| found.members)
        };
        let (ana, bruno, chidi) = (CustomerId(1), CustomerId(2), CustomerId(3));
        world.hears([ANA.does("order_completed"), BRUNO.does("page_viewed"), CHIDI.does("page_viewed")]).await;
        let buyers = "count(kind = 'order_completed') >= 1 in 2 days";
        assert_eq!(found(buyers).await.unwrap(), [ana]);
        world.waits(86_400);
        world.hears([CHIDI.does("order_completed").later(86_400)]).await;
        assert_eq!(found(buyers).await.unwrap(), [ana, chidi]);
        assert_eq!(
            found("no (kind = 'order_completed') within 1 day after (kind = 'page_viewed')").await.unwrap(),
            [bruno]
        );
        world.waits(86_400);
        assert_eq!(found(buyers).await.unwrap(), [chidi]);
        let refused = found("member of 'regulars' or all").await.unwrap_err();
        assert_eq!(refused.message, "there is no segment 'regulars'");
    })
    .await;
}
