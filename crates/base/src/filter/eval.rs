//! Evaluates a filter in memory against one signal, with the semantics that `filter` states.

use std::{cmp::Ordering, collections::BTreeSet};

use super::{Column, Facts, Field, Filter, Order, Test, Value};

impl Filter {
    /// Whether these facts pass; never unknown, because a test of an absent value is false.
    pub fn matches<F: Facts + ?Sized>(&self, facts: &F) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.matches(facts)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(facts)),
            Self::Not(inner) => !inner.matches(facts),
            Self::Is(field, test) => facts.value(field).is_some_and(|value| test.passes(field, &value)),
        }
    }

    /// Both: what passes this filter and the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, filter) | (filter, Self::All) => filter,
            (Self::And(mut parts), Self::And(more)) => {
                parts.extend(more);
                Self::And(parts)
            }
            (Self::And(mut parts), other) => {
                parts.push(other);
                Self::And(parts)
            }
            (filter, Self::And(more)) => Self::And(std::iter::once(filter).chain(more).collect()),
            (filter, other) => Self::And(vec![filter, other]),
        }
    }

    /// Every field it tests, each once.
    pub fn fields(&self) -> BTreeSet<&Field> {
        let mut fields = BTreeSet::new();
        self.collect_fields(&mut fields);
        fields
    }

    /// Every trait of the customer it tests, each once.
    pub fn traits(&self) -> BTreeSet<&str> {
        self.fields().into_iter().filter_map(Field::as_trait).collect()
    }

    fn collect_fields<'a>(&'a self, into: &mut BTreeSet<&'a Field>) {
        match self {
            Self::All => {}
            Self::Not(inner) => inner.collect_fields(into),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.collect_fields(into)),
            Self::Is(field, _) => {
                into.insert(field);
            }
        }
    }
}

impl Test {
    pub(super) fn passes(&self, field: &Field, value: &Value) -> bool {
        match self {
            Self::Present => true,
            Self::OneOf(wanted) if *field == Field::Column(Column::Customer) => {
                value.customer().is_some_and(|customer| wanted.iter().any(|wanted| wanted.customer() == Some(customer)))
            }
            Self::OneOf(wanted) => wanted.iter().any(|wanted| compare(value, wanted) == Some(Ordering::Equal)),
            Self::Ordered(..) if matches!(value, Value::Bool(_)) => false,
            Self::Ordered(order, bound) => compare(value, bound).is_some_and(|found| order.holds(found)),
            Self::Contains(part) => matches!(value, Value::Text(text) if contains(text, part)),
            Self::StartsWith(start) => matches!(value, Value::Text(text) if starts_with(text.as_bytes(), start)),
        }
    }
}

impl Order {
    pub(super) fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Below => found.is_lt(),
            Self::AtMost => found.is_le(),
            Self::Above => found.is_gt(),
            Self::AtLeast => found.is_ge(),
        }
    }
}

/// The order of two values of one type; values of different types are neither equal nor ordered.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        _ => None,
    }
}

/// Valid UTF-8 is found in valid UTF-8 only where characters begin, so bytes may be compared.
fn contains(text: &str, part: &str) -> bool {
    (0..=text.len()).any(|start| text.as_bytes().get(start..).is_some_and(|rest| starts_with(rest, part)))
}

fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start.as_bytes()))
}
