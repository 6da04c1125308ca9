//! From a figure down to the signals behind it.

use base::{Error, Filter, Result};
use lake::{Listed, Measure, Missing, Place, Question, SignalStream};
use signals::Signal;
use team::Scope;

use crate::Insights;

impl Insights {
    /// How many signals pass a filter.
    ///
    /// An error when damaged files make the number uncertain; a query for `count` answers with what is left and names them.
    pub async fn count(&self, scope: &Scope, filter: &Filter) -> Result<u64> {
        let question = Question {
            filter: filter.clone(),
            from: None,
            to: None,
            by: Vec::new(),
            every: None,
            per: None,
            measures: vec![Measure::Count],
            limit: 1,
        };
        let facts = self.facts(scope, filter.fields()).await?;
        let answer = self.lake.ask(scope, &question, facts).await?;
        if let Some(missing) = answer.missing.first() {
            let (file, reason) = (&missing.file, &missing.reason);
            return Err(Error::internal(format!("signals cannot be counted: {file} is damaged ({reason})")));
        }
        let count = answer.rows.first().and_then(|row| row.measures.first().copied().flatten());
        Ok(count.unwrap_or(0.0) as u64)
    }

    /// At most `limit` signals that pass a filter, those that happened last first; damaged files are named beside them.
    pub async fn latest(&self, scope: &Scope, filter: &Filter, limit: usize) -> Result<Listed> {
        let facts = self.facts(scope, filter.fields()).await?;
        self.lake.list(scope, filter, None, None, true, limit, facts).await
    }

    /// The page of the signals that pass a filter, those that happened last first, that begins after a place in that
    /// order. What is logged meanwhile shifts no page.
    pub async fn page(&self, scope: &Scope, filter: &Filter, after: Option<Place>, limit: usize) -> Result<Listed> {
        let facts = self.facts(scope, filter.fields()).await?;
        self.lake.page(scope, filter, after, limit, facts).await
    }

    /// All signals that pass a filter, those that happened last first, some at a time; damaged files are named beside them.
    pub async fn stream(&self, scope: &Scope, filter: &Filter) -> Result<(SignalStream, Vec<Missing>)> {
        let facts = self.facts(scope, filter.fields()).await?;
        self.lake.stream(scope, filter, facts).await
    }

    /// The last sequence number given out, in any workspace.
    pub async fn head(&self) -> Result<i64> {
        self.lake.log().head().await
    }

    /// At most `limit` signals that pass a filter and were logged after a sequence number, in the order of the log: what is new
    /// to somebody who looks again and again. The log is enough as long as none of them has moved to the lake.
    pub async fn after(&self, scope: &Scope, filter: &Filter, seq: i64, limit: usize) -> Result<Vec<Signal>> {
        let log = self.lake.log();
        let found = log.matching(scope, filter, seq, limit).await?;
        if log.pruned(scope).await? <= seq {
            return Ok(found);
        }
        let facts = self.facts(scope, filter.fields()).await?;
        Ok(self.lake.logged_after(scope, filter, seq, limit, facts).await?.signals)
    }
}
