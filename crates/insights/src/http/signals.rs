//! The signals themselves, wherever they are: in the log or in the lake.

use api::{Linked, Page, Paging, Problem, Query};
use axum::{Json, extract::State};
use base::{Filter, Result, Timestamp, Zone};
use lake::Place;
use serde::{Deserialize, Serialize};
use signals::Signal;
use team::{May, ReadSignals};
use utoipa::ToSchema;

use super::{Asking, queries::within};
use crate::Incomplete;

/// Which signals.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// Only those that match.
    #[serde(default, rename = "where")]
    #[param(example = "kind = 'review_posted' and score < 3", max_length = 65_536, required = false)]
    pub(super) text: String,
}

/// Which signals, and which page of them. (serde reads a query string without `flatten`, which would make text of numbers.)
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SoughtPage {
    /// Only those that match.
    #[serde(default, rename = "where")]
    #[param(example = "kind = 'review_posted' and score < 3", max_length = 65_536, required = false)]
    text: String,
    /// How many at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of signals.
#[derive(Serialize, ToSchema)]
pub(super) struct SignalPage {
    /// Those that happened last come first.
    items: Vec<Signal>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Damaged files whose signals could have been among them and are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    incomplete: Vec<Incomplete>,
}

/// How many signals there are.
#[derive(Serialize, ToSchema)]
pub(super) struct SignalCount {
    /// All that match.
    #[schema(minimum = 0)]
    count: u64,
}

pub(super) fn filter(text: &str, zone: Zone) -> Result<Filter> {
    Filter::parse(text, zone).map_err(|error| within("where", error))
}

/// List signals
///
/// Those that happened last come first. What comes in while you read shifts no page.
#[utoipa::path(
    get,
    path = "/api/v1/signals",
    tag = "signals",
    params(SoughtPage),
    responses((status = 200, description = "A page of them.", body = SignalPage)),
    security(("session" = []), ("key" = ["signals:read"]))
)]
pub(super) async fn list_signals(
    State(asking): State<Asking>,
    caller: May<ReadSignals>,
    Query(sought): Query<SoughtPage>,
) -> Result<Linked<SignalPage>, Problem> {
    let paging = Paging::new(sought.limit, sought.cursor);
    let (limit, after) = (paging.limit()?, paging.after::<(Timestamp, i64)>()?);
    let filter = filter(&sought.text, asking.zone(&caller).await?)?;
    let after = after.map(|(occurred_at, seq)| Place { occurred_at, seq });
    let _place = asking.place().await?;
    let listed = asking.insights.page(&caller, &filter, after, usize::try_from(limit).unwrap_or(0) + 1).await?;
    let page = Page::cut(listed.signals, limit, |last| (last.occurred_at, last.seq));
    let incomplete = listed.missing.into_iter().map(Into::into).collect();
    let next = page.next_cursor.clone();
    Ok(Linked { next, body: SignalPage { items: page.items, next_cursor: page.next_cursor, incomplete } })
}

/// Count signals
///
/// An error where damaged files make the number uncertain; a query for `count` answers with what is left and names them.
#[utoipa::path(
    get,
    path = "/api/v1/signals/count",
    tag = "signals",
    params(Sought),
    responses((status = 200, description = "The number.", body = SignalCount)),
    security(("session" = []), ("key" = ["signals:read"]))
)]
pub(super) async fn count_signals(
    State(asking): State<Asking>,
    caller: May<ReadSignals>,
    Query(sought): Query<Sought>,
) -> Result<Json<SignalCount>, Problem> {
    let filter = filter(&sought.text, asking.zone(&caller).await?)?;
    let _place = asking.place().await?;
    Ok(Json(SignalCount { count: asking.insights.count(&caller, &filter).await? }))
}
