//! The lamp shop: a world with a lake and insights over it, asked in the words of the command line.

use base::{Field, Filter, Result, Zone};
use insights::{Figures, Insights, Metric, Query};
use lake::Lake;
use testkit::{Saying, World};

pub struct Shop<'w> {
    pub world: &'w World,
    pub insights: Insights,
    lake: Lake,
}

impl<'w> Shop<'w> {
    /// The shop over a world, in which these signals have been logged.
    pub async fn with(world: &'w World, signals: impl IntoIterator<Item = Saying>) -> Self {
        let lake = Lake::open(&world.folder().join("lake"), world.signals.clone(), world.clock.clone()).unwrap();
        let insights = Insights::new(lake.clone(), world.customers.clone(), world.store.clone(), world.clock.clone());
        world.hears(signals).await;
        Self { world, insights, lake }
    }

    /// Moves everything from the log to the lake.
    pub async fn archives(&self) {
        while self.lake.archive(&self.world.scope).await.unwrap().signals > 0 {}
    }

    pub async fn asks(&self, query: &Query) -> Result<Figures> {
        self.insights.query(&self.world.scope, query).await
    }

    /// The rows of an answer, one line each: `SP: 50 of 4 [15.0, 85.0] too_few`.
    pub async fn table(&self, query: &Query) -> Vec<String> {
        let figures = self.asks(query).await.unwrap();
        let shown = |number: f64| format!("{}", (number * 10.0).round() / 10.0);
        let line = |row: &insights::Row| {
            let keys: Vec<String> = row.keys.0.iter().map(|(_, value)| key(value.as_ref())).collect();
            let value = row.value.map_or("no data".to_owned(), shown);
            let ends = row.low.zip(row.high).map(|(low, high)| format!(" [{}, {}]", shown(low), shown(high)));
            let warning =
                row.warning.map(|warning| format!(" {}", serde_json::to_value(warning).unwrap().as_str().unwrap()));
            let keys = if keys.is_empty() { String::new() } else { format!("{}: ", keys.join(" ")) };
            format!("{keys}{value} of {}{}{}", row.n, ends.unwrap_or_default(), warning.unwrap_or_default())
        };
        figures.rows.iter().map(line).collect()
    }
}

fn key(value: Option<&base::filter::Value>) -> String {
    match value {
        Some(base::filter::Value::Text(text)) => text.clone(),
        Some(other) => serde_json::to_string(other).unwrap(),
        None => "-".to_owned(),
    }
}

/// A question in the words of the command line.
pub fn query(metric: &str) -> Query {
    Query::of(Metric::parse(metric, Zone::UTC).unwrap_or_else(|error| panic!("{metric}: {error}")))
}

pub trait Words {
    fn by(self, field: &str) -> Self;
    fn filtered(self, filter: &str) -> Self;
    fn every(self, grain: &str) -> Self;
}

impl Words for Query {
    fn by(mut self, field: &str) -> Self {
        self.by.push(Field::parse(field).unwrap());
        self
    }

    fn filtered(mut self, filter: &str) -> Self {
        self.filter = Filter::parse(filter, self.zone).unwrap();
        self
    }

    fn every(mut self, grain: &str) -> Self {
        self.every = Some(grain.parse().unwrap());
        self
    }
}
