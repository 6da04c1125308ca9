//! The seven queries, as they are asked of the product, and how two answers are compared.

use base::{Field, Filter, Grain, Zone, filter::Value};
use insights::{Figures, Metric, Query};
use std::collections::BTreeMap;

use crate::Outcome;

/// One query; `bench/duckdb_peer.py` holds the same under the same name in SQL.
pub struct Asked {
    pub name: &'static str,
    pub title: &'static str,
    metric: &'static str,
    filter: &'static str,
    by: &'static [&'static str],
    every: Option<Grain>,
    /// How long it may take, where that is promised.
    pub most_ms: Option<f64>,
}

pub const ASKED: [Asked; 7] = [
    Asked {
        name: "nps_by_month_and_touchpoint",
        title: "NPS by month and touchpoint",
        metric: "nps",
        filter: "",
        by: &["touchpoint"],
        every: Some(Grain::Month),
        most_ms: Some(150.0),
    },
    Asked {
        name: "csat_by_week_and_channel",
        title: "CSAT by week and channel",
        metric: "csat",
        filter: "",
        by: &["channel"],
        every: Some(Grain::Week),
        most_ms: None,
    },
    Asked {
        name: "revenue_by_day",
        title: "Revenue by day",
        metric: "revenue",
        filter: "",
        by: &[],
        every: Some(Grain::Day),
        most_ms: None,
    },
    Asked {
        name: "customers_by_month",
        title: "Unique customers by month, merges applied",
        metric: "customers",
        filter: "",
        by: &[],
        every: Some(Grain::Month),
        most_ms: None,
    },
    Asked {
        name: "delivery_days_by_month",
        title: "90th percentile of a property by month",
        metric: "percentile(properties.delivery_days, 0.9)",
        filter: "kind = 'order_delivered'",
        by: &[],
        every: Some(Grain::Month),
        most_ms: None,
    },
    Asked {
        name: "effort_by_touchpoint_of_a_state",
        title: "CES by touchpoint, customers of one state",
        metric: "ces",
        filter: "customer.state = 'Bavaria'",
        by: &["touchpoint"],
        every: None,
        most_ms: None,
    },
    Asked {
        name: "signals_by_kind",
        title: "Signals by kind",
        metric: "signals",
        filter: "",
        by: &["kind"],
        every: None,
        most_ms: None,
    },
];

impl Asked {
    pub fn query(&self) -> Outcome<Query> {
        let by = self.by.iter().map(|field| Field::parse(field)).collect::<Result<_, _>>()?;
        let filter = Filter::parse(self.filter, Zone::UTC)?;
        Ok(Query { filter, by, every: self.every, ..Query::of(Metric::parse(self.metric, Zone::UTC)?) })
    }
}

/// The keys of a row, joined, with its value and n.
pub type Answer = BTreeMap<String, (f64, u64)>;

pub fn answer(figures: &Figures) -> Answer {
    let text = |value: &Option<Value>| match value {
        Some(Value::Text(text)) => text.clone(),
        Some(other) => format!("{other:?}"),
        None => "–".to_owned(),
    };
    let rows = figures.rows.iter().map(|row| {
        let keys: Vec<_> = row.keys.0.iter().map(|(_, value)| text(value)).collect();
        (keys.join(" / "), (row.value.unwrap_or(f64::NAN), row.n))
    });
    rows.collect()
}

/// Fails with the first row that the two do not share, or in which they differ.
pub fn compare(name: &str, ours: &Answer, theirs: &Answer, tolerance: f64) -> Outcome<()> {
    for key in ours.keys().chain(theirs.keys()) {
        let (Some(our), Some(their)) = (ours.get(key), theirs.get(key)) else {
            return Err(format!("{name}: only one of the two answers has the row {key}").into());
        };
        let near = (our.0 - their.0).abs() <= tolerance * our.0.abs().max(1.0);
        if !near || our.1 != their.1 {
            return Err(format!("{name}: {key} is {our:?} here and {their:?} there").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_is_one_that_the_product_takes() {
        for asked in &ASKED {
            assert!(asked.query().is_ok(), "{}", asked.name);
        }
    }

    #[test]
    fn answers_differ_by_value_by_n_and_by_rows() {
        let one = |value, n| Answer::from([("2025-01".to_owned(), (value, n))]);
        assert!(compare("q", &one(100.0, 3), &one(100.000_000_01, 3), 1e-9).is_ok());
        assert!(compare("q", &one(100.0, 3), &one(100.001, 3), 1e-9).is_err());
        assert!(compare("q", &one(100.0, 3), &one(100.0, 4), 1e-9).is_err());
        assert!(compare("q", &one(100.0, 3), &Answer::new(), 1e-9).is_err());
    }
}
