//! Reading for audiences: who did which of some things, and when, in one pass over all signals.

use base::{CustomerId, Error, Field, Filter, Result, Timestamp, filter::Column};
use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch},
        datatypes::{Float64Type, Int64Type, TimestampMicrosecondType},
    },
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    prelude::ident,
};
use futures::StreamExt;
use std::sync::Arc;
use team::Scope;

use crate::{
    CustomerFacts, Lake, Missing,
    failure::failed,
    fields::Fields,
    filter::kinds,
    plan::{filtered, micros, moment},
    scan::Reading,
};

/// What is looked for in every signal.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Which signals.
    pub filter: Filter,
    /// Inclusive, on `occurred_at`.
    pub from: Option<Timestamp>,
    /// A number to be told of each, where it has one.
    pub number: Option<Field>,
}

/// One signal that was looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// For which watch, by its place among them.
    pub watch: usize,
    /// Whose signal it is, merges applied.
    pub customer: CustomerId,
    /// When it happened.
    pub at: Timestamp,
    /// Its sequence number.
    pub seq: i64,
    /// The number that was asked for.
    pub number: Option<f64>,
}

/// The columns before those of the watches.
const OWN: usize = 3;

impl Lake {
    /// Tells `each` of every signal of a customer that one of the watches is for, in no order; answers what is missing.
    ///
    /// All watches are served by one pass in which the engine filters; only what passes reaches `each`.
    pub async fn watch(
        &self,
        scope: &Scope,
        watches: &[Watch],
        customers: Arc<CustomerFacts>,
        mut each: impl FnMut(Sight),
    ) -> Result<Vec<Missing>> {
        if watches.is_empty() {
            return Ok(Vec::new());
        }
        let fields = Fields::new(&customers);
        let from: Option<Vec<Timestamp>> = watches.iter().map(|watch| watch.from).collect();
        let any = Filter::Or(watches.iter().map(|watch| watch.filter.clone()).collect());
        let from = from.and_then(|from| from.into_iter().min());
        let room = self.room(scope);
        let view = self.view(scope).await?;
        let sources = view.sources(&room.table, &self.trust, kinds(&any).as_deref(), micros(from, None)).await?;
        let somebody = ident(Column::Customer.name()).is_not_null();
        let plan = filtered(sources.scan(&room.table, Reading::Figures)?, &any, from, None, &fields)?
            .filter(somebody)
            .and_then(|plan| plan.project(columns(watches, &fields)?))
            .and_then(LogicalPlanBuilder::build)
            .map_err(failed)?;
        let mut batches = self.run(plan).await?;
        while let Some(batch) = batches.next().await {
            tell(&batch.map_err(failed)?, watches, &mut each)?;
        }
        Ok(sources.missing)
    }
}

/// Who, when and in which place of the log; then for each watch whether it is for the signal, and the number.
fn columns(watches: &[Watch], fields: &Fields) -> datafusion::common::Result<Vec<Expr>> {
    let wrong = |error: Error| datafusion::error::DataFusionError::External(Box::new(error));
    let mut columns = vec![fields.customer().alias("who#"), ident("occurred_at"), ident("seq")];
    for (place, watch) in watches.iter().enumerate() {
        let mut passes = fields.filter(&watch.filter).map_err(wrong)?;
        if let Some(from) = watch.from {
            passes = passes.and(ident("occurred_at").gt_eq(moment(from)));
        }
        columns.push(Expr::IsTrue(Box::new(passes)).alias(format!("passes#{place}")));
        let number = match &watch.number {
            Some(field) => fields.number(field).map_err(wrong)?,
            None => lit(0.0),
        };
        columns.push(number.alias(format!("number#{place}")));
    }
    Ok(columns)
}

fn tell(batch: &RecordBatch, watches: &[Watch], each: &mut impl FnMut(Sight)) -> Result<()> {
    let other = || Error::internal("the plan yields other columns than it was built for");
    let column = |place: usize| batch.columns().get(place).ok_or_else(other);
    let who = column(0)?.as_primitive_opt::<Int64Type>().ok_or_else(other)?;
    let at = column(1)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(other)?;
    let seq = column(2)?.as_primitive_opt::<Int64Type>().ok_or_else(other)?;
    for (watch, asked) in watches.iter().enumerate() {
        let passes = column(OWN + 2 * watch)?.as_boolean_opt().ok_or_else(other)?;
        let numbers = column(OWN + 2 * watch + 1)?.as_primitive_opt::<Float64Type>().ok_or_else(other)?;
        for row in passes.values().set_indices() {
            each(Sight {
                watch,
                customer: CustomerId(who.value(row)),
                at: Timestamp::from_micros(at.value(row)),
                seq: seq.value(row),
                number: (asked.number.is_some() && numbers.is_valid(row)).then(|| numbers.value(row)),
            });
        }
    }
    Ok(())
}
