//! Audiences: the filter language about customers instead of signals. A segment is a named one.
//!
//! The words and the signs are those of a filter, and what a customer did is told by filters of signals in parentheses.
//! What never happened was counted 0 times and sums up to 0; there is no last of it, so every test of that is false.

mod eval;
mod parse;
mod print;
#[cfg(test)]
mod tests;

use super::{Column, Field, Filter, Test};
use crate::{CustomerId, Timestamp};

pub use eval::Life;

/// A condition on one customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Audience {
    /// Everybody.
    #[default]
    All,
    /// Every one of these; of none, everybody.
    And(Vec<Audience>),
    /// At least one of these; of none, nobody.
    Or(Vec<Audience>),
    /// The complement.
    Not(Box<Audience>),
    /// A trait passes a test.
    Trait(String, Test),
    /// What they did.
    Did(Behaviour),
    /// What they did not do after something else.
    Omitted(Omission),
    /// They are in another segment, which is named by its id.
    Member(String),
    /// They are drawn.
    Random(Share),
}

/// One figure of a customer's signals, held against a number: `count(kind = 'order_completed') >= 2 in 90 days`.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// What is taken of the signals.
    pub figure: Figure,
    /// Of which signals.
    pub of: Filter,
    /// Of the last so long, beginning after the moment that is exactly so long ago; without it of all times.
    pub within: Option<Span>,
    /// What the figure must pass: a test of numbers.
    pub test: Test,
}

/// What is taken of a customer's signals.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// How many they are.
    Count,
    /// The sum of a number over them.
    Sum(Field),
    /// The number on the one that happened last, of those that have it.
    Last(Field),
}

/// Something was done, and something else not soon after:
/// `no (kind = 'order_completed') within 1 day after (touchpoint = 'checkout')`.
///
/// It holds from the end of that time on, if none of what was omitted happened from the moment of the cause to that end.
#[derive(Clone, Debug, PartialEq)]
pub struct Omission {
    /// What was not done.
    pub omitted: Filter,
    /// For how long.
    pub patience: Span,
    /// After which signals.
    pub cause: Filter,
    /// Of the last so long; without it of all times.
    pub within: Option<Span>,
}

/// A length of time: whole minutes, at most ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(i64);

/// A part of all customers by a draw that never changes: `random 'spring' from 0 to 10` is a tenth of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Each name is a draw of its own.
    pub draw: String,
    /// Percent, inclusive.
    pub from: f64,
    /// Percent, exclusive.
    pub to: f64,
}

impl Audience {
    /// Calls `each` for every condition in it that is not made of others.
    pub fn leaves<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.leaves(each)),
            Self::Not(inner) => inner.leaves(each),
            leaf => each(leaf),
        }
    }

    /// The ids of the segments it names.
    pub fn segments(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        self.leaves(&mut |leaf| {
            if let Self::Member(id) = leaf {
                ids.push(id.as_str());
            }
        });
        ids
    }

    /// The traits it tests, of the customer themself and beside their signals.
    pub fn traits(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.leaves(&mut |leaf| match leaf {
            Self::Trait(name, _) => names.push(name.clone()),
            Self::Did(Behaviour { figure, of, .. }) => {
                names.extend(of.traits().into_iter().map(str::to_owned));
                names.extend(figure.field().and_then(Field::as_trait).map(str::to_owned));
            }
            Self::Omitted(omission) => {
                let filters = [&omission.omitted, &omission.cause];
                names.extend(filters.iter().flat_map(|filter| filter.traits()).map(str::to_owned));
            }
            _ => {}
        });
        names
    }
}

impl Figure {
    /// The number that is taken of each signal, if one is.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Self::Count => None,
            Self::Sum(field) | Self::Last(field) => Some(field),
        }
    }

    /// In how many parts a one is summed: money in ten-thousandths, which are whole, so that no sum of it depends on the
    /// order in which it is taken.
    pub fn parts(&self) -> f64 {
        if *self == Self::Sum(Field::Column(Column::Amount)) { 10_000.0 } else { 1.0 }
    }

    /// A number in those parts.
    pub fn part(&self, number: f64) -> f64 {
        let parts = self.parts();
        if parts == 1.0 { number } else { (number * parts).round() }
    }
}

impl Span {
    const MINUTE: i64 = 60 * Timestamp::SECOND;
    const UNITS: [(&'static str, i64); 4] =
        [("week", 7 * Timestamp::DAY), ("day", Timestamp::DAY), ("hour", Timestamp::HOUR), ("minute", Self::MINUTE)];
    const LONGEST: i64 = 3_653 * Timestamp::DAY;

    /// In microseconds.
    pub fn micros(self) -> i64 {
        self.0
    }
}

impl Share {
    /// Whether this customer is drawn: by the 64-bit FNV-1a hash of the draw's name and the customer's number, in 10,000
    /// equal parts.
    pub fn takes(&self, customer: CustomerId) -> bool {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let bytes = self.draw.bytes().chain(customer.0.to_be_bytes());
        let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
        // The low bits of neighbouring numbers resemble each other; this is the finishing step of SplitMix64.
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let place = ((hash ^ (hash >> 31)) % 10_000) as f64 / 100.0;
        (self.from..self.to).contains(&place)
    }
}
