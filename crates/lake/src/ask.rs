//! Asking: from a question to its answer.

use base::{Calendar, Error, Result, Timestamp, filter::Value};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        datatypes::{DataType, Decimal128Type, Float64Type, Int64Type},
    },
    logical_expr::LogicalPlan,
    physical_plan::{SendableRecordBatchStream, execute_stream},
};
use futures::StreamExt;
use std::{cmp::Ordering, sync::Arc};
use team::Scope;

use crate::{
    Answer, AnswerRow, Bucket, CustomerFacts, Lake, Question,
    counted::{Counted, counts_kinds},
    failure::failed,
    fields::{Fields, Key},
    filter::kinds,
    plan::{plan, times},
    scan::Reading,
};

impl Lake {
    /// Answers a question from the lake and the log's tail as one.
    ///
    /// Fails as invalid when there would be more groups than the question allows, or when a field has no number where
    /// one is needed. Damaged files are left out and named in the answer.
    pub async fn ask(&self, scope: &Scope, question: &Question, customers: Arc<CustomerFacts>) -> Result<Answer> {
        let fields = Fields::new(&customers);
        let room = self.room(scope);
        let mut sources = self
            .view(scope)
            .await?
            .sources(&room.table, &self.trust, kinds(&question.filter).as_deref(), times(question))
            .await?;
        let calendar = question.every.map(|(grain, zone)| Calendar::new(grain, zone));
        let mut counted = Counted::default();
        if counts_kinds(question) {
            sources.files.retain(|file| !counted.take(file, question, calendar));
        }
        let plan = plan(question, sources.scan(&room.table, Reading::Figures)?, calendar, &fields)?;
        let mut batches = self.run(plan.logical).await?;
        let mut rows = Vec::new();
        while let Some(batch) = batches.next().await {
            read(&batch.map_err(failed)?, &plan.keys, calendar, &fields, &mut rows)?;
            refuse_more_than(question.limit, rows.len())?;
        }
        counted.add_to(&mut rows, question, calendar);
        refuse_more_than(question.limit, rows.len())?;
        let keys: Vec<&Key> = plan.keys.iter().collect();
        rows.sort_by(|left, right| in_order(&keys, left, right));
        Ok(Answer { rows, missing: sources.missing })
    }

    /// Runs a plan.
    pub(crate) async fn run(&self, plan: LogicalPlan) -> Result<SendableRecordBatchStream> {
        let physical = self.engine.state().create_physical_plan(&plan).await.map_err(failed)?;
        execute_stream(physical, self.engine.task_ctx()).map_err(failed)
    }
}

/// Never a silent cut.
pub(crate) fn refuse_more_than(limit: usize, groups: usize) -> Result<()> {
    if groups <= limit {
        return Ok(());
    }
    Err(Error::invalid(format!("the answer has more than {limit} groups; ask for fewer dimensions or a shorter time")))
}

fn read(
    batch: &RecordBatch,
    keys: &[Key],
    calendar: Option<Calendar>,
    fields: &Fields,
    into: &mut Vec<AnswerRow>,
) -> Result<()> {
    let (bucket_column, columns) = match (calendar, batch.columns().split_first()) {
        (Some(_), Some((first, rest))) => (first.as_primitive_opt::<Int64Type>(), rest),
        _ => (None, batch.columns()),
    };
    let short = || Error::internal("the plan yields fewer columns than it was built for");
    let (values, measures) = columns.split_at_checked(keys.len()).ok_or_else(short)?;
    for row in 0..batch.num_rows() {
        let bucket = calendar.zip(bucket_column).map(|(calendar, column)| {
            let start = Timestamp::from_micros(column.value(row));
            Bucket { start, label: calendar.label(start) }
        });
        into.push(AnswerRow {
            bucket,
            keys: keys.iter().zip(values).map(|(key, column)| fields.value(key, column, row)).collect(),
            measures: measures.iter().flat_map(|column| figures(column, row)).collect(),
        });
    }
    Ok(())
}

/// What one measure says of a group: one figure, or a list of several.
pub(crate) fn figures(column: &ArrayRef, row: usize) -> Vec<Option<f64>> {
    match column.as_fixed_size_list_opt() {
        Some(lists) => {
            let list = lists.value(row);
            (0..list.len()).map(|place| figure(&list, place)).collect()
        }
        None => vec![figure(column, row)],
    }
}

fn figure(column: &ArrayRef, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Float64 => Some(column.as_primitive::<Float64Type>().value(row)),
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row) as f64),
        // An exact decimal, rounded once.
        DataType::Decimal128(_, scale) => {
            Some(column.as_primitive::<Decimal128Type>().value(row) as f64 / 10_f64.powi(i32::from(*scale)))
        }
        _ => None,
    }
}

/// By bucket, then by key, so that the same question has the same answer whatever order the rows were found in.
pub(crate) fn in_order(keys: &[&Key], left: &AnswerRow, right: &AnswerRow) -> Ordering {
    let start = |row: &AnswerRow| row.bucket.as_ref().map(|bucket| bucket.start);
    let by_keys = || {
        let pairs = keys.iter().zip(left.keys.iter().zip(&right.keys));
        let mut orders = pairs.map(|(key, (left, right))| match key {
            Key::Customer => customer_number(left.as_ref()).cmp(&customer_number(right.as_ref())),
            _ => compare(left.as_ref(), right.as_ref()),
        });
        orders.find(|order| order.is_ne())
    };
    start(left).cmp(&start(right)).then_with(|| by_keys().unwrap_or(Ordering::Equal))
}

/// A customer is shown as a text, but 10 comes after 9; nobody comes last.
fn customer_number(value: Option<&Value>) -> i64 {
    match value {
        Some(Value::Text(number)) => number.parse().unwrap_or(i64::MAX),
        _ => i64::MAX,
    }
}

/// Absent values last; values of different types by type.
fn compare(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    let rank = |value: Option<&Value>| match value {
        Some(Value::Bool(_)) => 0,
        Some(Value::Number(_)) => 1,
        Some(Value::Time(_)) => 2,
        Some(Value::Text(_)) => 3,
        None => 4,
    };
    match (left, right) {
        (Some(Value::Bool(left)), Some(Value::Bool(right))) => left.cmp(right),
        (Some(Value::Number(left)), Some(Value::Number(right))) => left.total_cmp(right),
        (Some(Value::Time(left)), Some(Value::Time(right))) => left.cmp(right),
        (Some(Value::Text(left)), Some(Value::Text(right))) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)),
    }
}
