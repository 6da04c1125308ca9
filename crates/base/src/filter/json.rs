//! The JSON form of a filter: serde's, checked while it is read, so that no unchecked filter comes in from outside.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Filter, Value};
use crate::{Error, Result};

impl Filter {
    /// Reads the JSON form: `{"and":[{"is":["kind",{"one_of":["review_posted"]}]},{"not":{"is":["score","present"]}}]}`.
    pub fn from_json(text: &str) -> Result<Self> {
        if text.len() > Self::LONGEST {
            let message = format!("a filter is at most {} bytes long", Self::LONGEST);
            return Err(Error::invalid_field("filter", "too_long", message));
        }
        serde_json::from_str(text).map_err(|error| Error::invalid_field("filter", "syntax", error.to_string()))
    }
}

// `#[serde(remote = "Self")]` on the type derives these two as inherent functions, so that reading can check.
impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, out)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::deserialize(input)?.checked().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Value {
    /// A JSON scalar. Text stays text here: only the field it is held against knows whether it is a time.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl serde::de::Visitor<'_> for Scalar {
            type Value = Value;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("text, a number, or true or false")
            }

            fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
                Ok(Value::Bool(bool))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }
        }

        input.deserialize_any(Scalar)
    }
}
