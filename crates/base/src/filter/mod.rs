//! The one filter language: segments, metrics, workflow conditions, survey targeting and experiment audiences share it.
//!
//! A filter is data (a JSON tree) with a short text form. It is checked against the list of fields when it is read, so
//! that whatever holds a `Filter` may compile it: to the relational store, to the lake, or evaluate it in memory.
//! A property test holds the three together.
//!
//! Semantics, the same everywhere: a filter is true or false, never unknown. A test of an absent value is false, so
//! `not (plan = 'pro')` and `plan != 'pro'` are true for a signal without a plan. Values of different types are never
//! equal and never ordered. Text compares byte by byte; `contains` and `starts with` let ASCII letters match in either
//! case. Numbers compare as 64-bit floats.

mod audience;
mod check;
mod eval;
mod field;
mod json;
mod lex;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use audience::{Audience, Behaviour, Figure, Life, Omission, Share, Span};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A condition on one signal and the customer behind it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Every one of these; of none, everything.
    And(Vec<Filter>),
    /// At least one of these; of none, nothing.
    Or(Vec<Filter>),
    /// The complement.
    Not(Box<Filter>),
    /// One field passes one test.
    Is(Field, Test),
}

/// What a field's value is held against. A test of an absent value is false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The value is there.
    Present,
    /// Same type and equal to one of these.
    OneOf(Vec<Value>),
    /// Same type and ordered so against this.
    Ordered(Order, Value),
    /// Text that contains this, ASCII letters in either case.
    Contains(String),
    /// Text that starts with this, ASCII letters in either case.
    StartsWith(String),
}

/// An ordering between the field's value (left) and a constant (right).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// A constant, or the value of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false; only properties and traits hold these.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A moment; written as RFC 3339. Only columns of type time hold these.
    Time(Timestamp),
    /// Text. (A text that reads as a moment is turned into one only where the field is a time.)
    Text(String),
}

/// What can be asked of a signal: one of its columns, a property, or a trait of its customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A field that every signal has room for.
    Column(Column),
    /// `properties.plan`, `properties.address.city`: a path into the signal's properties.
    Property(Vec<String>),
    /// `customer.state`: a trait of the customer, merges taken into account.
    Trait(String),
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// 64-bit float.
    Number,
    /// Microseconds UTC.
    Time,
    /// A customer's number.
    Customer,
    /// Whatever JSON scalar was sent: text, number or bool.
    Any,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $kind:ident),+ $(,)?) => {
        /// The allow-list: the columns of a signal that may be filtered and grouped by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column {
            $($(#[$doc])* $variant),+
        }

        impl Column {
            /// All of them, in the order of the table in `docs/signals.md`.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in filters, on the wire, in the relational store and in the lake.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The type of its values.
            pub fn kind(self) -> Type {
                match self { $(Self::$variant => Type::$kind),+ }
            }
        }
    };
}

columns! {
    /// The client's id of the signal.
    MessageId = "message_id": Text,
    /// When it happened.
    OccurredAt = "occurred_at": Time,
    /// When the server received it.
    ReceivedAt = "received_at": Time,
    /// Who it was, merges taken into account.
    Customer = "customer": Customer,
    /// What happened: `order_completed`.
    Kind = "kind": Text,
    /// web, mobile, email, …
    Channel = "channel": Text,
    /// The named point of contact.
    Touchpoint = "touchpoint": Text,
    /// The step of the customer's journey.
    Stage = "stage": Text,
    /// Which source it came through.
    Source = "source": Text,
    /// nps, csat, ces, stars, …
    Scale = "scale": Text,
    /// The answer on that scale.
    Score = "score": Number,
    /// Money.
    Amount = "amount": Number,
    /// ISO 4217.
    Currency = "currency": Text,
    /// The verbatim.
    Text = "text": Text,
    /// BCP 47 language of the verbatim.
    Language = "language": Text,
    /// −1 to 1.
    Sentiment = "sentiment": Number,
    /// The strongest emotion's name.
    Emotion = "emotion": Text,
    /// financial, security, physical.
    Risk = "risk": Text,
}

/// What a filter is evaluated against in memory: one signal together with its customer's traits.
pub trait Facts {
    /// The field's value; `None` when absent, JSON null, an object or a list.
    fn value(&self, field: &Field) -> Option<Value>;
}
