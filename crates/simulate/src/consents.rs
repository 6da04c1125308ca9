//! What the company writes to its customers about, and what some of them have said to that.

use base::Timestamp;
use serde_json::{Value, json};

/// So many of the first customers were asked.
const ASKED: u32 = 200;
const WORDING: &str = "Yes, tell me by e-mail about new gear and offers, twice a month.";

/// The topics, as they are made.
pub fn topics() -> [Value; 3] {
    [
        json!({
            "id": "newsletter", "name": "Newsletter", "basis": "opt_in", "channels": ["email"],
            "description": "New gear and offers, twice a month.",
        }),
        json!({
            "id": "tips", "name": "Tips for your gear", "basis": "opt_out", "channels": ["email", "mobile"],
            "description": "How to care for what you bought, now and then.",
        }),
        json!({
            "id": "orders", "name": "Orders and deliveries", "basis": "transactional", "channels": ["email", "sms"],
            "description": "Where your order is, and your receipts.",
        }),
    ]
}

/// The rules of contact: quiet nights, and three messages a week at most.
pub fn contact_rules() -> Value {
    json!({
        "quiet": { "from": "21:00", "until": "08:00", "channels": ["sms", "phone", "mobile"] },
        "budgets": [{ "channel": null, "most": 3, "hours": 168 }],
    })
}

/// What customers said about it before `ending`, each with their user id.
pub fn consents(customers: u32, ending: Timestamp) -> impl Iterator<Item = (String, Value)> {
    (0..customers.min(ASKED)).flat_map(move |who| {
        let days_before = i64::from(who) * 37 % 300 + 20;
        let at = |days_later: i64| ending.plus((days_later - days_before) * Timestamp::DAY);
        let yes = json!({
            "topic": "newsletter", "channel": "email", "act": "granted", "at": at(0),
            "source": "sign-up form", "wording": WORDING,
        });
        let said = match who % 8 {
            0..=3 => vec![yes],
            4 => {
                let no = json!({ "topic": "newsletter", "channel": "email", "act": "withdrawn", "at": at(15), "source": "one_click" });
                vec![yes, no]
            }
            5 => vec![json!({ "topic": "tips", "act": "withdrawn", "at": at(0), "source": "preference_centre" })],
            6 => {
                let note = "Does not want to be written to at all.";
                vec![json!({ "act": "withdrawn", "at": at(0), "source": "telephone call", "note": note })]
            }
            _ => Vec::new(),
        };
        said.into_iter().map(move |said| (format!("c{who}"), said))
    })
}
