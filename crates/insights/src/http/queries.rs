//! The query: metric × filter × dimensions × time grain, as `harken query` asks it.

use api::{Body, Problem};
use axum::{Json, extract::State};
use base::{Error, Field, Filter, Grain, Result, Timestamp, Zone};
use serde::Deserialize;
use team::{May, ReadInsights};
use utoipa::ToSchema;

use super::{Asking, filter::FilterTree};
use crate::{Figures, Metric, Query};

/// A question for figures.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Query)]
pub(super) struct Asked {
    /// A metric's name, or a formula: `mean(score)`, `rate(properties.late = true)`.
    #[schema(example = "nps", min_length = 1, max_length = 65_536)]
    metric: String,
    /// The dimensions: `channel`, `touchpoint`, `customer.state`, `properties.plan`, …
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["touchpoint"]), max_items = 8, required = false)]
    by: Vec<String>,
    /// A series in the calendar of the workspace.
    #[schema(value_type = Option<GrainName>, example = "month")]
    every: Option<Grain>,
    /// The earliest moment, inclusive: `2026-01-31`, which begins in the calendar of the workspace, or
    /// `2026-01-31T08:30:00Z`.
    #[schema(example = "2026-01-01")]
    from: Option<String>,
    /// The latest moment, exclusive.
    #[schema(example = "2026-07-01")]
    to: Option<String>,
    /// Only signals that match, in the filter's text form.
    #[serde(default, rename = "where")]
    #[schema(value_type = Option<String>, example = "kind = 'survey_answered' and channel in ('web', 'email')", max_length = 65_536)]
    text: Option<String>,
    /// Only signals that match, as a tree: `{"is":["kind",{"one_of":["survey_answered"]}]}`. With `where`, both must match.
    #[schema(value_type = Option<FilterTree>)]
    filter: Option<Filter>,
}

/// How long one bucket of a series is.
#[derive(ToSchema)]
#[schema(as = Grain, rename_all = "snake_case")]
#[expect(dead_code, reason = "describes base::Grain, which knows nothing of HTTP")]
enum GrainName {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Asked {
    pub(super) fn read(self, zone: Zone) -> Result<Query> {
        let time = |field: &str, text: Option<String>| {
            let wrong = |error: Error| Error::invalid_field(field, "not_a_time", error.message);
            text.map(|text| Timestamp::parse(&text, zone).map_err(wrong)).transpose()
        };
        if self.metric.len() > Filter::LONGEST {
            let message = format!("a metric is at most {} bytes long", Filter::LONGEST);
            return Err(Error::invalid_field("metric", "too_long", message));
        }
        let field = |text: &String| Field::parse(text).map_err(|error| within("by", error));
        let text = self.text.as_deref().unwrap_or_default();
        let filter = Filter::parse(text, zone).map_err(|error| within("where", error))?;
        Ok(Query {
            metric: Metric::parse(&self.metric, zone).map_err(|error| within("metric", error))?,
            filter: self.filter.unwrap_or_default().and(filter),
            by: self.by.iter().map(field).collect::<Result<_>>()?,
            every: self.every,
            from: time("from", self.from)?,
            to: time("to", self.to)?,
            zone,
        })
    }
}

/// An error of a language, told of the field that it was written in.
pub(crate) fn within(field: &str, mut error: Error) -> Error {
    for wrong in &mut error.fields {
        wrong.field = field.to_owned();
    }
    error
}

/// Ask for figures
///
/// The one query that answers every number in the product. Every row shows what it rests on (`n`), its 95 % interval, and
/// a warning where the sample is small; 0 of 0 is no data. Damaged data is left out and named in `incomplete`.
#[utoipa::path(
    post,
    path = "/api/v1/insights/queries",
    tag = "insights",
    request_body = Asked,
    responses((status = 200, description = "The figures.", body = Figures)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn query_metric(
    State(asking): State<Asking>,
    caller: May<ReadInsights>,
    Body(asked): Body<Asked>,
) -> Result<Json<Figures>, Problem> {
    let query = asked.read(asking.zone(&caller).await?)?;
    let _place = asking.place().await?;
    Ok(Json(asking.insights.query(&caller, &query).await?))
}
