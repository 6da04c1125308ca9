//! Saved questions: what the explorer asks, kept under a name by one person or for the whole workspace.

mod http;
mod store;

use base::{Error, Field, Filter, Result, Timestamp, Zone};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use team::Name;
use utoipa::ToSchema;

use crate::{Metric, http::within};

pub(crate) use http::routes;

/// A question that somebody saved.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Question {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    #[schema(example = "NPS by touchpoint")]
    pub name: String,
    /// Whether everybody in the workspace sees it, or only who saved it.
    pub shared: bool,
    /// Whether the caller saved it.
    pub mine: bool,
    /// What it asks.
    pub asked: AskedQuestion,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its name or what it asks last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// What a saved question asks, and how its answer is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedQuestion {
    /// A metric's name, or a formula.
    #[schema(example = "nps", min_length = 1, max_length = 1_000)]
    pub metric: String,
    /// The dimensions.
    #[serde(default)]
    #[schema(example = json!(["touchpoint"]), max_items = 3, required = false)]
    pub by: Vec<String>,
    /// The grain of the series; where it is not said, it follows the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<AskedGrain>,
    /// Only signals that match, in the filter's text form.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    #[schema(example = "channel = 'web'", max_length = 10_000)]
    pub text: Option<String>,
    /// How many days up to today; without it and without days, 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "90d", pattern = "^[1-9][0-9]{0,3}d$")]
    pub period: Option<String>,
    /// The first day, in the calendar of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-01", pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub from: Option<String>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-03-31", pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub to: Option<String>,
    /// How the answer is shown; where it is not said, as suits it.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Whether the time before stands beside it.
    #[serde(default)]
    #[schema(required = false)]
    pub compare: bool,
}

/// The grain of a saved series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AskedGrain {
    /// No series.
    None,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// How an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A line over time.
    Line,
    /// Bars.
    Bar,
    /// A heat map.
    Heat,
    /// A table.
    Table,
}

/// A question that is to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    /// What people call it.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "NPS by touchpoint")]
    pub name: Name,
    /// Whether everybody in the workspace sees it.
    #[serde(default)]
    #[schema(required = false)]
    pub shared: bool,
    /// What it asks.
    pub asked: AskedQuestion,
}

/// What is to change about a saved question; what is not named stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionChange {
    /// What people call it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "NPS by touchpoint")]
    pub name: Option<Name>,
    /// Whether everybody in the workspace sees it; only who saved it can take it back.
    pub shared: Option<bool>,
    /// What it asks.
    pub asked: Option<AskedQuestion>,
}

impl AskedQuestion {
    const MOST_FIELDS: usize = 3;

    /// Whether it can be asked at all: nobody should find out later that it cannot.
    fn check(&self) -> Result<()> {
        let long = |field: &str, text: &str, most: usize| {
            let message = format!("it has at most {most} characters");
            (text.chars().count() > most).then(|| Error::invalid_field(field, "too_long", message))
        };
        let text = self.text.as_deref().unwrap_or_default();
        if let Some(error) = long("metric", &self.metric, 1_000).or_else(|| long("where", text, 10_000)) {
            return Err(error);
        }
        if self.by.len() > Self::MOST_FIELDS {
            return Err(Error::invalid_field("by", "too_many", "a saved question has at most 3 dimensions"));
        }
        // Times in a filter or formula are read in the workspace's calendar when it is asked; whether they can be read is
        // the same in any.
        Metric::parse(&self.metric, Zone::UTC).map_err(|error| within("metric", error))?;
        Filter::parse(text, Zone::UTC).map_err(|error| within("where", error))?;
        for field in &self.by {
            Field::parse(field).map_err(|error| within("by", error))?;
        }
        self.check_period()
    }

    fn check_period(&self) -> Result<()> {
        let days = |text: &String| {
            let number = text.strip_suffix('d').unwrap_or_default();
            (1..=4).contains(&number.len())
                && !number.starts_with('0')
                && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        if self.period.as_ref().is_some_and(|period| !days(period)) {
            return Err(Error::invalid_field("period", "not_a_period", "a period is a number of days: 90d"));
        }
        let day = |text: &String| text.len() == 10 && Timestamp::parse(text, Zone::UTC).is_ok();
        for (field, text) in [("from", &self.from), ("to", &self.to)] {
            if text.as_ref().is_some_and(|text| !day(text)) {
                return Err(Error::invalid_field(field, "not_a_time", "a day is written 2026-01-31"));
            }
        }
        match (&self.period, &self.from, &self.to) {
            (_, None, None) | (None, Some(_), Some(_)) => Ok(()),
            _ => Err(Error::invalid_field("period", "conflict", "a question has a period, or a first and a last day")),
        }
    }
}
