//! Many breakdowns of the same signals at once: by several sets of fields, before and after a moment, in one reading.

use base::{Error, Field, Filter, Result, Timestamp};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        datatypes::{DataType, UInt64Type},
    },
    logical_expr::{Aggregate, Expr, GroupingSet, LogicalPlan, LogicalPlanBuilder, cast},
    prelude::ident,
};
use futures::StreamExt;
use std::sync::Arc;
use team::Scope;

use crate::{
    AnswerRow, CustomerFacts, Lake, Measure, Missing,
    ask::{figures, in_order, refuse_more_than},
    failure::failed,
    fields::{Fields, Key},
    filter::kinds,
    plan::{compile, filtered, micros, moment},
    scan::Reading,
};

/// Which signals, counted by what.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// Which signals count.
    pub filter: Filter,
    /// Inclusive, on `occurred_at`.
    pub from: Timestamp,
    /// Where `Sides::now` begins.
    pub split: Timestamp,
    /// Exclusive, on `occurred_at`.
    pub to: Timestamp,
    /// Sets of dimensions, no two the same; an absent value is a group of its own.
    pub groupings: Vec<Vec<Field>>,
    /// What to compute for each group, in this order; without `Per`.
    pub measures: Vec<Measure>,
    /// The most groups that all groupings may have together; more is an error, never a silent cut.
    pub limit: usize,
}

/// The same of both sides of the split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sides<T> {
    /// Of what happened before it.
    pub before: T,
    /// Of what happened from it on.
    pub now: T,
}

impl<T> Sides<T> {
    /// What each side becomes.
    pub fn map<U>(self, of: impl Fn(T) -> U) -> Sides<U> {
        Sides { before: of(self.before), now: of(self.now) }
    }
}

/// The groups of one grouping, in the order of the keys. A group without signals has no row.
type Groups = Vec<AnswerRow>;

/// The name of a column of the plan's own; none is a column of a signal.
const LATE: &str = "late#";
/// The engine names a set by the bits of one number.
const MOST_DIMENSIONS: usize = 62;

/// A dimension: its field, and how its values are read.
struct Dimension {
    field: Field,
    name: String,
    key: Key,
}

impl Lake {
    /// Counts the same signals by each of several groupings: what `ask` would answer to one question for each of them
    /// and each side, for the price of one reading.
    ///
    /// Fails as `ask` does.
    pub async fn break_down(
        &self,
        scope: &Scope,
        breakdown: &Breakdown,
        customers: Arc<CustomerFacts>,
    ) -> Result<(Vec<Sides<Groups>>, Vec<Missing>)> {
        let fields = Fields::new(&customers);
        let room = self.room(scope);
        let times = micros(Some(breakdown.from), Some(breakdown.to));
        let view = self.view(scope).await?;
        let sources = view.sources(&room.table, &self.trust, kinds(&breakdown.filter).as_deref(), times).await?;
        let (plan, dimensions) = plan(breakdown, sources.scan(&room.table, Reading::Figures)?, &fields)?;
        let masks = masks(breakdown, &dimensions);
        let mut answers = vec![Sides::<Groups>::default(); breakdown.groupings.len()];
        let mut batches = self.run(plan).await?;
        let mut groups = 0;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(failed)?;
            groups += batch.num_rows();
            refuse_more_than(breakdown.limit, groups)?;
            read(&batch, breakdown, &dimensions, &masks, &fields, &mut answers)?;
        }
        for (grouping, sides) in breakdown.groupings.iter().zip(&mut answers) {
            let of_grouping: Vec<&Key> = of(grouping, &dimensions).map(|(_, dimension)| &dimension.key).collect();
            for rows in [&mut sides.before, &mut sides.now] {
                rows.sort_by(|left, right| in_order(&of_grouping, left, right));
            }
        }
        Ok((answers, sources.missing))
    }
}

/// Yields which side, every dimension, the set that a row is of, and the measures.
fn plan(breakdown: &Breakdown, scan: LogicalPlan, fields: &Fields) -> Result<(LogicalPlan, Vec<Dimension>)> {
    let mut dimensions: Vec<Dimension> = Vec::new();
    let mut columns: Vec<Expr> = scan.schema().fields().iter().map(|field| ident(field.name())).collect();
    columns.push(ident("occurred_at").gt_eq(moment(breakdown.split)).alias(LATE));
    for field in breakdown.groupings.iter().flatten() {
        if dimensions.iter().any(|dimension| dimension.field == *field) {
            continue;
        }
        let (expr, key) = fields.key(field)?;
        let name = format!("key#{}", dimensions.len());
        columns.push(expr.alias(&name));
        dimensions.push(Dimension { field: field.clone(), name, key });
    }
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(Error::invalid(format!("a breakdown has at most {MOST_DIMENSIONS} dimensions")));
    }
    let set = |grouping: &Vec<Field>| {
        let keys = of(grouping, &dimensions).map(|(_, dimension)| ident(&dimension.name));
        [ident(LATE)].into_iter().chain(keys).collect::<Vec<_>>()
    };
    let sets = Expr::GroupingSet(GroupingSet::GroupingSets(breakdown.groupings.iter().map(set).collect()));
    let mut measures = Vec::new();
    let mut names = Vec::new();
    for (number, measure) in breakdown.measures.iter().enumerate() {
        names.push(format!("measure#{number}"));
        measures.push(compile(measure, false, fields)?.alias(format!("measure#{number}")));
    }
    let which = cast(ident(Aggregate::INTERNAL_GROUPING_ID), DataType::UInt64).alias("set#");
    let yielded = [ident(LATE)].into_iter().chain(dimensions.iter().map(|dimension| ident(&dimension.name)));
    let yielded: Vec<Expr> = yielded.chain([which]).chain(names.iter().map(ident)).collect();
    let plan = filtered(scan, &breakdown.filter, Some(breakdown.from), Some(breakdown.to), fields)?
        .project(columns)
        .and_then(|plan| plan.aggregate([sets], measures))
        .and_then(|plan| plan.project(yielded))
        .and_then(LogicalPlanBuilder::build)
        .map_err(failed)?;
    Ok((plan, dimensions))
}

/// The dimensions of one grouping and their places among all.
fn of<'a>(grouping: &'a [Field], all: &'a [Dimension]) -> impl Iterator<Item = (usize, &'a Dimension)> {
    grouping.iter().filter_map(|field| all.iter().enumerate().find(|(_, dimension)| dimension.field == *field))
}

/// How the engine names each set: one bit for each expression, the last one's lowest, set where the set lacks it.
/// (`Aggregate::INTERNAL_GROUPING_ID`; expressions stand in the order of their first mention, ours has every set's first.)
fn masks(breakdown: &Breakdown, dimensions: &[Dimension]) -> Vec<u64> {
    let all = (1_u64 << dimensions.len()) - 1;
    let bit = |place: usize| 1_u64 << (dimensions.len() - 1 - place);
    let mask = |grouping: &Vec<Field>| of(grouping, dimensions).fold(all, |mask, (place, _)| mask & !bit(place));
    breakdown.groupings.iter().map(mask).collect()
}

fn read(
    batch: &RecordBatch,
    breakdown: &Breakdown,
    dimensions: &[Dimension],
    masks: &[u64],
    fields: &Fields,
    into: &mut [Sides<Groups>],
) -> Result<()> {
    let amiss = || Error::internal("the engine answered a breakdown in other columns than it was asked for");
    let (late, rest) = batch.columns().split_first().ok_or_else(amiss)?;
    let (keys, rest) = rest.split_at_checked(dimensions.len()).ok_or_else(amiss)?;
    let (set, measures) = rest.split_first().ok_or_else(amiss)?;
    let late = late.as_boolean_opt().ok_or_else(amiss)?;
    let set = set.as_primitive_opt::<UInt64Type>().ok_or_else(amiss)?;
    for row in 0..batch.num_rows() {
        let place = masks.iter().position(|mask| *mask == set.value(row)).ok_or_else(amiss)?;
        let (grouping, sides) = breakdown.groupings.get(place).zip(into.get_mut(place)).ok_or_else(amiss)?;
        let value = |(place, dimension): (usize, &Dimension)| fields.value(&dimension.key, keys.get(place)?, row);
        let side = if late.value(row) { &mut sides.now } else { &mut sides.before };
        side.push(AnswerRow {
            bucket: None,
            keys: of(grouping, dimensions).map(value).collect(),
            measures: measures.iter().flat_map(|column| figures(column, row)).collect(),
        });
    }
    Ok(())
}
