//! The signal: an immutable, time-stamped fact about one customer at one touchpoint.

use base::{
    Amount, CustomerId, Field, SignalId, Timestamp,
    filter::{Column, Facts, Value},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// A logged signal. Fields as in the table of `docs/signals.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Signal {
    /// Its place in the log: ascending in the order of commits.
    pub seq: i64,
    /// UUIDv7; its time is `received_at`.
    #[schema(value_type = Uuid)]
    pub id: SignalId,
    /// Given by the client (or made by the source), at most 255 bytes; once within 7 days.
    pub message_id: String,
    /// When it happened, by the client's clock as corrected.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// When the server received it.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The customer it was logged for; `None` for a signal about nobody. Merges are applied when it is read.
    #[schema(value_type = Option<String>, required)]
    pub customer: Option<CustomerId>,
    /// snake_case, object_verb in the past: `order_completed`.
    pub kind: String,
    /// The rest of what was said.
    #[serde(flatten)]
    pub body: Body,
}

/// What a signal says beside who, when and what kind: the same before and after logging.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = SignalBody)]
pub struct Body {
    /// web, mobile, email, sms, chat, phone, social, review, store, device.
    pub channel: Option<String>,
    /// The named point of contact.
    pub touchpoint: Option<String>,
    /// The step of the journey.
    pub stage: Option<String>,
    /// Which source it came through.
    pub source: Option<String>,
    /// nps, csat, ces (effort), ces2 (agreement), stars, …
    pub scale: Option<String>,
    /// The answer on that scale; finite.
    pub score: Option<f64>,
    /// Money.
    #[schema(value_type = Option<String>, example = "129.9")]
    pub amount: Option<Amount>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The verbatim.
    pub text: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// −1 to 1.
    pub sentiment: Option<f64>,
    /// The strongest emotion's name.
    pub emotion: Option<String>,
    /// financial, security, physical.
    pub risk: Option<String>,
    /// Everything else, as sent.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub properties: Map<String, Json>,
}

/// A signal on its way to the log: parsed and valid, not yet recognised, numbered or stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// At most 255 bytes.
    pub message_id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who it was, in the order the source gives them.
    pub identities: Vec<Identity>,
    /// What became known about the customer; a null removes a trait.
    pub traits: Map<String, Json>,
    /// What happened.
    pub kind: String,
    /// The rest.
    #[serde(flatten)]
    pub body: Body,
}

/// A (kind, value) pair that points to a customer: `("user_id", "u-17")`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// `user_id`, `anonymous_id`, `email`, `phone`, `device`, or any other: `order`.
    pub kind: String,
    /// Normalised by the source, at most 255 bytes.
    pub value: String,
}

impl Facts for Signal {
    /// Columns and properties; a trait needs the customer beside it, so it is absent here.
    fn value(&self, field: &Field) -> Option<Value> {
        let text = |value: &Option<String>| value.clone().map(Value::Text);
        match field {
            Field::Column(column) => match column {
                Column::MessageId => Some(Value::Text(self.message_id.clone())),
                Column::OccurredAt => Some(Value::Time(self.occurred_at)),
                Column::ReceivedAt => Some(Value::Time(self.received_at)),
                Column::Customer => self.customer.map(|customer| Value::Text(customer.to_string())),
                Column::Kind => Some(Value::Text(self.kind.clone())),
                Column::Channel => text(&self.body.channel),
                Column::Touchpoint => text(&self.body.touchpoint),
                Column::Stage => text(&self.body.stage),
                Column::Source => text(&self.body.source),
                Column::Scale => text(&self.body.scale),
                Column::Score => self.body.score.map(Value::Number),
                Column::Amount => self.body.amount.map(|amount| Value::Number(amount.to_f64())),
                Column::Currency => text(&self.body.currency),
                Column::Text => text(&self.body.text),
                Column::Language => text(&self.body.language),
                Column::Sentiment => self.body.sentiment.map(Value::Number),
                Column::Emotion => text(&self.body.emotion),
                Column::Risk => text(&self.body.risk),
            },
            Field::Property(path) => property(&self.body.properties, path).and_then(scalar),
            Field::Trait(_) => None,
        }
    }
}

/// Follows a path through nested objects; keys that contain dots are reached by their parts only when nested.
fn property<'a>(properties: &'a Map<String, Json>, path: &[String]) -> Option<&'a Json> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(properties.get(first)?, |value, key| value.as_object()?.get(key))
}

/// A JSON scalar as a filter's value; null, lists and objects are absent.
pub fn scalar(value: &Json) -> Option<Value> {
    match value {
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => number.as_f64().map(Value::Number),
        Json::Bool(bool) => Some(Value::Bool(*bool)),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
