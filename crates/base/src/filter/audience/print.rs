//! Writes an audience in the text form that `Audience::parse` reads back.

use std::fmt::{self, Display, Formatter};

use super::{Audience, Behaviour, Figure, Omission, Share, Span};
use crate::{
    Field, Filter,
    filter::{
        Test,
        print::{Constant, Quoted, joined},
    },
};

impl Display for Audience {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::And(parts) if parts.is_empty() => f.write_str("all"),
            Self::Or(parts) if parts.is_empty() => f.write_str("none"),
            Self::And(parts) => joined(f, parts, Self::is_joined, " and "),
            Self::Or(parts) => joined(f, parts, Self::is_joined, " or "),
            Self::Not(inner) => match inner.as_ref() {
                Self::Trait(name, test) => {
                    let test = Filter::Is(Field::Trait(name.clone()), test.clone());
                    Filter::Not(Box::new(test)).fmt(f)
                }
                other => write!(f, "not ({other})"),
            },
            Self::Trait(name, test) => Filter::Is(Field::Trait(name.clone()), test.clone()).fmt(f),
            Self::Did(behaviour) => behaviour.fmt(f),
            Self::Omitted(omission) => omission.fmt(f),
            Self::Member(id) => write!(f, "member of {}", Quoted(id)),
            Self::Random(Share { draw, from, to }) => write!(f, "random {} from {from} to {to}", Quoted(draw)),
        }
    }
}

impl Audience {
    fn is_joined(&self) -> bool {
        matches!(self, Self::And(parts) | Self::Or(parts) if !parts.is_empty())
    }
}

impl Display for Behaviour {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let of = &self.of;
        match &self.figure {
            Figure::Count => write!(f, "count({of})")?,
            Figure::Sum(field) => write!(f, "sum({field} where {of})")?,
            Figure::Last(field) => write!(f, "last({field} where {of})")?,
        }
        match &self.test {
            Test::Ordered(order, value) => write!(f, " {order} {}", Constant(value))?,
            Test::OneOf(values) => values.iter().try_for_each(|value| write!(f, " = {}", Constant(value)))?,
            // No comparison is read as one of these.
            Test::Present | Test::Contains(_) | Test::StartsWith(_) => {}
        }
        within(f, self.within)
    }
}

impl Display for Omission {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "no ({}) within {} after ({})", self.omitted, self.patience, self.cause)?;
        within(f, self.within)
    }
}

fn within(f: &mut Formatter<'_>, span: Option<Span>) -> fmt::Result {
    span.map_or(Ok(()), |span| write!(f, " in {span}"))
}

impl Display for Span {
    /// In the greatest unit up to days of which it is a whole number.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let whole = Self::UNITS.iter().skip(1).find(|(_, micros)| self.0 % micros == 0);
        let (unit, micros) = whole.unwrap_or(&Self::UNITS[3]);
        let number = self.0 / micros;
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "{number} {unit}{plural}")
    }
}
