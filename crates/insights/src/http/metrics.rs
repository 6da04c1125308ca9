//! The metrics that can be asked for.

use api::{Page, Params, Problem};
use axum::Json;
use base::{Error, Zone};
use serde::Serialize;
use statistics::Warning;
use team::{May, ReadInsights};
use utoipa::ToSchema;

use crate::{Metric, catalogue, formula::IntervalMethod};

/// A metric with all that somebody must know to judge its figures.
#[derive(Serialize, ToSchema)]
pub(super) struct Passport {
    /// The metric itself.
    #[serde(flatten)]
    metric: Metric,
    /// How its 95 % interval is computed.
    interval: IntervalMethod,
    /// Below so many answers a page shows the counts alone.
    #[schema(example = 10)]
    shown_from: u64,
    /// Below so many answers a figure is marked as resting on a small sample.
    #[schema(example = 30)]
    sure_from: u64,
}

impl From<Metric> for Passport {
    fn from(metric: Metric) -> Self {
        let interval = metric.formula.interval();
        Self { metric, interval, shown_from: Warning::TOO_FEW_BELOW, sure_from: Warning::LOW_BELOW }
    }
}

/// List the metrics
///
/// With formula, filter, unit and the direction that is better. A query may also name a formula of its own.
#[utoipa::path(
    get,
    path = "/api/v1/insights/metrics",
    tag = "insights",
    responses((status = 200, description = "All of them, on one page.", body = Page<Passport>)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn list_metrics(_: May<ReadInsights>) -> Page<Passport> {
    Page::whole(catalogue().iter().cloned().map(Passport::from).collect())
}

/// Show a metric
#[utoipa::path(
    get,
    path = "/api/v1/insights/metrics/{metric}",
    tag = "insights",
    params(("metric" = String, Path, description = "Its name, or a formula.", example = "nps")),
    responses((status = 200, description = "The metric.", body = Passport)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn show_metric(
    _: May<ReadInsights>,
    Params(metric): Params<String>,
) -> Result<Json<Passport>, Problem> {
    Ok(Json(Metric::parse(&metric, Zone::UTC).map_err(|_| Error::not_found("metric"))?.into()))
}
