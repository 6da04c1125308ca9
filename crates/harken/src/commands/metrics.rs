//! `harken metrics`

use clap::Args;
use insights::{Polarity, Unit};
use serde_json::json;
use std::process::ExitCode;

use crate::{output, settings::Global};

/// List the metrics with formula, unit, better direction and version.
#[derive(Args)]
pub struct Metrics {}

impl Metrics {
    pub fn run(self, global: &Global) -> ExitCode {
        let metrics = insights::catalogue();
        if global.json {
            output::json(&json!({ "items": metrics }));
            return ExitCode::SUCCESS;
        }
        let better = |polarity| match polarity {
            Polarity::HigherIsBetter => "higher",
            Polarity::LowerIsBetter => "lower",
            Polarity::Neutral => "–",
        };
        let unit = |unit| match unit {
            Unit::Points => "points",
            Unit::Percent => "percent",
            Unit::Score => "score",
            Unit::Count => "count",
            Unit::Money => "money",
            Unit::Number => "number",
        };
        let rows = metrics.iter().map(|metric| {
            let name = metric.name.clone();
            vec![
                name,
                metric.title.clone(),
                metric.formula.to_string(),
                unit(metric.unit).into(),
                better(metric.polarity).into(),
                metric.version.to_string(),
            ]
        });
        output::table(&["metric", "title", "formula", "unit", "better", "version"], rows, 5);
        ExitCode::SUCCESS
    }
}
