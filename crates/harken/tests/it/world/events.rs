//! Events as clients send them, and what must be found of each afterwards.

use base::Amount;
use rand::{RngExt, rngs::Xoshiro256PlusPlus};
use serde_json::{Map, Value as Json, json};
use signals::Signal;

/// An event of the Segment protocol.
#[derive(Clone, Debug)]
pub struct Event {
    pub message_id: String,
    pub json: Json,
    kept: Kept,
}

/// What the log must keep of it, unaltered.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    kind: String,
    score: Option<f64>,
    amount: Option<Amount>,
    text: Option<String>,
    properties: Map<String, Json>,
}

impl Event {
    /// The same with one more property.
    pub fn with_property(mut self, name: &str, value: Json) -> Self {
        self.json["properties"][name] = value.clone();
        self.kept.properties.insert(name.to_owned(), value);
        self
    }

    /// Whether a stored signal says what this event said.
    pub fn is_kept_in(&self, signal: &Signal) -> bool {
        let mut properties = signal.body.properties.clone();
        properties.remove("context");
        let body = &signal.body;
        let found = Kept {
            kind: signal.kind.clone(),
            score: body.score,
            amount: body.amount,
            text: body.text.clone(),
            properties,
        };
        found == self.kept
    }
}

/// Events of invented customers, drawn from a seed.
pub struct Events {
    dice: Xoshiro256PlusPlus,
    prefix: String,
    made: u64,
}

impl Events {
    /// Their message ids begin with `prefix`.
    pub fn new(dice: Xoshiro256PlusPlus, prefix: impl Into<String>) -> Self {
        Self { dice, prefix: prefix.into(), made: 0 }
    }

    pub fn dice(&mut self) -> &mut Xoshiro256PlusPlus {
        &mut self.dice
    }

    /// So many events of an order, an answer, a message or a click each.
    pub fn take(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|_| self.one()).collect()
    }

    pub fn one(&mut self) -> Event {
        self.made += 1;
        let message_id = format!("{}-{}", self.prefix, self.made);
        let dice = &mut self.dice;
        let user = format!("user-{}", dice.random_range(0..500));
        let (mut score, mut amount, mut text) = (None, None, None);
        let (name, kind, properties) = match dice.random_range(0..4) {
            0 => {
                let cents = dice.random_range(1..100_000_i64);
                amount = Some(Amount::from_units(cents * 100));
                let total = cents as f64 / 100.0;
                (
                    "Order Completed",
                    "order_completed",
                    json!({"order_id": message_id, "total": total, "currency": "EUR"}),
                )
            }
            1 => {
                let answer = dice.random_range(0..=10_i32);
                score = Some(f64::from(answer));
                ("Survey Answered", "survey_answered", json!({"nps": answer, "touchpoint": "delivery"}))
            }
            2 => {
                let words = format!("Größe {} – 大きい 👢 \"\\ \u{1} ok", dice.random_range(20..50));
                text = Some(words.clone());
                ("Message Received", "message_received", json!({"text": words, "topic": "size"}))
            }
            _ => {
                let nested = json!({"deep": [1, null, true, {"number": dice.random_range(0..1_000_000)}], "n": 0.1});
                ("Button Clicked", "button_clicked", nested)
            }
        };
        let json = json!({
            "type": "track", "messageId": message_id, "userId": user, "event": name, "properties": properties,
        });
        let Json::Object(mut properties) = properties else { unreachable!("properties are an object") };
        if text.is_some() {
            // A person's words are moved, not copied.
            properties.remove("text");
        }
        Event { message_id, json, kept: Kept { kind: kind.to_owned(), score, amount, text, properties } }
    }
}

/// The body of a batch.
pub fn batch(events: &[Event]) -> String {
    json!({ "batch": events.iter().map(|event| &event.json).collect::<Vec<_>>() }).to_string()
}
