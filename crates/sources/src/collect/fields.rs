//! The fields of one event, taken out one by one with their types checked.

use base::{FieldError, Result};
use serde_json::{Map, Value as Json};

use crate::nul;

/// An event's fields that nobody has taken yet.
pub(super) struct Fields(Map<String, Json>);

/// An error about one field of the event at hand.
pub(super) fn wrong(field: impl Into<String>, reason: &str, message: impl Into<String>) -> FieldError {
    FieldError { index: None, field: field.into(), reason: reason.to_owned(), message: message.into() }
}

impl Fields {
    /// Refuses U+0000 anywhere, in names and in values: PostgreSQL cannot store it, and both databases take the same.
    pub(super) fn new(event: Map<String, Json>) -> Result<Self, FieldError> {
        match event.iter().find_map(|(name, value)| nul::find(name, value)) {
            Some(path) => Err(wrong(path, "nul_character", nul::MESSAGE)),
            None => Ok(Self(event)),
        }
    }

    /// A field as it is; `None` when absent or null.
    pub(super) fn take(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// Text of at most `longest` bytes; a number counts as its digits. `None` when absent, null or blank.
    pub(super) fn text(&mut self, name: &str, longest: usize) -> Result<Option<String>, FieldError> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Json::String(text)) => text,
            Some(Json::Number(number)) => number.to_string(),
            Some(_) => return Err(wrong(name, "wrong_type", format!("{name} must be text"))),
        };
        if text.len() > longest {
            return Err(wrong(name, "too_long", format!("{name} may have {longest} bytes")));
        }
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    /// An object; empty when absent or null.
    pub(super) fn object(&mut self, name: &str) -> Result<Map<String, Json>, FieldError> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Json::Object(object)) => Ok(object),
            Some(_) => Err(wrong(name, "wrong_type", format!("{name} must be an object"))),
        }
    }
}
