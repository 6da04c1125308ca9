//! What a webhook is sent: `{type, timestamp, data}`, as the Standard Webhooks specification asks.

use base::{Error, Result, Timestamp};
use serde::Serialize;
use signals::Signal;

/// The type of a test's message.
pub(super) const TESTED: &str = "webhook_tested";

/// The specification asks for less than 20 kB.
const LARGEST: usize = 20_000;

#[derive(Serialize)]
struct Message<'a, D> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: D,
}

/// The ids of a signal. Whoever gets these can ask for the rest.
#[derive(Serialize)]
struct Thin<'a> {
    id: base::SignalId,
    message_id: &'a str,
    customer: Option<base::CustomerId>,
    thin: bool,
}

/// The message about a signal. One that would be too large is sent thin.
pub(super) fn about(signal: &Signal, thin: bool) -> Result<String> {
    let (r#type, timestamp) = (signal.kind.as_str(), signal.occurred_at);
    if !thin {
        let whole = write(&Message { r#type, timestamp, data: signal })?;
        if whole.len() < LARGEST {
            return Ok(whole);
        }
    }
    let data = Thin { id: signal.id, message_id: &signal.message_id, customer: signal.customer, thin: true };
    write(&Message { r#type, timestamp, data })
}

/// The message of a test.
pub(super) fn test(now: Timestamp) -> Result<String> {
    let data = serde_json::json!({ "message": "This is a test. If you can check its signature, you are done." });
    write(&Message { r#type: TESTED, timestamp: now, data })
}

fn write(message: &impl Serialize) -> Result<String> {
    serde_json::to_string(message).map_err(|error| Error::internal(format!("a message cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{SignalId, Timestamp};
    use serde_json::{Value, json};
    use signals::Body;

    fn signal(text: &str) -> Signal {
        let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        Signal {
            seq: 7,
            id: SignalId::new(at, [1; 10]),
            message_id: "m-1".into(),
            occurred_at: at,
            received_at: at,
            customer: Some(base::CustomerId(41)),
            kind: "survey_answered".into(),
            body: Body { text: Some(text.into()), ..Body::default() },
        }
    }

    #[test]
    fn a_whole_signal_is_sent_unless_it_is_too_large_or_ids_are_asked_for() {
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let whole = read(about(&signal("Great!"), false).unwrap());
        assert_eq!(whole["type"], "survey_answered");
        assert_eq!(whole["timestamp"], "2026-03-02T09:00:00Z");
        assert_eq!((&whole["data"]["text"], &whole["data"]["customer"]), (&json!("Great!"), &json!("41")));
        for thin in [about(&signal("Great!"), true), about(&signal(&"long ".repeat(10_000)), false)] {
            let thin = thin.unwrap();
            assert!(thin.len() < LARGEST);
            let thin = read(thin);
            assert_eq!((&thin["type"], &thin["data"]["thin"]), (&json!("survey_answered"), &json!(true)));
            assert_eq!((&thin["data"]["message_id"], thin["data"].get("text")), (&json!("m-1"), None));
        }
    }
}
