//! The metrics that can be asked for.

use api::{Page, Params, Problem};
use axum::Json;
use base::{Error, Zone};
use team::{May, ReadInsights};

use crate::{Metric, catalogue};

/// List the metrics
///
/// With formula, filter, unit and the direction that is better. A query may also name a formula of its own.
#[utoipa::path(
    get,
    path = "/api/v1/insights/metrics",
    tag = "insights",
    responses((status = 200, description = "All of them, on one page.", body = Page<Metric>)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn list_metrics(_: May<ReadInsights>) -> Page<Metric> {
    Page::whole(catalogue().to_vec())
}

/// Show a metric
#[utoipa::path(
    get,
    path = "/api/v1/insights/metrics/{metric}",
    tag = "insights",
    params(("metric" = String, Path, description = "Its name, or a formula.", example = "nps")),
    responses((status = 200, description = "The metric.", body = Metric)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn show_metric(_: May<ReadInsights>, Params(metric): Params<String>) -> Result<Json<Metric>, Problem> {
    Ok(Json(Metric::parse(&metric, Zone::UTC).map_err(|_| Error::not_found("metric"))?))
}
