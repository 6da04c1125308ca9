//! The intervals of quantiles: order statistics, looked up in each group once its n is known.

use base::{Calendar, Filter, Result, filter::Test};
use lake::{AnswerRow, Measure, Operand, Question};
use statistics::OrderInterval;

use crate::Formula;

/// An interval costs one more question for each group; for more groups than this the quantiles stand without intervals.
pub(crate) const MOST_GROUPS: usize = 100;

/// The question for the two order statistics that enclose a group's quantile: its answer has one row with both.
/// `None` for another formula, or when the group has too few values to enclose it.
pub(crate) fn question(formula: &Formula, asked: &Question, row: &AnswerRow, n: u64) -> Result<Option<Question>> {
    let Formula::Quantile(field, p) = formula else { return Ok(None) };
    let Some(ranks) = OrderInterval::of(n, *p) else { return Ok(None) };
    let (low, high) = ranks.probabilities();
    let operand = || Operand::Field(field.clone());
    let mut question = Question {
        filter: asked.by.iter().zip(&row.keys).fold(asked.filter.clone(), |filter, (field, key)| {
            let present = Filter::Is(field.clone(), Test::Present);
            filter.and(match key {
                Some(value) => Filter::Is(field.clone(), Test::OneOf(vec![value.clone()])),
                None => Filter::Not(Box::new(present)),
            })
        }),
        by: Vec::new(),
        every: None,
        measures: vec![Measure::Quantile(operand(), low), Measure::Quantile(operand(), high)],
        ..asked.clone()
    };
    if let (Some((grain, zone)), Some(bucket)) = (asked.every, &row.bucket) {
        let end = Calendar::new(grain, zone).bucket(bucket.start).end;
        question.from = Some(asked.from.map_or(bucket.start, |from| from.max(bucket.start)));
        question.to = Some(asked.to.map_or(end, |to| to.min(end)));
    }
    Ok(Some(question))
}
