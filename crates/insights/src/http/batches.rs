//! Several queries in one request: a page of figures asks once.

use api::{Body, Problem, ProblemDetails};
use axum::{Json, extract::State};
use base::{Error, Zone};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use team::{May, ReadInsights, Scope};
use utoipa::ToSchema;

use super::{Asking, queries::Asked};
use crate::Figures;

/// Questions for figures.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryBatch {
    /// At least one, and at most 64.
    #[schema(min_items = 1, max_items = 64)]
    queries: Vec<Asked>,
}

/// Their answers.
#[derive(Serialize, ToSchema)]
pub(super) struct QueryBatchAnswers {
    /// One for each query, in their order.
    answers: Vec<QueryAnswer>,
}

/// What became of one query.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum QueryAnswer {
    /// It has its figures.
    Figures(Figures),
    /// It has none, and why.
    Problem(ProblemDetails),
}

const MOST: usize = 64;
/// Each uses every core; another one fills the time in which it waits.
const AT_ONCE: usize = 3;

/// Ask for several figures
///
/// As many queries as a page has figures, in one request. Each has its own answer, or says what is wrong with it alone. What it
/// costs of the limit of requests does not go by the number of queries.
#[utoipa::path(
    post,
    path = "/api/v1/insights/query-batches",
    tag = "insights",
    request_body = QueryBatch,
    responses((status = 200, description = "An answer for each query.", body = QueryBatchAnswers)),
    security(("session" = []), ("key" = ["insights:read"]))
)]
pub(super) async fn query_metrics(
    State(asking): State<Asking>,
    caller: May<ReadInsights>,
    Body(batch): Body<QueryBatch>,
) -> Result<Json<QueryBatchAnswers>, Problem> {
    if !(1..=MOST).contains(&batch.queries.len()) {
        let message = format!("a batch has 1 to {MOST} queries");
        return Err(Error::invalid_field("queries", "out_of_range", message).into());
    }
    let zone = asking.zone(&caller).await?;
    let _place = asking.place().await?;
    let answers: Vec<_> = batch.queries.into_iter().map(|asked| answer(&asking, &caller, asked, zone)).collect();
    Ok(Json(QueryBatchAnswers { answers: stream::iter(answers).buffered(AT_ONCE).collect().await }))
}

async fn answer(asking: &Asking, scope: &Scope, asked: Asked, zone: Zone) -> QueryAnswer {
    let figures = async { asking.insights.query(scope, &asked.read(zone)?).await };
    match figures.await {
        Ok(figures) => QueryAnswer::Figures(figures),
        Err(error) => QueryAnswer::Problem(Problem::from(error).into_details()),
    }
}
