//! Evaluates an audience in memory against what is known of one customer, and says when time alone may change the answer.

use super::{Audience, Behaviour, Figure, Omission, Span};
use crate::{
    CustomerId, Field, Filter, Timestamp,
    filter::{Facts, Test, Value},
};

/// What is known of one customer.
pub trait Life {
    /// One of their signals; a filter may ask it for the customer's traits too.
    type Signal: Facts;

    /// Their number, merges taken into account.
    fn customer(&self) -> CustomerId;

    /// One of their traits; `None` when absent, an object or a list.
    fn own(&self, name: &str) -> Option<Value>;

    /// Their signals with the moment of each, those that happened first first; of one moment in the order of the log.
    fn signals(&self) -> &[(Timestamp, Self::Signal)];

    /// Whether they are in the segment with this id.
    fn is_member(&self, segment: &str) -> bool;
}

impl Audience {
    /// Whether a customer is in it at a moment.
    pub fn holds<L: Life>(&self, life: &L, now: Timestamp) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.holds(life, now)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(life, now)),
            Self::Not(inner) => !inner.holds(life, now),
            Self::Trait(name, test) => {
                life.own(name).is_some_and(|value| test.passes(&Field::Trait(name.clone()), &value))
            }
            Self::Did(behaviour) => behaviour.holds(behaviour.figure(life, now)),
            Self::Omitted(omission) => omission.holds(life, now),
            Self::Member(id) => life.is_member(id),
            Self::Random(share) => share.takes(life.customer()),
        }
    }

    /// The next moment after `now` at which the answer may be another one although nothing happens until then, apart from
    /// who is in the segments that it names.
    pub fn due<L: Life>(&self, life: &L, now: Timestamp) -> Option<Timestamp> {
        let mut next = None;
        self.leaves(&mut |leaf| {
            let (filter, spans) = match leaf {
                Self::Did(behaviour) => (&behaviour.of, [behaviour.within, None]),
                Self::Omitted(omission) => (&omission.cause, [omission.within, Some(omission.patience)]),
                _ => return,
            };
            for at in moments(life, filter) {
                let ends = spans.iter().flatten().map(|span| at.plus(span.micros()));
                next = ends.filter(|end| *end > now).chain(next).min();
            }
        });
        next
    }
}

impl Behaviour {
    /// What the test is of; `None` is the last of nothing.
    fn figure<L: Life>(&self, life: &L, now: Timestamp) -> Option<f64> {
        let counted = life.signals().iter().filter(|(at, _)| recent(self.within, *at, now));
        let counted = counted.map(|(_, signal)| signal).filter(|signal| self.of.matches(*signal));
        let number = |signal: &L::Signal, field: &Field| match signal.value(field) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        match &self.figure {
            Figure::Count => Some(counted.count() as f64),
            Figure::Sum(field) => {
                let parts = counted.filter_map(|signal| number(signal, field)).map(|number| self.figure.part(number));
                Some(parts.sum::<f64>() / self.figure.parts())
            }
            Figure::Last(field) => counted.rev().find_map(|signal| number(signal, field)),
        }
    }

    /// Whether a customer with this figure passes; `None` is the last of nothing.
    pub fn holds(&self, figure: Option<f64>) -> bool {
        let number = |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
        figure.is_some_and(|figure| match &self.test {
            Test::OneOf(wanted) => wanted.iter().filter_map(number).any(|wanted| wanted == figure),
            Test::Ordered(order, bound) => {
                number(bound).and_then(|bound| figure.partial_cmp(&bound)).is_some_and(|found| order.holds(found))
            }
            // No comparison is read as one of these.
            Test::Present | Test::Contains(_) | Test::StartsWith(_) => false,
        })
    }
}

impl Omission {
    fn holds<L: Life>(&self, life: &L, now: Timestamp) -> bool {
        let done: Vec<Timestamp> = moments(life, &self.omitted).collect();
        moments(life, &self.cause).any(|at| {
            let end = at.plus(self.patience.micros());
            let next = done.get(done.partition_point(|done| *done < at));
            recent(self.within, at, now) && end <= now && next.is_none_or(|next| *next > end)
        })
    }
}

/// When signals that pass a filter happened, in order.
fn moments<L: Life>(life: &L, filter: &Filter) -> impl Iterator<Item = Timestamp> {
    life.signals().iter().filter(|(_, signal)| filter.matches(signal)).map(|(at, _)| *at)
}

/// Whether a moment is in the span that ends now. It is no more once the whole span has passed.
fn recent(within: Option<Span>, at: Timestamp, now: Timestamp) -> bool {
    within.is_none_or(|span| at.plus(span.micros()) > now)
}
