//! What one condition about behaviour comes to for every customer, taken in signal by signal in any order.

use base::{
    Timestamp,
    filter::{Audience, Behaviour, Figure, Omission},
};
use lake::Sight;

/// One condition and what is known of everybody, by customer number.
pub(super) enum Crowd<'a> {
    /// Counts, or sums of numbers.
    Added(&'a Behaviour, Vec<f64>),
    /// The latest number, with its moment and place in the log.
    Latest(&'a Behaviour, Vec<Option<(Timestamp, i64, f64)>>),
    /// Causes and what would have answered them: who, and when.
    Omitted(&'a Omission, Vec<(i64, Timestamp)>, Vec<(i64, Timestamp)>, usize),
}

impl<'a> Crowd<'a> {
    /// Nobody has done anything. Only for conditions about behaviour; of another nobody ever does.
    pub(super) fn of(leaf: &'a Audience, size: usize) -> Option<Self> {
        match leaf {
            Audience::Did(did) => Some(match did.figure {
                Figure::Count | Figure::Sum(_) => Self::Added(did, vec![0.0; size]),
                Figure::Last(_) => Self::Latest(did, vec![None; size]),
            }),
            Audience::Omitted(omission) => Some(Self::Omitted(omission, Vec::new(), Vec::new(), size)),
            _ => None,
        }
    }

    /// Takes in a signal; `is_answer` where it is what an omission waits for.
    pub(super) fn take(&mut self, sight: &Sight, is_answer: bool) {
        let place = usize::try_from(sight.customer.0).unwrap_or(usize::MAX);
        match self {
            Self::Added(did, sums) => {
                // Whoever came in since the customers were counted is not asked about.
                let Some(sum) = sums.get_mut(place) else { return };
                *sum += match (&did.figure, sight.number) {
                    (Figure::Sum(_), number) => number.map_or(0.0, |number| did.figure.part(number)),
                    _ => 1.0,
                };
            }
            Self::Latest(_, latest) => {
                if let (Some(latest), Some(number)) = (latest.get_mut(place), sight.number)
                    && latest.is_none_or(|(at, seq, _)| (at, seq) < (sight.at, sight.seq))
                {
                    *latest = Some((sight.at, sight.seq, number));
                }
            }
            Self::Omitted(_, causes, answers, _) => {
                let list = if is_answer { answers } else { causes };
                list.push((sight.customer.0, sight.at));
            }
        }
    }

    /// By customer number, who passes.
    pub(super) fn holds(self, now: Timestamp) -> Vec<bool> {
        match self {
            Self::Added(did, sums) => sums.into_iter().map(|sum| did.holds(Some(sum / did.figure.parts()))).collect(),
            Self::Latest(did, latest) => {
                latest.into_iter().map(|latest| did.holds(latest.map(|(.., number)| number))).collect()
            }
            Self::Omitted(omission, causes, mut answers, size) => {
                answers.sort_unstable();
                let mut held = vec![false; size];
                for (customer, at) in causes {
                    let end = at.plus(omission.patience.micros());
                    let next = answers.get(answers.partition_point(|answer| *answer < (customer, at)));
                    let answered = next.is_some_and(|(who, when)| *who == customer && *when <= end);
                    if let Some(held) = usize::try_from(customer).ok().and_then(|place| held.get_mut(place)) {
                        *held |= end <= now && !answered;
                    }
                }
                held
            }
        }
    }
}
