//! People: who can log in.

pub(crate) mod change;
pub(crate) mod http;
pub(crate) mod store;

use base::{EmailAddress, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody who can log in, in whatever workspaces they are a member.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// Where mail reaches them, and what they log in with.
    #[schema(value_type = String, format = "email", example = "ada@example.com")]
    pub email: EmailAddress,
    /// What others call them.
    #[schema(value_type = String, example = "Ada Lovelace")]
    pub name: Name,
    /// Since when.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// Since when they cannot log in, if they cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub disabled_at: Option<Timestamp>,
}

/// A name that others read: one line of 1 to 100 characters, in Unicode's form NFC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    const MOST: usize = 100;

    /// Reads one.
    pub fn new(text: &str) -> Result<Self> {
        let text: String = text.trim().nfc().collect();
        let length = text.chars().count();
        if !(1..=Self::MOST).contains(&length) || text.contains(is_invisible) {
            return Err(Error::invalid_field("name", "length", "a name has 1 to 100 characters on one line"));
        }
        Ok(Self(text))
    }

    /// As people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and those that turn the direction of what follows them in somebody else's list.
fn is_invisible(char: char) -> bool {
    char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_readable_line() {
        assert_eq!(Name::new("  Ren\u{65}\u{301}e  ").unwrap().as_str(), "Ren\u{e9}e");
        for wrong in ["", "   ", "a\nb", "a\u{0}b", "evil\u{202e}eman", &"x".repeat(101)] {
            assert!(Name::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
