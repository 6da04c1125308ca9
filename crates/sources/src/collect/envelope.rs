//! What surrounds events on the wire: one event by itself, or a batch with its key, its sending time and shared context.

use base::{Error, FieldError, Result, Timestamp, Zone};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json, value::RawValue};
use std::fmt;

use crate::nul;

/// The most events in one batch.
pub(super) const MOST_EVENTS: usize = 10_000;
/// The longest event in bytes, as the Segment specification has it.
pub(super) const LONGEST_EVENT: usize = 32 * 1024;
/// The most bytes that a batch's shared context may come to, once for each event.
const MOST_CONTEXT: usize = 5_000_000;
/// How deep an event's lists and objects may nest.
const DEEPEST: usize = 64;

/// A request's body, read as far as all its events share it; the events are still text.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    /// For clients that send no `Authorization`.
    pub(super) write_key: Option<String>,
    pub(super) shared: Shared,
    pub(super) events: Vec<&'a RawValue>,
}

/// What holds for every event of a batch.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The client's clock when it sent the batch.
    pub(super) sent_at: Option<Timestamp>,
    /// Fills the gaps of each event's own context.
    pub(super) context: Map<String, Json>,
    /// The browser asks that nobody shares or sells what it says: Global Privacy Control.
    pub(super) gpc: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    write_key: Option<&'a RawValue>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    #[serde(borrow)]
    batch: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads `{"batch": […], "sentAt": …, "context": …, "writeKey": …}`.
    pub(super) fn of_batch(body: &'a str) -> Result<Self> {
        let wire = Wire::read(body)?;
        let batch = wire
            .batch
            .ok_or_else(|| Error::invalid_field("batch", "missing", "the batch is missing: {\"batch\": […]}"))?;
        let events: Events<'a> = serde_json::from_str(batch.get())
            .map_err(|_| Error::invalid_field("batch", "wrong_type", "the batch must be a list of events"))?;
        if events.more {
            return Err(Error::too_large(format!("a batch may hold {MOST_EVENTS} events")));
        }
        let context = wire.context(events.first.len())?;
        let shared = Shared { sent_at: wire.sent_at(), context, ..Shared::default() };
        Ok(Self { write_key: wire.write_key()?, shared, events: events.first })
    }

    /// Reads a body that is one event; what else it holds (`sentAt`, `context`) belongs to the event.
    pub(super) fn of_one(body: &'a str) -> Result<Self> {
        let wire = Wire::read(body)?;
        let event = serde_json::from_str(body).map_err(|error| malformed(&error))?;
        Ok(Self {
            write_key: wire.write_key()?,
            shared: Shared { sent_at: wire.sent_at(), ..Shared::default() },
            events: vec![event],
        })
    }
}

impl<'a> Wire<'a> {
    fn read(body: &'a str) -> Result<Self> {
        // A list would be read as the fields in their order.
        if body.trim_start().starts_with('[') {
            return Err(Error::invalid("the body must be a JSON object"));
        }
        serde_json::from_str(body).map_err(|error| malformed(&error))
    }

    fn write_key(&self) -> Result<Option<String>> {
        field("writeKey", "text", self.write_key)
    }

    /// A sending time that cannot be read leaves the events' times as they are: it is no reason to lose the batch.
    fn sent_at(&self) -> Option<Timestamp> {
        let text: String = serde_json::from_str(self.sent_at?.get()).ok()?;
        Timestamp::parse(&text, Zone::UTC).ok()
    }

    /// The context is copied into each event, so it counts so many times: a small body must not become a large one.
    fn context(&self, events: usize) -> Result<Map<String, Json>> {
        let Some(raw) = self.context else { return Ok(Map::new()) };
        if raw.get().len().saturating_mul(events) > MOST_CONTEXT {
            return Err(Error::too_large(format!(
                "the context may have {MOST_CONTEXT} bytes, counted once for each event"
            )));
        }
        if depth(raw.get()) > DEEPEST {
            let message = format!("the context nests deeper than {DEEPEST} levels");
            return Err(Error::invalid_field("context", "too_deep", message));
        }
        let context: Map<String, Json> = field("context", "an object", Some(raw))?.unwrap_or_default();
        match context.iter().find_map(|(name, value)| nul::find(name, value)) {
            Some(path) => Err(Error::invalid_field(format!("context.{path}"), "nul_character", nul::MESSAGE)),
            None => Ok(context),
        }
    }
}

fn field<T: DeserializeOwned>(name: &str, kind: &str, raw: Option<&RawValue>) -> Result<Option<T>> {
    let wrong = |_| Error::invalid_field(name, "wrong_type", format!("{name} must be {kind}"));
    raw.map(|raw| serde_json::from_str(raw.get()).map_err(wrong)).transpose()
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::invalid(format!("the body cannot be read as a JSON object: {error}"))
}

/// The first `MOST_EVENTS` events and whether there are more; the rest is skipped without being kept.
struct Events<'a> {
    first: Vec<&'a RawValue>,
    more: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Events<'a> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Events<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut first = Vec::new();
                while first.len() < MOST_EVENTS {
                    let Some(event) = list.next_element()? else { return Ok(Events { first, more: false }) };
                    first.push(event);
                }
                let mut more = false;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Events { first, more })
            }
        }
        input.deserialize_seq(List)
    }
}

/// One event as an object, or why it cannot be one. `raw` is valid JSON text, but numbers and escapes are not yet read.
pub(super) fn event(raw: &RawValue) -> Result<Map<String, Json>, FieldError> {
    let wrong = |reason: &str, message: String| FieldError {
        index: None,
        field: String::new(),
        reason: reason.to_owned(),
        message,
    };
    let text = raw.get();
    if text.len() > LONGEST_EVENT {
        return Err(wrong("too_large", format!("the event has {} bytes; {LONGEST_EVENT} are allowed", text.len())));
    }
    if depth(text) > DEEPEST {
        return Err(wrong("too_deep", format!("the event nests deeper than {DEEPEST} levels")));
    }
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            wrong("wrong_type", "the event must be an object".to_owned())
        } else {
            wrong("malformed", format!("the event cannot be read: {error}"))
        }
    })
}

/// How deep lists and objects nest in valid JSON text; counted without recursion, before anything recursive reads it.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::ErrorKind;

    #[test]
    fn a_batch_keeps_its_events_as_text_and_shares_the_rest() {
        let body = r#"{"batch":[{"type":"track"},7],"sentAt":"2026-03-01T12:00:00Z","writeKey":"wk","context":{"library":{"name":"x"}}}"#;
        let envelope = Envelope::of_batch(body).unwrap();
        assert_eq!(envelope.events.iter().map(|event| event.get()).collect::<Vec<_>>(), [r#"{"type":"track"}"#, "7"]);
        assert_eq!(envelope.write_key.as_deref(), Some("wk"));
        assert_eq!(envelope.shared.sent_at.unwrap().to_string(), "2026-03-01T12:00:00Z");
        assert!(envelope.shared.context.contains_key("library"));
    }

    #[test]
    fn malformed_json_is_named_by_line_and_column() {
        let error = Envelope::of_batch("{\n \"batch\": [NaN]}").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.message.contains("line 2 column 12"), "{error}");
        for body in [
            "",
            "[]",
            "7",
            "null",
            "{\"batch\":[]} trailing",
            "{\"batch\":[}",
            "{\"batch\":{}}",
            "{}",
            "{\"batch\":[],\"batch\":[]}",
            "{\"batch\":[],\"writeKey\":7}",
        ] {
            assert_eq!(Envelope::of_batch(body).unwrap_err().kind, ErrorKind::Invalid, "{body}");
        }
    }

    #[test]
    fn ten_thousand_events_fit_and_one_more_does_not() {
        let body = |events: usize| format!("{{\"batch\":[{}]}}", vec!["{}"; events].join(","));
        assert_eq!(Envelope::of_batch(&body(MOST_EVENTS)).unwrap().events.len(), MOST_EVENTS);
        assert_eq!(Envelope::of_batch(&body(MOST_EVENTS + 1)).unwrap_err().kind, ErrorKind::TooLarge);
    }

    #[test]
    fn a_shared_context_counts_once_for_each_event() {
        let body = |events: usize, context: usize| {
            format!(r#"{{"batch":[{}],"context":{{"a":"{}"}}}}"#, vec!["{}"; events].join(","), "x".repeat(context))
        };
        assert_eq!(Envelope::of_batch(&body(1_000, 1_000)).unwrap().shared.context.len(), 1);
        assert_eq!(Envelope::of_batch(&body(1_000, 10_000)).unwrap_err().kind, ErrorKind::TooLarge);
        let error = Envelope::of_batch(r#"{"batch":[],"context":{"a":["\u0000"]}}"#).unwrap_err();
        assert_eq!((error.fields[0].field.as_str(), error.fields[0].reason.as_str()), ("context.a.0", "nul_character"));
    }

    #[test]
    fn one_bad_event_says_why_and_leaves_the_others_alone() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let long = format!(r#"{{"event":"{}"}}"#, "x".repeat(LONGEST_EVENT));
        let body = format!(r#"{{"batch":[{{"a":"\ud800"}},{{"a":1e400}},{deep},7,{long},{{"a":1,"a":2}}]}}"#);
        let envelope = Envelope::of_batch(&body).unwrap();
        let reasons: Vec<String> = envelope
            .events
            .iter()
            .map(|raw| event(raw).map_or_else(|error| error.reason, |event| event["a"].to_string()))
            .collect();
        assert_eq!(reasons, ["malformed", "malformed", "too_large", "wrong_type", "too_large", "2"]);
        let nested: Box<RawValue> = serde_json::from_str(&format!("{}{}", "[".repeat(65), "]".repeat(65))).unwrap();
        assert_eq!(event(&nested).unwrap_err().reason, "too_deep");
        let brackets: Box<RawValue> = serde_json::from_str(r#"{"a":"[[[\"[[["}"#).unwrap();
        assert_eq!((depth(brackets.get()), event(&brackets).is_ok()), (1, true));
    }
}
