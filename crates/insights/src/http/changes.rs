//! What changed most, and where it differs most.

use api::{Problem, Query};
use axum::{Json, extract::State};
use base::{Error, Filter, Timestamp};
use serde::Deserialize;
use team::{May, ReadInsights};

use super::{Asking, queries::within};
use crate::{Changes, ChangesQuery};

/// Which time, and which signals.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// The earliest moment, inclusive: `2026-01-31`, which begins in the calendar of the workspace, or
    /// `2026-01-31T08:30:00Z`.
    #[param(example = "2026-01-01")]
    from: String,
    /// The latest moment, exclusive.
    #[param(example = "2026-04-01")]
    to: String,
    /// Only signals that match.
    #[serde(default, rename = "where")]
    #[param(example = "channel = 'web'", max_length = 65_536, required = false)]
    text: String,
}

/// List what changed
///
/// Holds every group of every score (touchpoints, channels, traits and properties with a few values, each also at every
/// touchpoint) against the time before and against all others. Told is what is more than chance after a correction for the
/// number of groups, and what no surer finding explains. Every figure is that of the query that the finding names.
#[utoipa::path(
    get,
    path = "/api/v1/insights/changes",
    tag = "insights",
    params(Sought),
    responses((status = 200, description = "The surest findings.", body = Changes)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn list_changes(
    State(asking): State<Asking>,
    caller: May<ReadInsights>,
    Query(sought): Query<Sought>,
) -> Result<Json<Changes>, Problem> {
    let zone = asking.zone(&caller).await?;
    let time = |field: &str, text: &str| {
        Timestamp::parse(text, zone).map_err(|error| Error::invalid_field(field, "not_a_time", error.message))
    };
    let filter = Filter::parse(&sought.text, zone).map_err(|error| within("where", error))?;
    let query = ChangesQuery { from: time("from", &sought.from)?, to: time("to", &sought.to)?, filter };
    let _place = asking.place().await?;
    Ok(Json(asking.insights.changes(&caller, &query).await?))
}
