//! Looking after a workspace's jobs over HTTP.

use api::{Page, Paging, Params, Problem, ProblemDetails, Query};
use axum::{Json, extract::State, http::StatusCode};
use base::{Error, Timestamp};
use serde::{Deserialize, Serialize};
use store::jobs::{self, JobId, Jobs, Reach, Search};
use team::{May, ReadJobs, Scope, WriteJobs};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The routes of jobs.
pub(crate) fn routes(jobs: Jobs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_jobs))
        .routes(routes!(show_job, discard_job))
        .routes(routes!(retry_job))
        .with_state(jobs)
}

/// Work that is waiting, running, done, or was given up.
#[derive(Serialize, ToSchema)]
struct Job {
    /// Its id.
    id: Uuid,
    /// What is to be done.
    #[schema(example = "send_mail")]
    kind: String,
    /// Where it is in its life.
    state: JobState,
    /// What it is to be done with.
    #[schema(value_type = serde_json::Value)]
    payload: serde_json::Value,
    /// No other job of this kind has this key until this one has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_key: Option<String>,
    /// How often it was begun.
    attempt: u32,
    /// When it is to be run, or was last.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// Why it failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was done or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobState {
    /// It is to be run, now or later, for the first time or again.
    Waiting,
    /// It is being run.
    Running,
    /// It succeeded.
    Done,
    /// It was given up; `reason` says why.
    Dead,
}

impl From<JobState> for jobs::State {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Waiting => Self::Waiting,
            JobState::Running => Self::Running,
            JobState::Done => Self::Done,
            JobState::Dead => Self::Dead,
        }
    }
}

impl From<jobs::State> for JobState {
    fn from(state: jobs::State) -> Self {
        match state {
            jobs::State::Waiting => Self::Waiting,
            jobs::State::Running => Self::Running,
            jobs::State::Done => Self::Done,
            jobs::State::Dead => Self::Dead,
        }
    }
}

impl From<jobs::Job> for Job {
    fn from(job: jobs::Job) -> Self {
        Self {
            id: job.id.0,
            kind: job.kind,
            state: job.state.into(),
            payload: job.payload,
            unique_key: job.unique_key,
            attempt: job.attempt,
            due_at: job.due_at,
            reason: job.reason,
            created_at: job.created_at,
            ended_at: job.ended_at,
        }
    }
}

const LONGEST_KIND: usize = 100;

/// Which jobs are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// Those in this state.
    state: Option<JobState>,
    /// Those of this kind.
    #[param(example = "send_mail", max_length = 100)]
    kind: Option<String>,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

fn reach(caller: &Scope) -> Reach {
    Reach::Workspace(caller.workspace())
}

/// List jobs
///
/// Those of the workspace, asked for last first.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    tag = "jobs",
    params(Sought),
    responses((status = 200, description = "A page of them.", body = Page<Job>)),
    security(("session" = []), ("key" = ["jobs:read"]))
)]
async fn list_jobs(
    State(jobs): State<Jobs>,
    caller: May<ReadJobs>,
    Query(sought): Query<Sought>,
) -> Result<Page<Job>, Problem> {
    if sought.kind.as_ref().is_some_and(|kind| kind.chars().count() > LONGEST_KIND) {
        let message = format!("a kind has at most {LONGEST_KIND} characters");
        return Err(Error::invalid_field("kind", "too_long", message).into());
    }
    let paging = Paging::new(sought.limit, sought.cursor);
    let (limit, before) = (paging.limit()?, paging.after::<JobId>()?);
    let search = Search { state: sought.state.map(Into::into), kind: sought.kind, before, limit: limit + 1 };
    let found = jobs.list(reach(&caller), &search).await?;
    Ok(Page::cut(found.into_iter().map(Job::from).collect(), limit, |last| JobId(last.id)))
}

/// Show a job
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{job}",
    tag = "jobs",
    params(("job" = Uuid, Path, description = "The job's id.")),
    responses((status = 200, description = "The job.", body = Job)),
    security(("session" = []), ("key" = ["jobs:read"]))
)]
async fn show_job(
    State(jobs): State<Jobs>,
    caller: May<ReadJobs>,
    Params(job): Params<JobId>,
) -> Result<Json<Job>, Problem> {
    Ok(Json(jobs.get(reach(&caller), job).await?.into()))
}

/// Retry a job
///
/// One that was given up runs again, at once and with all its attempts.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{job}/retry",
    tag = "jobs",
    params(("job" = Uuid, Path, description = "The job's id.")),
    responses(
        (status = 200, description = "It waits to be run.", body = Job),
        (status = 409, description = "It was not given up, or another job with its unique key waits or runs.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("session" = []), ("key" = ["jobs:write"]))
)]
async fn retry_job(
    State(jobs): State<Jobs>,
    caller: May<WriteJobs>,
    Params(job): Params<JobId>,
) -> Result<Json<Job>, Problem> {
    Ok(Json(jobs.retry(reach(&caller), job).await?.into()))
}

/// Discard a job
///
/// One that waits or was given up: it will not be run, and is gone.
#[utoipa::path(
    delete,
    path = "/api/v1/jobs/{job}",
    tag = "jobs",
    params(("job" = Uuid, Path, description = "The job's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It is running, or done.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("session" = []), ("key" = ["jobs:write"]))
)]
async fn discard_job(
    State(jobs): State<Jobs>,
    caller: May<WriteJobs>,
    Params(job): Params<JobId>,
) -> Result<StatusCode, Problem> {
    jobs.discard(reach(&caller), job).await?;
    Ok(StatusCode::NO_CONTENT)
}
