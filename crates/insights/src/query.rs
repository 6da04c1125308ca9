//! The one query shape that answers every number in the product.

use base::{
    Clock, Error, Field, Filter, Grain, Result, Timestamp, Zone,
    filter::{Column, Test, Value},
};
use customers::Customers;
use lake::{AnswerRow, CustomerFacts, Lake, Measure, Question};
use std::{collections::BTreeSet, sync::Arc};
use store::Store;
use team::Scope;

use crate::{Currency, Figures, Keys, Metric, Row, Unit, guard};

/// Metric × filter × dimensions × time grain.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is computed.
    pub metric: Metric,
    /// Which of the metric's signals count.
    pub filter: Filter,
    /// The dimensions, each at most once.
    pub by: Vec<Field>,
    /// A series of calendar buckets in `zone`.
    pub every: Option<Grain>,
    /// The earliest moment, inclusive, of `occurred_at`.
    pub from: Option<Timestamp>,
    /// The latest moment, exclusive.
    pub to: Option<Timestamp>,
    /// Whose calendar the buckets follow.
    pub zone: Zone,
}

impl Query {
    /// The most dimensions of a query.
    pub const MOST_DIMENSIONS: usize = 8;
    /// The most rows of an answer; a query with more is refused, never cut.
    pub const MOST_ROWS: usize = 10_000;

    /// All signals of a metric in one figure.
    pub fn of(metric: Metric) -> Self {
        Self { metric, filter: Filter::All, by: Vec::new(), every: None, from: None, to: None, zone: Zone::UTC }
    }

    fn question(&self) -> Result<Question> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.by.iter().find(|field| !seen.insert(*field)) {
            return Err(Error::invalid_field("by", "duplicate", format!("{twice} is a dimension twice")));
        }
        if self.by.len() > Self::MOST_DIMENSIONS {
            let message = format!("a query has at most {} dimensions", Self::MOST_DIMENSIONS);
            return Err(Error::invalid_field("by", "too_many", message));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Error::invalid_field("to", "out_of_range", format!("{to} does not come after {from}")));
        }
        let formula = &self.metric.formula;
        Ok(Question {
            filter: self.metric.filter.clone().and(self.filter.clone()).and(formula.answerable()),
            from: self.from,
            to: self.to,
            by: self.by.clone(),
            every: self.every.map(|grain| (grain, self.zone)),
            per: formula.per(),
            measures: formula.measures(),
            limit: Self::MOST_ROWS,
        })
    }
}

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Insights {
    pub(crate) lake: Lake,
    pub(crate) customers: Customers,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
}

impl Insights {
    /// The room over the lake and the customers; the store keeps what people save.
    pub fn new(lake: Lake, customers: Customers, store: Store, clock: Clock) -> Self {
        Self { lake, customers, store, clock }
    }

    /// The figures of a query, over everything logged up to now.
    ///
    /// Refused are figures that would mix scales or currencies, a time after its end, and more than `Query::MOST_ROWS`.
    pub async fn query(&self, scope: &Scope, query: &Query) -> Result<Figures> {
        let formula = &query.metric.formula;
        let mut question = query.question()?;
        let fields = question.filter.fields().into_iter().chain(&question.by).chain(formula.fields());
        let facts = self.facts(scope, fields).await?;
        let currency = self.currency(scope, query, &question, &facts).await?;
        let scale = Field::Column(Column::Scale);
        let guarded = formula.rests_on(Column::Scale)
            && !question.by.contains(&scale)
            && guard::pinned(&question.filter, Column::Scale).is_none();
        // The scales are counted along, in the last measure; units hide the signals behind them, so there the signals
        // are asked first.
        let counted_along = guarded && question.per.is_none();
        if guarded && !counted_along {
            let signals = Question { per: None, measures: vec![Measure::Distinct(scale.clone())], ..question.clone() };
            let answer = self.lake.ask(scope, &signals, facts.clone()).await?;
            answer.rows.iter().try_for_each(|row| refuse_mixed(query, row))?;
        }
        question.measures.extend(counted_along.then_some(Measure::Distinct(scale)));

        let answer = self.lake.ask(scope, &question, facts).await?;
        let mut rows = Vec::with_capacity(answer.rows.len());
        for row in &answer.rows {
            if counted_along {
                refuse_mixed(query, row)?;
            }
            rows.push(Row::new(keys(query, row), formula.figure(&row.measures)));
        }
        let incomplete = answer.missing.into_iter().map(Into::into).collect();
        let Metric { name, unit, .. } = &query.metric;
        let currency = currency.filter(|_| *unit == Unit::Money);
        Ok(Figures { metric: name.clone(), unit: *unit, currency, rows, incomplete })
    }

    /// The currency of all amounts that the figures rest on; `None` where they rest on none, or where each row has its
    /// own. Rows in different currencies are refused as well: whoever reads them would compare them.
    async fn currency(
        &self,
        scope: &Scope,
        query: &Query,
        question: &Question,
        facts: &Arc<CustomerFacts>,
    ) -> Result<Option<Currency>> {
        let dimension = Field::Column(Column::Currency);
        if !query.metric.formula.rests_on(Column::Currency) || query.by.contains(&dimension) {
            return Ok(None);
        }
        if let Some(Value::Text(code)) = guard::pinned(&question.filter, Column::Currency) {
            return Ok(Some(Currency::Code(code.clone())));
        }
        let paid = Filter::Is(Column::Amount.into(), Test::Present);
        let currencies = Question {
            filter: question.filter.clone().and(paid),
            by: vec![dimension],
            every: None,
            per: None,
            measures: vec![Measure::Count],
            ..question.clone()
        };
        let answer = self.lake.ask(scope, &currencies, facts.clone()).await?;
        let currency = |row: &AnswerRow| match row.keys.first() {
            Some(Some(Value::Text(code))) => Currency::Code(code.clone()),
            _ => Currency::Workspace,
        };
        let found: Vec<Currency> = answer.rows.iter().map(currency).collect();
        match found.as_slice() {
            [] => Ok(Some(Currency::Workspace)),
            [one] => Ok(Some(one.clone())),
            several => Err(guard::several_currencies(several)),
        }
    }

    /// What the lake must know of customers to answer a question that names these fields.
    pub(crate) async fn facts<'a>(
        &self,
        scope: &Scope,
        fields: impl IntoIterator<Item = &'a Field>,
    ) -> Result<Arc<CustomerFacts>> {
        let fields: BTreeSet<&Field> = fields.into_iter().collect();
        let traits: Vec<String> = fields.iter().filter_map(|field| field.as_trait()).map(str::to_owned).collect();
        if traits.is_empty() && !fields.contains(&Field::Column(Column::Customer)) {
            return Ok(Arc::default());
        }
        self.customers.facts(scope, &traits).await
    }
}

/// In the last measure stands how many scales there are.
fn refuse_mixed(query: &Query, row: &AnswerRow) -> Result<()> {
    let scales = row.measures.last().copied().flatten().unwrap_or(0.0);
    if scales > 1.0 { Err(guard::several_scales(&keys(query, row))) } else { Ok(()) }
}

fn keys(query: &Query, row: &AnswerRow) -> Keys {
    let time = row.bucket.iter().map(|bucket| (Keys::TIME.to_owned(), Some(Value::Text(bucket.label.clone()))));
    Keys(time.chain(query.by.iter().map(Field::to_string).zip(row.keys.iter().cloned())).collect())
}
