//! Writes a filter in the text form that `Filter::parse` reads back.

use std::fmt::{self, Display, Formatter};

use super::{Field, Filter, Order, Test, Value};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::And(parts) if parts.is_empty() => f.write_str("all"),
            Self::Or(parts) if parts.is_empty() => f.write_str("none"),
            Self::And(parts) => joined(f, parts, Self::is_joined, " and "),
            Self::Or(parts) => joined(f, parts, Self::is_joined, " or "),
            Self::Is(field, test) => write_test(f, field, test),
            Self::Not(inner) => match inner.as_ref() {
                Self::Is(field, Test::Present) => write!(f, "{field} is null"),
                Self::Is(field, Test::OneOf(values)) => match values.as_slice() {
                    [value] => write!(f, "{field} != {}", Constant(value)),
                    _ => write!(f, "{field} not in ({})", Constants(values)),
                },
                other => write!(f, "not ({other})"),
            },
        }
    }
}

impl Filter {
    fn is_joined(&self) -> bool {
        matches!(self, Self::And(parts) | Self::Or(parts) if !parts.is_empty())
    }
}

/// Parts that are themselves joined stand in parentheses, so that nobody needs to know which of the two binds closer.
pub(super) fn joined<T: Display>(
    f: &mut Formatter<'_>,
    parts: &[T],
    is_joined: fn(&T) -> bool,
    word: &str,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        if is_joined(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

fn write_test(f: &mut Formatter<'_>, field: &Field, test: &Test) -> fmt::Result {
    match test {
        Test::Present => write!(f, "{field} is not null"),
        Test::OneOf(values) => match values.as_slice() {
            [value] => write!(f, "{field} = {}", Constant(value)),
            _ => write!(f, "{field} in ({})", Constants(values)),
        },
        Test::Ordered(order, value) => write!(f, "{field} {order} {}", Constant(value)),
        Test::Contains(text) => write!(f, "{field} contains {}", Quoted(text)),
        Test::StartsWith(text) => write!(f, "{field} starts with {}", Quoted(text)),
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        })
    }
}

pub(super) struct Constant<'a>(pub(super) &'a Value);

impl Display for Constant<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Bool(bool) => write!(f, "{bool}"),
            // Beyond 2^53 the plain form would be a long row of zeros.
            Value::Number(number) if number.abs() < 9e15 && number.fract() == 0.0 => write!(f, "{number}"),
            Value::Number(number) => write!(f, "{number:?}"),
            Value::Time(at) => write!(f, "'{at}'"),
            Value::Text(text) => Quoted(text).fmt(f),
        }
    }
}

struct Constants<'a>(&'a [Value]);

impl Display for Constants<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, value) in self.0.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{}", Constant(value))?;
        }
        Ok(())
    }
}

pub(super) struct Quoted<'a>(pub(super) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}
