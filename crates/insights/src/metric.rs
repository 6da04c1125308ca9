//! A metric: a named computation over signals, as data.

use base::{Error, Filter, Result, Zone, filter::Column, nearest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Formula, catalogue, expression};

/// A named computation over signals, with what a reader must know to judge its figures.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Metric {
    /// How it is asked for: `csat`, or a formula as it was written.
    #[schema(example = "nps")]
    pub name: String,
    /// How a page heads it.
    pub title: String,
    /// What is computed.
    #[schema(value_type = String, example = "nps")]
    pub formula: Formula,
    /// Which signals it is about, as a tree.
    #[schema(value_type = crate::http::filter::FilterTree)]
    pub filter: Filter,
    /// What its values are.
    pub unit: Unit,
    /// Which way is better.
    pub polarity: Polarity,
    /// Counts up whenever formula or filter change, so that older figures stay explainable.
    pub version: u32,
    /// What it says and where the formula comes from, in sentences.
    pub definition: String,
}

/// What a metric's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// NPS points, −100 to 100.
    Points,
    /// 0 to 100.
    Percent,
    /// A place on the scale of the answers.
    Score,
    /// How many.
    Count,
    /// An amount in the currency of the signals.
    Money,
    /// Whatever the field holds.
    Number,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
    /// Neither by itself.
    Neutral,
}

impl Metric {
    /// Reads what stands for METRIC on the command line and on the wire: a name of the catalogue, or a formula such as
    /// `mean(score)`. Quoted times in a formula are local to `zone`.
    pub fn parse(text: &str, zone: Zone) -> Result<Self> {
        let text = text.trim();
        if let Some(metric) = catalogue().iter().find(|metric| metric.name == text) {
            return Ok(metric.clone());
        }
        let simple = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if simple && !expression::is_function(text) {
            let names = catalogue().iter().map(|metric| metric.name.as_str()).chain(expression::names());
            let hint = match nearest(text, names) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("there are {}; or write a formula such as mean(score)", known()),
            };
            return Err(Error::invalid_field(
                "metric",
                "unknown_metric",
                format!("there is no metric '{text}'; {hint}"),
            ));
        }
        Ok(Self::from_formula(Formula::parse(text, zone)?))
    }

    /// A metric of all signals that is named by its formula.
    pub fn from_formula(formula: Formula) -> Self {
        let text = formula.to_string();
        Self {
            name: text.clone(),
            title: text,
            unit: Unit::of(&formula),
            formula,
            filter: Filter::All,
            polarity: Polarity::Neutral,
            version: 1,
            definition: "The formula as it was asked for.".to_owned(),
        }
    }
}

impl Unit {
    fn of(formula: &Formula) -> Self {
        match formula {
            Formula::Nps => Self::Points,
            Formula::Rate(_) | Formula::Repeat { .. } => Self::Percent,
            Formula::Count | Formula::Unique(_) | Formula::Repeaters { .. } => Self::Count,
            Formula::Sum(field) | Formula::Mean(field) | Formula::Quantile(field, _) | Formula::Per { field, .. } => {
                match field {
                    base::Field::Column(Column::Amount) => Self::Money,
                    base::Field::Column(Column::Score) => Self::Score,
                    _ => Self::Number,
                }
            }
        }
    }
}

fn known() -> String {
    catalogue().iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>().join(", ")
}
