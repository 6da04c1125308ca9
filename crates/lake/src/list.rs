//! Listing the signals behind a figure: drill-down, the live feed, exports.

use base::{Filter, Result, Timestamp};
use datafusion::{logical_expr::LogicalPlanBuilder, prelude::ident};
use futures::StreamExt;
use signals::Signal;
use std::sync::Arc;
use team::Scope;

use crate::{
    CustomerFacts, Lake, Missing, Question,
    failure::failed,
    fields::Fields,
    filter::kinds,
    plan::{filtered, times},
    rows::to_signals,
    scan::Reading,
};

/// The longest list that is a screen's or a page's, not an export.
const FEW: usize = 10_000;

/// Signals, with what is known to be missing from among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// The signals, in the order asked for.
    pub signals: Vec<Signal>,
    /// Damaged files whose signals could have been among them and are not.
    pub missing: Vec<Missing>,
}

impl Lake {
    /// At most `limit` signals that pass a filter, by when they happened and then by sequence number.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says one plain thing; a struct would be built and taken apart once"
    )]
    pub async fn list(
        &self,
        scope: &Scope,
        filter: &Filter,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        newest_first: bool,
        limit: usize,
        customers: Arc<CustomerFacts>,
    ) -> Result<Listed> {
        if limit == 0 {
            return Ok(Listed::default());
        }
        let question = Question {
            filter: filter.clone(),
            from,
            to,
            by: Vec::new(),
            every: None,
            per: None,
            measures: Vec::new(),
            limit,
        };
        let fields = Fields::new(&customers);
        let room = self.room(scope);
        let sources = self
            .view(scope)
            .await?
            .sources(&room.table, &self.trust, kinds(filter).as_deref(), times(&question))
            .await?;
        let order = ["occurred_at", "seq"].map(|column| ident(column).sort(!newest_first, false));
        let plan = filtered(sources.scan(&room.table, Reading::Rows)?, &question, &fields)?;
        // Few rows are kept in a heap while all are read; many are sorted, on disk if need be.
        let few = (limit <= FEW).then_some(limit);
        let plan = plan.sort_with_limit(order, few).and_then(LogicalPlanBuilder::build).map_err(failed)?;
        let mut batches = self.run(plan).await?;
        let mut signals = Vec::new();
        while let (Some(batch), true) = (batches.next().await, signals.len() < limit) {
            signals.extend(to_signals(&batch.map_err(failed)?)?);
        }
        signals.truncate(limit);
        Ok(Listed { signals, missing: sources.missing })
    }
}
