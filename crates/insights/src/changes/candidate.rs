//! One group held against something else, and whether that is more than chance.

use base::{Error, Field, Result};
use lake::Sides;
use statistics::{Change, Estimate, holm};
use std::collections::{BTreeSet, HashMap, hash_map::Entry};
use team::Scope;

use super::{
    Asked, Finding,
    groups::{Group, Groups, Sums, add},
    watched::{Watched, share_of},
};
use crate::{Formula, Insights, Keys, Polarity, Row, Unit};

/// What groups are held against.
#[derive(Clone, Copy)]
pub(super) enum Against {
    /// Themselves in the time before.
    Before,
    /// All other signals of the metric.
    Rest,
}

/// A group, what it is held against, and the test of the difference.
pub(super) struct Candidate<'a> {
    watched: &'a Watched,
    group: Group,
    formula: Formula,
    sums: Vec<f64>,
    against: Vec<f64>,
    change: Change,
    /// After the correction.
    p: f64,
}

/// Fewer answers on either side say too little: a test would take the normal distribution for what is none.
const FEWEST: u64 = 30;
/// So probable may a false finding be among all that are told.
const ALPHA: f64 = 0.05;

impl<'a> Candidate<'a> {
    /// Every group against itself in the time before.
    pub(super) fn changes(watched: &'a Watched, before: &Groups, now: &Groups) -> Vec<Self> {
        let pair = |group: &Group| {
            let earlier = before.groups.iter().find(|other| other.keys == group.keys);
            // Nobody had this reason before, or nobody has it any more: that is a share of none.
            let none = watched.share.as_ref().map(|_| vec![0.0; group.sums.len()]);
            let earlier = earlier.map(|earlier| earlier.sums.clone()).or(none)?;
            let side = |sums: Vec<f64>, all: &Groups| match &watched.share {
                Some(_) => all.total.iter().copied().chain(sums).collect(),
                None => sums,
            };
            Self::test(watched, group.clone(), side(earlier, before), side(group.sums.clone(), now))
        };
        now.groups.iter().filter_map(pair).collect()
    }

    /// Every group against all others; shares are no contrast.
    pub(super) fn contrasts(watched: &'a Watched, now: &Groups) -> Vec<Self> {
        if watched.share.is_some() {
            return Vec::new();
        }
        let pair = |group: &Group| {
            let rest = less(&now.total, &group.sums);
            // Of two groups that are each other's rest, the smaller one is what is remarkable.
            let mirrored = rest.first() < group.sums.first()
                && now.groups.iter().any(|other| other.keys.len() == group.keys.len() && other.sums == rest);
            (!mirrored).then(|| Self::test(watched, group.clone(), rest, group.sums.clone())).flatten()
        };
        now.groups.iter().filter_map(pair).collect()
    }

    fn test(watched: &'a Watched, group: Group, against: Vec<f64>, sums: Vec<f64>) -> Option<Self> {
        let formula = match (&watched.share, group.keys.first()) {
            (Some(field), Some((_, value))) => share_of(field, value),
            _ => watched.metric.formula.clone(),
        };
        let change = compared(&formula, &against, &sums)?;
        let p = change.p?;
        Some(Self { watched, group, formula, sums, against, change, p })
    }

    /// Whether both are about the same metric.
    pub(super) fn is_about_the_metric_of(&self, other: &Self) -> bool {
        self.watched.metric.name == other.watched.metric.name && self.watched.share.is_none()
    }

    pub(super) fn into_finding(self) -> Finding {
        let Self { watched, group, formula, sums, against, change, p } = self;
        let Watched { metric, share, .. } = watched;
        let row = |sums: &[f64]| {
            let measures: Vec<Option<f64>> = sums.iter().copied().map(Some).collect();
            Row::new(Keys::default(), formula.figure(&measures))
        };
        let better = match metric.polarity {
            Polarity::HigherIsBetter => Some(change.difference > 0.0),
            Polarity::LowerIsBetter => Some(change.difference < 0.0),
            Polarity::Neutral => None,
        };
        let (name, unit, filter) = match share {
            Some(_) => (formula.to_string(), Unit::Percent, metric.filter.to_string()),
            None => (metric.name.clone(), metric.unit, group.filter().to_string()),
        };
        let (row, against) = (row(&sums), row(&against));
        let keys = Keys(group.keys.into_iter().map(|(field, value)| (field.to_string(), Some(value))).collect());
        Finding { metric: name, unit, polarity: metric.polarity, keys, filter, row, against, p, better }
    }
}

/// Those that are more than chance after the correction for all of them, the surest first.
pub(super) fn significant(mut candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let adjusted = holm(&candidates.iter().map(|candidate| candidate.p).collect::<Vec<_>>());
    for (candidate, p) in candidates.iter_mut().zip(adjusted) {
        candidate.p = p;
    }
    candidates.retain(|candidate| candidate.p < ALPHA);
    let sureness = |candidate: &Candidate<'_>| candidate.change.z.map_or(0.0, f64::abs);
    candidates.sort_by(|one, other| sureness(other).total_cmp(&sureness(one)));
    candidates
}

/// The sums of a metric by all fields of a finding and a surer one, kept for the next two with the same fields.
#[derive(Default)]
pub(super) struct Cells(HashMap<(String, Vec<Field>), Sides<Vec<Sums>>>);

impl Cells {
    /// Whether nothing is left of a finding without the signals of a surer one.
    pub(super) async fn explain(
        &mut self,
        insights: &Insights,
        scope: &Scope,
        asked: &Asked<'_>,
        surer: &Candidate<'_>,
        other: &Candidate<'_>,
        against: Against,
    ) -> Result<bool> {
        let keys = surer.group.keys.iter().chain(&other.group.keys);
        let by: BTreeSet<Field> = keys.map(|(field, _)| field.clone()).collect();
        let by: Vec<Field> = by.into_iter().collect();
        let cells = match self.0.entry((other.watched.metric.name.clone(), by.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let (mut answers, _) = insights.sums(scope, other.watched, asked, vec![by.clone()]).await?;
                let missing = || Error::internal("a breakdown has no answer to its only grouping");
                unknown.insert(answers.pop().ok_or_else(missing)?)
            }
        };
        let left = |cells: &[Sums], in_group: bool| {
            let mut sums = Vec::new();
            for cell in cells {
                if !surer.group.has(&by, cell) && other.group.has(&by, cell) == in_group {
                    add(&mut sums, &cell.sums);
                }
            }
            sums
        };
        let held = left(&cells.now, true);
        let against = match against {
            Against::Before => left(&cells.before, true),
            Against::Rest => left(&cells.now, false),
        };
        let left = compared(&other.formula, &against, &held);
        let same_way = |left: &Change| left.difference * other.change.difference > 0.0;
        Ok(!left.is_some_and(|left| left.is_significant() && same_way(&left)))
    }
}

fn compared(formula: &Formula, against: &[f64], held: &[f64]) -> Option<Change> {
    let estimate = |sums: &[f64]| formula.estimate(sums).filter(|wave: &Estimate| wave.n >= FEWEST);
    Some(Change::between(estimate(against)?, estimate(held)?))
}

fn less(all: &[f64], part: &[f64]) -> Vec<f64> {
    all.iter().zip(part).map(|(all, part)| all - part).collect()
}
