//! A question as a logical plan: filter, group, measure; with `Per`, group by unit first.

use base::{Calendar, Error, Field, Filter, Result, Timestamp, filter::Column};
use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    functions_aggregate::expr_fn::{count, count_distinct, sum},
    logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, cast, lit},
    prelude::ident,
};
use std::ops::RangeInclusive;

use crate::{
    Condition, Measure, Operand, Per, Question, UnitValue,
    failure::failed,
    fields::{Fields, Key},
    functions::{buckets::bucket, distinct::distinct_customers, exact_sum::exact_sum, quantile::quantile},
};

/// A plan, and how to read what it yields: the bucket's start (if there is a calendar), the keys, the measures.
pub(crate) struct Plan {
    pub logical: LogicalPlan,
    pub keys: Vec<Key>,
}

/// Names of the plan's own columns; none of them is a column of a signal.
const BUCKET: &str = "bucket#";
const UNIT: &str = "unit#";
const UNIT_VALUE: &str = "unit_value#";

/// Plans a question over all signals that `scan` yields.
pub(crate) fn plan(
    question: &Question,
    scan: LogicalPlan,
    calendar: Option<Calendar>,
    fields: &Fields,
) -> Result<Plan> {
    let mut groups = Vec::new();
    let mut keys = Vec::new();
    if let Some(calendar) = calendar {
        groups.push(bucket(calendar).call(vec![ident("occurred_at")]).alias(BUCKET));
    }
    for (number, field) in question.by.iter().enumerate() {
        let (expr, key) = fields.key(field)?;
        groups.push(expr.alias(format!("key#{number}")));
        keys.push(key);
    }
    let mut plan = filtered(scan, &question.filter, question.from, question.to, fields)?;
    if let Some(per) = &question.per {
        plan = per_unit(plan, per, &groups, fields)?;
        groups = (0..groups.len()).map(|number| ident(plan.schema().field(number).name())).collect();
    }
    let measures = question.measures.iter().enumerate().map(|(number, measure)| {
        let measure = compile(measure, question.per.is_some(), fields)?;
        Ok(measure.alias(format!("measure#{number}")))
    });
    let measures = measures.collect::<Result<Vec<_>>>()?;
    let logical = plan.aggregate(groups, measures).and_then(LogicalPlanBuilder::build).map_err(failed)?;
    Ok(Plan { logical, keys })
}

/// The signals that pass a filter, of a time.
pub(crate) fn filtered(
    scan: LogicalPlan,
    filter: &Filter,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    fields: &Fields,
) -> Result<LogicalPlanBuilder> {
    let mut filter = fields.filter(filter)?;
    if let Some(from) = from {
        filter = filter.and(ident("occurred_at").gt_eq(moment(from)));
    }
    if let Some(to) = to {
        filter = filter.and(ident("occurred_at").lt(moment(to)));
    }
    LogicalPlanBuilder::from(scan).filter(filter).map_err(failed)
}

/// A moment as the table's times are.
pub(crate) fn moment(at: Timestamp) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.micros()), Some("UTC".into())))
}

/// The microseconds that a question is about.
pub(crate) fn times(question: &Question) -> RangeInclusive<i64> {
    micros(question.from, question.to)
}

/// The microseconds from `from` on and before `to`; empty when `to` is not after `from`.
pub(crate) fn micros(from: Option<Timestamp>, to: Option<Timestamp>) -> RangeInclusive<i64> {
    let from = from.map_or(i64::MIN, Timestamp::micros);
    from..=to.map_or(i64::MAX, |to| to.micros().saturating_sub(1))
}

/// One row per group and unit.
fn per_unit(plan: LogicalPlanBuilder, per: &Per, groups: &[Expr], fields: &Fields) -> Result<LogicalPlanBuilder> {
    let (unit, _) = fields.key(&per.unit)?;
    let value = match &per.value {
        UnitValue::Count => count(lit(1)),
        UnitValue::Sum(field) => sum_of(field, fields)?,
    };
    let groups: Vec<Expr> = groups.iter().cloned().chain([unit.alias(UNIT)]).collect();
    let plan = plan.aggregate(groups, [value.alias(UNIT_VALUE)]).map_err(failed)?;
    plan.filter(ident(UNIT).is_not_null()).map_err(failed)
}

pub(crate) fn compile(measure: &Measure, per_unit: bool, fields: &Fields) -> Result<Expr> {
    Ok(match measure {
        Measure::Count => count(lit(1)),
        Measure::CountIf(Condition::Filter(filter)) => {
            of_signals(per_unit, "a filter")?;
            count_where(fields.filter(filter)?)?
        }
        Measure::CountIf(Condition::UnitAtLeast(least)) => {
            let value = unit_value(per_unit)?;
            count_where(value.gt_eq(lit(least + 0.0)))?
        }
        Measure::Sum(Operand::Field(field)) => {
            of_signals(per_unit, "a field")?;
            sum_of(field, fields)?
        }
        Measure::Sum(Operand::Unit) => exact_sum().call(vec![unit_value(per_unit)?]),
        Measure::SumOfSquares(operand) => {
            let value = number(operand, per_unit, fields)?;
            exact_sum().call(vec![value.clone() * value])
        }
        Measure::Quantile(operand, at) => quantile(*at).call(vec![number(operand, per_unit, fields)?]),
        Measure::Distinct(field) => {
            of_signals(per_unit, "a field")?;
            match field {
                Field::Column(Column::Customer) => distinct_customers().call(vec![fields.customer()]),
                _ => count_distinct(fields.key(field)?.0),
            }
        }
        Measure::Present(field) => {
            of_signals(per_unit, "a field")?;
            count_where(fields.filter(&Filter::Is(field.clone(), base::filter::Test::Present))?)?
        }
    })
}

/// Money is summed as the exact decimal it is, other numbers as exact sums of floats.
fn sum_of(field: &Field, fields: &Fields) -> Result<Expr> {
    Ok(match field {
        Field::Column(Column::Amount) => sum(ident("amount")),
        _ => exact_sum().call(vec![fields.number(field)?]),
    })
}

fn number(operand: &Operand, per_unit: bool, fields: &Fields) -> Result<Expr> {
    match operand {
        Operand::Unit => unit_value(per_unit),
        Operand::Field(field) => {
            of_signals(per_unit, "a field")?;
            fields.number(field)
        }
    }
}

fn unit_value(per_unit: bool) -> Result<Expr> {
    match per_unit {
        true => Ok(cast(ident(UNIT_VALUE), DataType::Float64)),
        false => Err(Error::invalid("a measure of units needs 'per'")),
    }
}

fn of_signals(per_unit: bool, what: &str) -> Result<()> {
    match per_unit {
        false => Ok(()),
        true => {
            Err(Error::invalid(format!("with 'per' there are units, not signals: a measure of {what} has no meaning")))
        }
    }
}

fn count_where(condition: Expr) -> Result<Expr> {
    count(lit(1)).filter(condition).build().map_err(failed)
}
