//! Fields in their text form: `score`, `properties.address.city`, `customer."favourite shop"`.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::{
    Column, Field, Type,
    lex::{Lexer, Token, is_plain},
};
use crate::{Error, Result, nearest};

impl Field {
    /// The longest text form that is read, in bytes.
    pub const LONGEST: usize = 1_024;

    /// The type of its values.
    pub fn kind(&self) -> Type {
        match self {
            Self::Column(column) => column.kind(),
            Self::Property(_) | Self::Trait(_) => Type::Any,
        }
    }

    /// The trait's name, if it is one.
    pub fn as_trait(&self) -> Option<&str> {
        match self {
            Self::Trait(name) => Some(name),
            Self::Column(_) | Self::Property(_) => None,
        }
    }

    /// Reads a column's name, `properties.NAME` or `customer.TRAIT`; an unknown name is answered with the nearest known.
    pub fn parse(text: &str) -> Result<Self> {
        let (field, rest) = Self::parse_front(text)?;
        match rest.trim() {
            "" => Ok(field),
            more => Err(Error::invalid_field(text, "syntax", format!("'{more}' follows the field {field}"))),
        }
    }

    /// Reads a field from the front of a text and returns what follows it.
    pub fn parse_front(text: &str) -> Result<(Self, &str)> {
        let mut lexer = Lexer::new(text);
        match lexer.next()? {
            (start, Token::Path(parts)) => Ok((Self::from_parts(&lexer, start, parts)?, lexer.rest())),
            (start, other) => {
                Err(lexer.error(start, "field", "syntax", format!("a field is expected here, not {}", other.shown())))
            }
        }
    }

    pub(super) fn from_parts(lexer: &Lexer, start: usize, parts: Vec<String>) -> Result<Self> {
        let name = parts.join(".");
        let wrong = |reason: &str, message: String| Err(lexer.error(start, &name, reason, message));
        if name.len() > Self::LONGEST {
            return wrong("too_long", format!("a field is at most {} bytes long", Self::LONGEST));
        }
        if name.contains('\0') {
            return wrong("syntax", "a field cannot contain the character NUL".to_owned());
        }
        let mut rest = parts.into_iter();
        let first = rest.next().unwrap_or_default();
        let path: Vec<String> = rest.collect();
        match (first.as_str(), path.len()) {
            ("properties", 1..) => Ok(Self::Property(path)),
            ("customer", 1) => Ok(Self::Trait(path.concat())),
            ("customer", 2..) => {
                let quoted = path.join(".");
                wrong(
                    "unknown_field",
                    format!("a trait has one name; if its name has a dot, write customer.\"{quoted}\""),
                )
            }
            (_, 0) => match Column::ALL.iter().find(|column| column.name() == first) {
                Some(column) => Ok(Self::Column(*column)),
                None => wrong("unknown_field", unknown(&first)),
            },
            _ => wrong("unknown_field", unknown(&first)),
        }
    }
}

/// Says that there is no such field, and what may have been meant.
fn unknown(name: &str) -> String {
    let known = Column::ALL.iter().map(|column| column.name()).chain(["properties"]);
    match nearest(name, known) {
        Some("properties") => format!("there is no field '{name}'; did you mean 'properties.NAME'?"),
        Some(known) => format!("there is no field '{name}'; did you mean '{known}'?"),
        None => {
            let shown: String = name.chars().take(60).collect();
            format!("there is no field '{shown}'; write a column, properties.{shown} or customer.{shown}")
        }
    }
}

impl From<Column> for Field {
    fn from(column: Column) -> Self {
        Self::Column(column)
    }
}

impl fmt::Display for Field {
    /// The text form that `Field::parse` reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, part: &str| match is_plain(part) {
            true => write!(f, ".{part}"),
            false => write!(f, ".\"{}\"", part.replace('"', "\"\"")),
        };
        match self {
            Self::Column(column) => f.write_str(column.name()),
            Self::Property(path) => {
                f.write_str("properties")?;
                path.iter().try_for_each(|name| part(f, name))
            }
            Self::Trait(name) => {
                f.write_str("customer")?;
                part(f, name)
            }
        }
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}
