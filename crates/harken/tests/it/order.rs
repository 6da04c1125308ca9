//! F15: the same events late, early, twice and in any order give the same answers.

use rand::{RngExt, seq::SliceRandom};
use serde_json::{Value as Json, json};

use crate::world::{Connection, Installation, Seed, cycles, on_both_databases};

const EVENTS: usize = 1_200;

/// What is asked, and must not depend on the order.
const QUESTIONS: [&[&str]; 7] = [
    &["count", "--by", "kind"],
    &["nps"],
    &["nps", "--every", "month"],
    &["csat", "--by", "touchpoint"],
    &["revenue", "--every", "quarter"],
    &["sum(amount)", "--by", "properties.shop", "--where", "kind = 'order_completed'"],
    &["unique(customer)"],
];

on_both_databases! {
    async fn any_order_of_the_same_events_gives_the_same_answers(installation: Installation) {
        let seed = Seed::of("order");
        let (events, expected) = events(&seed);
        let mut first = None;
        let mut installation = Some(installation);
        for round in 0..cycles(3) {
            // Each order is sent to an installation of its own; the first to the one of this story.
            let installation = match installation.take() {
                Some(installation) => installation,
                None => Installation::on_sqlite().await,
            };
            send_shuffled(&installation, &events, &seed, round).await;
            let mut answers = Vec::new();
            for question in QUESTIONS {
                let arguments: Vec<&str> = ["query", "--json"].iter().chain(question).copied().collect();
                answers.push(installation.json(&arguments).await);
            }
            assert_eq!(installation.count("").await, EVENTS as u64);
            assert_eq!(installation.value("nps").await.unwrap().round(), expected.nps.round());
            assert_eq!(installation.value("sum(amount)").await, Some(expected.revenue));
            let first = first.get_or_insert_with(|| answers.clone());
            assert_eq!(first, &answers, "order {round}");
            installation.is_sound().await;
        }
    }
}

/// What the events add up to, computed beside the product.
struct Expected {
    nps: f64,
    revenue: f64,
}

/// Answers and orders of two years, some of them a month late and some a year ahead.
fn events(seed: &Seed) -> (Vec<Json>, Expected) {
    let mut dice = seed.part(0);
    let (mut promoters, mut detractors, mut answers, mut cents) = (0, 0, 0, 0);
    let events = (0..EVENTS).map(|number| {
        let (year, month, day) = (dice.random_range(2025..=2027), dice.random_range(1..=12), dice.random_range(1..=28));
        let timestamp = format!("{year}-{month:02}-{day:02}T{:02}:30:00Z", dice.random_range(0..24));
        let touchpoint = ["delivery", "checkout", "support"][dice.random_range(0..3)];
        let (event, properties) = match dice.random_range(0..3) {
            0 => {
                let answer = dice.random_range(0..=10);
                answers += 1;
                promoters += i32::from(answer >= 9);
                detractors += i32::from(answer <= 6);
                ("Survey Answered", json!({"nps": answer, "touchpoint": touchpoint}))
            }
            1 => {
                let answer = dice.random_range(1..=5);
                ("Survey Answered", json!({"scale": "csat", "score": answer, "touchpoint": touchpoint}))
            }
            _ => {
                let total = dice.random_range(1..50_000_i64);
                cents += total;
                let shop = ["berlin", "lyon"][dice.random_range(0..2)];
                let total = total as f64 / 100.0;
                (
                    "Order Completed",
                    json!({"order_id": format!("o-{number}"), "total": total, "currency": "EUR", "shop": shop}),
                )
            }
        };
        let user = format!("user-{}", dice.random_range(0..80));
        json!({
            "type": "track", "messageId": format!("m-{number}"), "userId": user, "event": event,
            "timestamp": timestamp, "properties": properties,
        })
    });
    let events = events.collect();
    let nps = 100.0 * f64::from(promoters - detractors) / f64::from(answers);
    (events, Expected { nps, revenue: cents as f64 / 100.0 })
}

/// Every event at least once and a tenth of them twice, in batches; some of it is archived on the way.
async fn send_shuffled(installation: &Installation, events: &[Json], seed: &Seed, round: u64) {
    let mut dice = seed.part(1 + round);
    let mut sent = events.to_vec();
    sent.extend(events.iter().filter(|_| dice.random_bool(0.1)).cloned());
    sent.shuffle(&mut dice);
    let server = installation.serve().await;
    let mut client = Connection::to(server.address());
    for batch in sent.chunks(100) {
        let body = json!({ "batch": batch }).to_string();
        let answer = client.post("/v1/batch", installation.key(), body).await.unwrap();
        assert_eq!((answer.status, &answer.body["errors"]), (200, &json!([])), "{answer:?}");
        if dice.random_bool(0.2) {
            installation.json(&["archive", "--json"]).await;
        }
    }
    server.stop().await;
}
