//! The groups of one metric by one field: each value, each value at each touchpoint, and each touchpoint.

use base::{
    Field, Filter, Result,
    filter::{Column, Test, Value},
};
use lake::{AnswerRow, Breakdown, Measure, Missing, Sides};
use team::Scope;

use super::{Asked, watched::Watched};
use crate::{Insights, Query};

/// What the lake counted of one group; sums, so that groups can be joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The field and the value of each dimension.
    pub(super) keys: Vec<(Field, Value)>,
    pub(super) sums: Vec<f64>,
}

/// What was counted of the signals with these values.
pub(super) struct Sums {
    pub(super) values: Vec<Option<Value>>,
    pub(super) sums: Vec<f64>,
}

/// All groups by one field, and everything together.
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    pub(super) total: Vec<f64>,
}

impl Group {
    /// Its signals, among those of the metric.
    pub(super) fn filter(&self) -> Filter {
        let is = |(field, value): &(Field, Value)| Filter::Is(field.clone(), Test::OneOf(vec![value.clone()]));
        self.keys.iter().map(is).fold(Filter::All, Filter::and)
    }

    /// Whether a cell of a breakdown by these fields is a part of it.
    pub(super) fn has(&self, by: &[Field], cell: &Sums) -> bool {
        let of_cell = |field: &Field| by.iter().zip(&cell.values).find(|(other, _)| *other == field);
        self.keys.iter().all(|(field, value)| of_cell(field).is_some_and(|(_, found)| found.as_ref() == Some(value)))
    }
}

impl Insights {
    /// The groups of a metric by each of its fields, then and now.
    pub(super) async fn groups(
        &self,
        scope: &Scope,
        watched: &Watched,
        asked: &Asked<'_>,
    ) -> Result<(Vec<Sides<Groups>>, Vec<Missing>)> {
        let by = |field: &Field| match watched.share {
            Some(_) => vec![field.clone()],
            None => vec![field.clone(), Column::Touchpoint.into()],
        };
        let groupings: Vec<Vec<Field>> = watched.fields.iter().map(by).collect();
        let (answers, missing) = self.sums(scope, watched, asked, groupings.clone()).await?;
        let groups = groupings.iter().zip(answers).enumerate().map(|(number, (by, rows))| {
            // Touchpoints themselves are found along with the first field.
            rows.map(|rows| Groups::of(by, rows, number == 0))
        });
        Ok((groups.collect(), missing))
    }

    /// The sums of a metric by each of these sets of fields, then and now.
    pub(super) async fn sums(
        &self,
        scope: &Scope,
        watched: &Watched,
        asked: &Asked<'_>,
        groupings: Vec<Vec<Field>>,
    ) -> Result<(Vec<Sides<Vec<Sums>>>, Vec<Missing>)> {
        let formula = &watched.metric.formula;
        let present = watched.share.clone().map(|field| Filter::Is(field, Test::Present));
        let filter = watched.metric.filter.clone().and(asked.filter.clone()).and(formula.answerable());
        let breakdown = Breakdown {
            filter: filter.and(present.unwrap_or_default()),
            from: asked.before.from,
            split: asked.now.from,
            to: asked.now.to,
            // Each grouping and side as many as a query may have.
            limit: 2 * Query::MOST_ROWS * groupings.len(),
            groupings,
            measures: watched.share.as_ref().map_or_else(|| formula.measures(), |_| vec![Measure::Count]),
        };
        let fields = breakdown.filter.fields().into_iter().chain(breakdown.groupings.iter().flatten());
        let facts = self.facts(scope, fields.chain(formula.fields())).await?;
        let (answers, missing) = self.lake.break_down(scope, &breakdown, facts).await?;
        let sums = |row: AnswerRow| Sums {
            values: row.keys,
            sums: row.measures.into_iter().map(Option::unwrap_or_default).collect(),
        };
        let both = |sides: Sides<Vec<AnswerRow>>| sides.map(|rows| rows.into_iter().map(sums).collect());
        Ok((answers.into_iter().map(both).collect(), missing))
    }
}

impl Groups {
    /// From the sums by a field, or by a field and the touchpoint; `touchpoints` where those alone are wanted, too.
    fn of(by: &[Field], rows: Vec<Sums>, touchpoints: bool) -> Self {
        let mut groups = Vec::new();
        let mut total = Vec::new();
        for Sums { values, sums } in rows {
            add(&mut total, &sums);
            let keys: Vec<(Field, Value)> =
                by.iter().cloned().zip(values).filter_map(|(field, value)| Some((field, value?))).collect();
            for key in &keys {
                let is_touchpoint = by.get(1) == Some(&key.0);
                if !is_touchpoint || touchpoints {
                    join(&mut groups, vec![key.clone()], &sums);
                }
            }
            if keys.len() == 2 {
                join(&mut groups, keys, &sums);
            }
        }
        // A value that is found at one touchpoint alone is one group, not two.
        let alone: Vec<Vec<f64>> =
            groups.iter().filter(|group| group.keys.len() == 1).map(|group| group.sums.clone()).collect();
        groups.retain(|group| group.keys.len() == 1 || !alone.contains(&group.sums));
        Self { groups, total }
    }
}

fn join(groups: &mut Vec<Group>, keys: Vec<(Field, Value)>, sums: &[f64]) {
    match groups.iter_mut().find(|group| group.keys == keys) {
        Some(group) => add(&mut group.sums, sums),
        None => groups.push(Group { keys, sums: sums.to_vec() }),
    }
}

/// Adds up; nothing yet is nothing.
pub(super) fn add(into: &mut Vec<f64>, sums: &[f64]) {
    into.resize(sums.len(), 0.0);
    into.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
}
