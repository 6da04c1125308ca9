//! The groups of one metric by one field: each value, each value at each touchpoint, and each touchpoint.

use base::{
    Field, Filter, Result,
    filter::{Column, Test, Value},
};
use lake::{Measure, Missing, Question};
use team::Scope;

use super::{Span, watched::Watched};
use crate::{Insights, Query};

/// What the lake counted of one group; sums, so that groups can be joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The field and the value of each dimension.
    pub(super) keys: Vec<(Field, Value)>,
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
}

impl Insights {
    /// Asks for the groups of a metric by a field; `touchpoints` where touchpoints alone are wanted, too.
    pub(super) async fn groups(
        &self,
        scope: &Scope,
        watched: &Watched,
        field: &Field,
        touchpoints: bool,
        filter: &Filter,
        span: Span,
    ) -> Result<(Groups, Vec<Missing>)> {
        let by = match watched.share {
            Some(_) => vec![field.clone()],
            None => vec![field.clone(), Column::Touchpoint.into()],
        };
        let (rows, missing) = self.sums(scope, watched, by.clone(), filter.clone(), span).await?;
        let mut groups = Vec::new();
        let mut total = Vec::new();
        for (values, sums) in rows {
            add(&mut total, &sums);
            let keys: Vec<(Field, Value)> =
                by.iter().cloned().zip(values).filter_map(|(field, value)| Some((field, value?))).collect();
            for (place, key) in keys.iter().enumerate() {
                let is_touchpoint = place > 0 || key.0 != *field;
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
        Ok((Groups { groups, total }, missing))
    }

    /// The sums of a metric by these fields.
    pub(super) async fn sums(
        &self,
        scope: &Scope,
        watched: &Watched,
        by: Vec<Field>,
        filter: Filter,
        span: Span,
    ) -> Result<(Vec<(Vec<Option<Value>>, Vec<f64>)>, Vec<Missing>)> {
        let formula = &watched.metric.formula;
        let present = watched.share.clone().map(|field| Filter::Is(field, Test::Present));
        let filter = watched.metric.filter.clone().and(filter).and(formula.answerable());
        let question = Question {
            filter: filter.and(present.unwrap_or_default()),
            from: Some(span.from),
            to: Some(span.to),
            by,
            every: None,
            per: None,
            measures: watched.share.as_ref().map_or_else(|| formula.measures(), |_| vec![Measure::Count]),
            limit: Query::MOST_ROWS,
        };
        let fields = question.filter.fields().into_iter().chain(&question.by).chain(formula.fields());
        let facts = self.facts(scope, fields).await?;
        let answer = self.lake.ask(scope, &question, facts).await?;
        let sums = |measures: Vec<Option<f64>>| measures.into_iter().map(Option::unwrap_or_default).collect();
        Ok((answer.rows.into_iter().map(|row| (row.keys, sums(row.measures))).collect(), answer.missing))
    }
}

fn join(groups: &mut Vec<Group>, keys: Vec<(Field, Value)>, sums: &[f64]) {
    match groups.iter_mut().find(|group| group.keys == keys) {
        Some(group) => add(&mut group.sums, sums),
        None => groups.push(Group { keys, sums: sums.to_vec() }),
    }
}

/// Adds up; nothing yet is nothing.
fn add(into: &mut Vec<f64>, sums: &[f64]) {
    into.resize(sums.len(), 0.0);
    into.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
}
