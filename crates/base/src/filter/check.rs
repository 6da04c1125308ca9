//! What makes a filter valid: its size, its shape and the types of its constants. Every filter read from outside passes.

use super::{Field, Filter, Test, Type, Value};
use crate::{CustomerId, Error, Result, Timestamp, Zone};

impl Filter {
    /// The longest text or JSON form that is read, in bytes.
    pub const LONGEST: usize = 64 * 1024;
    /// How deep `and`, `or` and `not` may be nested.
    pub const DEEPEST: usize = 32;
    /// How many tests a filter may hold.
    pub const MOST_TESTS: usize = 1_000;

    /// The same filter in its normal form (no `and` directly in an `and`, no `or` in an `or`, neither of a single one),
    /// with its constants as its fields' types want them; or what is wrong with it.
    pub fn checked(self) -> Result<Self> {
        let filter = self.normal()?;
        if filter.depth() > Self::DEEPEST {
            return Err(wrong("filter", "too_deep", format!("a filter is nested at most {} deep", Self::DEEPEST)));
        }
        if filter.tests() > Self::MOST_TESTS {
            return Err(wrong("filter", "too_many", format!("a filter holds at most {} tests", Self::MOST_TESTS)));
        }
        Ok(filter)
    }

    fn normal(self) -> Result<Self> {
        Ok(match self {
            Self::All => Self::All,
            Self::Not(inner) => Self::Not(Box::new(inner.normal()?)),
            Self::Is(field, test) => {
                let test = test.checked(&field, Zone::UTC)?;
                Self::Is(field, test)
            }
            Self::And(parts) => {
                let flat = flattened(parts, |part| match part {
                    Self::And(inner) => Ok(inner),
                    other => Err(other),
                })?;
                single(flat).unwrap_or_else(|flat| if flat.is_empty() { Self::All } else { Self::And(flat) })
            }
            Self::Or(parts) => {
                let flat = flattened(parts, |part| match part {
                    Self::Or(inner) => Ok(inner),
                    other => Err(other),
                })?;
                single(flat).unwrap_or_else(Self::Or)
            }
        })
    }

    fn depth(&self) -> usize {
        match self {
            Self::All | Self::Is(..) => 0,
            Self::Not(inner) => 1 + inner.depth(),
            Self::And(parts) | Self::Or(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
        }
    }

    fn tests(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Is(..) => 1,
            Self::Not(inner) => inner.tests(),
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::tests).sum(),
        }
    }
}

/// The normal forms of `parts`, with those opened up that `open` recognises as being of the same kind.
fn flattened(parts: Vec<Filter>, open: impl Fn(Filter) -> Result<Vec<Filter>, Filter>) -> Result<Vec<Filter>> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match open(part.normal()?) {
            Ok(inner) => flat.extend(inner),
            Err(other) => flat.push(other),
        }
    }
    Ok(flat)
}

fn single(mut parts: Vec<Filter>) -> Result<Filter, Vec<Filter>> {
    if parts.len() == 1 { parts.pop().ok_or(parts) } else { Err(parts) }
}

impl Test {
    /// The same test with its constants as the field's type wants them. Times without an offset are local to `zone`.
    pub(super) fn checked(self, field: &Field, zone: Zone) -> Result<Self> {
        let kind = field.kind();
        match self {
            Self::Present => Ok(Self::Present),
            Self::OneOf(values) if values.is_empty() => {
                Err(wrong(field, "missing", format!("{field} needs at least one value to be held against")))
            }
            Self::OneOf(values) => {
                Ok(Self::OneOf(values.into_iter().map(|value| value.for_field(field, zone)).collect::<Result<_>>()?))
            }
            Self::Ordered(..) if kind == Type::Customer => Err(wrong(field, "wrong_type", "customers have no order")),
            Self::Ordered(_, Value::Bool(_)) => {
                Err(wrong(field, "wrong_type", format!("{field} is compared with true or false, which have no order")))
            }
            Self::Ordered(order, value) => Ok(Self::Ordered(order, value.for_field(field, zone)?)),
            Self::Contains(_) | Self::StartsWith(_) if !matches!(kind, Type::Text | Type::Any) => Err(wrong(
                field,
                "wrong_type",
                format!("{field} is {}, not text that could contain something", kind.article()),
            )),
            Self::Contains(text) => Ok(Self::Contains(storable(field, text)?)),
            Self::StartsWith(text) => Ok(Self::StartsWith(storable(field, text)?)),
        }
    }
}

impl Value {
    /// The customer whose number this is, written as a number or as text.
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Text(text) => text.parse().ok(),
            // Above 2^53 a float no longer tells neighbouring numbers apart.
            Self::Number(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
                Some(CustomerId(*number as i64))
            }
            _ => None,
        }
    }

    /// This constant as the field's type wants it.
    fn for_field(self, field: &Field, zone: Zone) -> Result<Self> {
        let kind = field.kind();
        let mismatch = |value: &Self| {
            wrong(
                field,
                "wrong_type",
                format!("{field} is {}; it cannot be compared with {}", kind.article(), value.article()),
            )
        };
        match (kind, self) {
            (Type::Text | Type::Any, Self::Text(text)) => Ok(Self::Text(storable(field, text)?)),
            (Type::Number | Type::Any, Self::Number(number)) if number.is_finite() => Ok(Self::Number(number)),
            (Type::Any, Self::Bool(bool)) => Ok(Self::Bool(bool)),
            (Type::Time, Self::Time(at)) => Ok(Self::Time(at)),
            (Type::Time, Self::Text(text)) => match Timestamp::parse(&text, zone) {
                Ok(at) => Ok(Self::Time(at)),
                Err(error) => Err(wrong(field, "wrong_type", format!("{field} is a time: {error}"))),
            },
            (Type::Customer, value) => match value.customer() {
                Some(customer) => Ok(Self::Text(customer.to_string())),
                None => Err(mismatch(&value)),
            },
            (_, value) => Err(mismatch(&value)),
        }
    }

    fn article(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Number(number) if number.is_finite() => "a number",
            Self::Number(_) => "a number that is not finite",
            Self::Time(_) => "a time",
            Self::Text(_) => "text",
        }
    }
}

impl Type {
    fn article(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Time => "a time",
            Self::Customer => "a customer's number",
            Self::Any => "text, a number, or true or false",
        }
    }
}

/// PostgreSQL cannot hold NUL in text, so no stored value has one either.
fn storable(field: &Field, text: String) -> Result<String> {
    match text.contains('\0') {
        true => {
            Err(wrong(field, "wrong_type", format!("{field} is compared with text that contains the character NUL")))
        }
        false => Ok(text),
    }
}

fn wrong(field: impl std::fmt::Display, reason: &str, message: impl Into<String>) -> Error {
    Error::invalid_field(field.to_string(), reason, message)
}
