//! Listing the signals behind a figure: drill-down, the live feed, exports.

use base::{Filter, Result, Timestamp};
use datafusion::{
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    prelude::ident,
};
use futures::{StreamExt, stream::BoxStream};
use signals::Signal;
use std::sync::Arc;
use team::Scope;

use crate::{
    CustomerFacts, Lake, Missing, Question,
    failure::failed,
    fields::Fields,
    filter::kinds,
    plan::{filtered, moment, times},
    rows::to_signals,
    scan::Reading,
};

/// The longest list that is a screen's or a page's, not an export.
const FEW: usize = 10_000;

/// How far back the newest are looked for at first, in microseconds; mostly they are there, and little has to be read.
const NEAR: [i64; 2] = [Timestamp::DAY, 30 * Timestamp::DAY];

/// A signal's place in a list: when it happened and its sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its sequence number.
    pub seq: i64,
}

/// The order of a list, and where in that order it begins.
#[derive(Clone, Copy)]
enum Walk {
    /// Those that happened last first: all of them, or those beyond a place.
    NewestFirst(Option<Place>),
    OldestFirst,
    /// In the order of the log, after a sequence number.
    Logged(i64),
}

/// Signals in the order asked for, some at a time.
pub type SignalStream = BoxStream<'static, Result<Vec<Signal>>>;

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
        let walk = if newest_first { Walk::NewestFirst(None) } else { Walk::OldestFirst };
        self.read_list(scope, listing(filter, from, to, limit), walk, customers).await
    }

    /// The page of the list, newest first, that begins after a place in it; its first page without one. What is logged
    /// meanwhile shifts no page.
    pub async fn page(
        &self,
        scope: &Scope,
        filter: &Filter,
        after: Option<Place>,
        limit: usize,
        customers: Arc<CustomerFacts>,
    ) -> Result<Listed> {
        let to = after.map(|place| place.occurred_at.plus(1));
        self.read_list(scope, listing(filter, None, to, limit), Walk::NewestFirst(after), customers).await
    }

    /// At most `limit` signals that pass a filter and were logged after a sequence number, in the order of the log.
    pub async fn logged_after(
        &self,
        scope: &Scope,
        filter: &Filter,
        seq: i64,
        limit: usize,
        customers: Arc<CustomerFacts>,
    ) -> Result<Listed> {
        self.read_list(scope, listing(filter, None, None, limit), Walk::Logged(seq), customers).await
    }

    /// All signals that pass a filter, newest first, a few thousand at a time: little of them is held in memory, however
    /// many they are.
    pub async fn stream(
        &self,
        scope: &Scope,
        filter: &Filter,
        customers: Arc<CustomerFacts>,
    ) -> Result<(SignalStream, Vec<Missing>)> {
        self.read_stream(scope, listing(filter, None, None, usize::MAX), Walk::NewestFirst(None), customers).await
    }

    async fn read_list(
        &self,
        scope: &Scope,
        question: Question,
        walk: Walk,
        customers: Arc<CustomerFacts>,
    ) -> Result<Listed> {
        if question.limit == 0 {
            return Ok(Listed::default());
        }
        if matches!(walk, Walk::NewestFirst(_)) && question.limit <= FEW {
            for near in self.near(scope, &question).await? {
                let listed = self.read_all(scope, near, walk, customers.clone()).await?;
                if listed.signals.len() == question.limit {
                    return Ok(listed);
                }
            }
        }
        self.read_all(scope, question, walk, customers).await
    }

    /// The same question about the latest of its time alone.
    async fn near(&self, scope: &Scope, question: &Question) -> Result<Vec<Question>> {
        let Some(newest) = self.view(scope).await?.newest() else { return Ok(Vec::new()) };
        let end = (*times(question).end()).min(newest);
        let begins = NEAR.iter().map(|reach| end.saturating_sub(*reach));
        let begins = begins.filter(|from| times(question).start() < from);
        Ok(begins.map(|from| Question { from: Some(Timestamp::from_micros(from)), ..question.clone() }).collect())
    }

    async fn read_all(
        &self,
        scope: &Scope,
        question: Question,
        walk: Walk,
        customers: Arc<CustomerFacts>,
    ) -> Result<Listed> {
        let limit = question.limit;
        let (mut pieces, missing) = self.read_stream(scope, question, walk, customers).await?;
        let mut signals = Vec::new();
        while signals.len() < limit
            && let Some(piece) = pieces.next().await
        {
            signals.extend(piece?);
        }
        signals.truncate(limit);
        Ok(Listed { signals, missing })
    }

    async fn read_stream(
        &self,
        scope: &Scope,
        question: Question,
        walk: Walk,
        customers: Arc<CustomerFacts>,
    ) -> Result<(SignalStream, Vec<Missing>)> {
        let fields = Fields::new(&customers);
        let room = self.room(scope);
        let mut view = self.view(scope).await?;
        let (columns, ascending, beyond): (&[&str], bool, Option<Expr>) = match walk {
            Walk::NewestFirst(after) => (&["occurred_at", "seq"], false, after.map(older)),
            Walk::OldestFirst => (&["occurred_at", "seq"], true, None),
            Walk::Logged(seq) => {
                view = view.after(seq);
                (&["seq"], true, Some(ident("seq").gt(lit(seq))))
            }
        };
        let sources =
            view.sources(&room.table, &self.trust, kinds(&question.filter).as_deref(), times(&question)).await?;
        let order = columns.iter().map(|column| ident(*column).sort(ascending, false));
        let mut plan =
            filtered(sources.scan(&room.table, Reading::Rows)?, &question.filter, question.from, question.to, &fields)?;
        if let Some(beyond) = beyond {
            plan = plan.filter(beyond).map_err(failed)?;
        }
        // Few rows are kept in a heap while all are read; many are sorted, on disk if need be.
        let few = (question.limit <= FEW).then_some(question.limit);
        let plan = plan.sort_with_limit(order, few).and_then(LogicalPlanBuilder::build).map_err(failed)?;
        let batches = self.run(plan).await?;
        let pieces = batches.map(|batch| to_signals(&batch.map_err(failed)?));
        Ok((pieces.boxed(), sources.missing))
    }
}

fn older(place: Place) -> Expr {
    ident("occurred_at").lt(moment(place.occurred_at)).or(ident("seq").lt(lit(place.seq)))
}

fn listing(filter: &Filter, from: Option<Timestamp>, to: Option<Timestamp>, limit: usize) -> Question {
    let filter = filter.clone();
    Question { filter, from, to, by: Vec::new(), every: None, per: None, measures: Vec::new(), limit }
}
