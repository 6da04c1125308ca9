//! Segments over HTTP.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, ProblemDetails, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::{CustomerId, Error, Result, Zone, filter::Audience};
use lake::Lake;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use team::{May, ReadCustomers, Scope, Team, WriteCustomers};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Found, NewSegment, Segment, SegmentChange, SegmentId};
use crate::{Customers, Profile};

/// Audiences that are looked for at the same time; further ones wait. Each already uses every core.
const AT_ONCE: usize = 4;

/// How many of its members a preview shows.
const SHOWN: usize = 10;

/// What the paths of segments stand on; cheap to clone.
#[derive(Clone)]
pub struct Segments {
    customers: Customers,
    lake: Lake,
    team: Team,
    places: Arc<Semaphore>,
}

impl Segments {
    /// The segments of these customers, by their signals in the lake and its log.
    pub fn new(customers: Customers, lake: Lake, team: Team) -> Self {
        Self { customers, lake, team, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    async fn zone(&self, scope: &Scope) -> Result<Zone> {
        Ok(self.team.workspace(scope).await?.zone)
    }

    async fn found(&self, scope: &Scope, audience: &Audience) -> Result<Found> {
        let _place = self.places.acquire().await.map_err(|_| Error::unavailable("the server is stopping"))?;
        self.customers.in_audience(scope, &self.lake, audience).await
    }

    async fn members(&self, scope: &Scope, segment: &SegmentId) -> Result<Found> {
        let segment = self.customers.segment(scope, segment).await?;
        self.found(scope, &Audience::Member(segment.id.to_string())).await
    }
}

/// The paths of segments.
pub(crate) fn routes(segments: Segments) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_segments, create_segment))
        .routes(routes!(show_segment, change_segment, delete_segment))
        .routes(routes!(preview_segment))
        .routes(routes!(show_segment_size))
        .routes(routes!(list_segment_members))
        .routes(routes!(show_segment_overlap))
        .with_state(segments)
}

/// List segments
///
/// Named audiences, in the order of their ids.
#[utoipa::path(
    get, path = "/api/v1/customers/segments", tag = "customers", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Segment>), Invalid, Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_segments(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Query(paging): Query<Paging>,
) -> Result<Page<Segment>, Problem> {
    let limit = paging.limit()?;
    let listed = segments.customers.segments(&caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(listed, limit, |last| last.id.to_string()))
}

/// Make a segment
///
/// Its id is what other segments name it by, and never changes. A definition that names a field or a segment that does not exist
/// is refused, and so is one by which a segment would be defined by itself.
#[utoipa::path(
    post, path = "/api/v1/customers/segments", tag = "customers", request_body = NewSegment,
    responses(
        (status = 201, description = "The segment.", body = Segment),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn create_segment(
    State(segments): State<Segments>,
    caller: May<WriteCustomers>,
    ClientIp(from): ClientIp,
    Body(new): Body<NewSegment>,
) -> Result<(StatusCode, Json<Segment>), Problem> {
    let zone = segments.zone(&caller).await?;
    let segment = segments.customers.create_segment(&caller, new, zone, Some(from)).await?;
    Ok((StatusCode::CREATED, Json(segment)))
}

/// Show a segment
#[utoipa::path(
    get, path = "/api/v1/customers/segments/{segment}", tag = "customers",
    params(("segment" = String, Path, description = "Its id.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$")),
    responses((status = 200, description = "The segment.", body = Segment), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_segment(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Params(segment): Params<SegmentId>,
) -> Result<Json<Segment>, Problem> {
    Ok(Json(segments.customers.segment(&caller, &segment).await?))
}

/// Change a segment
///
/// What it says now holds at once, wherever it is named. Whoever changes it says which version they have read.
#[utoipa::path(
    put, path = "/api/v1/customers/segments/{segment}", tag = "customers", request_body = SegmentChange,
    params(("segment" = String, Path, description = "Its id.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$")),
    responses(
        (status = 200, description = "The segment as it is now.", body = Segment),
        Invalid, Unauthenticated, Forbidden, NotFound,
        (status = 412, description = "It has another version by now.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn change_segment(
    State(segments): State<Segments>,
    caller: May<WriteCustomers>,
    ClientIp(from): ClientIp,
    Params(segment): Params<SegmentId>,
    Body(change): Body<SegmentChange>,
) -> Result<Json<Segment>, Problem> {
    let zone = segments.zone(&caller).await?;
    Ok(Json(segments.customers.change_segment(&caller, &segment, change, zone, Some(from)).await?))
}

/// Delete a segment
///
/// Refused where other segments are defined by it; the answer says which.
#[utoipa::path(
    delete, path = "/api/v1/customers/segments/{segment}", tag = "customers",
    params(("segment" = String, Path, description = "Its id.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound, Conflict),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn delete_segment(
    State(segments): State<Segments>,
    caller: May<WriteCustomers>,
    ClientIp(from): ClientIp,
    Params(segment): Params<SegmentId>,
) -> Result<StatusCode, Problem> {
    segments.customers.delete_segment(&caller, &segment, Some(from)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who would be in a segment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPreview {
    /// Who is in it, in the words of the filter language.
    #[schema(max_length = 65536, example = "count(kind = 'order_completed') >= 2 in 90 days")]
    definition: String,
}

/// How many customers are in a segment, now.
#[derive(Serialize, ToSchema)]
struct SegmentSize {
    /// How many are in it.
    #[schema(example = 120)]
    members: usize,
    /// How many customers there are.
    #[schema(example = 1000)]
    of: usize,
    /// The traits that it asks for and that nobody has: perhaps they are misspelt.
    unknown_traits: Vec<String>,
    /// How many signals are left out, because the files that hold them are damaged.
    #[schema(example = 0)]
    missing_signals: u64,
}

impl SegmentSize {
    fn of(found: &Found) -> Self {
        Self {
            members: found.members.len(),
            of: found.of,
            unknown_traits: found.unknown_traits.clone(),
            missing_signals: found.missing.iter().map(|file| file.rows).sum(),
        }
    }
}

/// A segment that is not made yet.
#[derive(Serialize, ToSchema)]
struct SegmentPreview {
    /// The definition as it would be kept.
    definition: String,
    /// How many customers would be in it.
    size: SegmentSize,
    /// Up to ten of them, those that came first.
    sample: Vec<Profile>,
}

/// Preview a segment
///
/// How many customers a definition describes now, and the first of them. Nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/customers/segment-previews", tag = "customers", request_body = NewPreview,
    responses(
        (status = 200, description = "Who would be in it.", body = SegmentPreview),
        Invalid, Unauthenticated, Forbidden
    ),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn preview_segment(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Body(NewPreview { definition }): Body<NewPreview>,
) -> Result<Json<SegmentPreview>, Problem> {
    let audience = Audience::parse(&definition, segments.zone(&caller).await?)?;
    let found = segments.found(&caller, &audience).await?;
    let shown = found.members.get(..SHOWN).unwrap_or(&found.members);
    let sample = segments.customers.in_short(&caller, shown).await?;
    Ok(Json(SegmentPreview { definition: audience.to_string(), size: SegmentSize::of(&found), sample }))
}

/// Count a segment
///
/// From all signals up to now.
#[utoipa::path(
    get, path = "/api/v1/customers/segments/{segment}/size", tag = "customers",
    params(("segment" = String, Path, description = "Its id.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$")),
    responses((status = 200, description = "How many are in it.", body = SegmentSize), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_segment_size(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Params(segment): Params<SegmentId>,
) -> Result<Json<SegmentSize>, Problem> {
    Ok(Json(SegmentSize::of(&segments.members(&caller, &segment).await?)))
}

/// List a segment's members
///
/// In the order of their numbers, as of the moment at which the page is asked for.
#[utoipa::path(
    get, path = "/api/v1/customers/segments/{segment}/members", tag = "customers",
    params(("segment" = String, Path, description = "Its id.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$"), Paging),
    responses(
        (status = 200, description = "A page of them.", body = Page<Profile>),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_segment_members(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Params(segment): Params<SegmentId>,
    Query(paging): Query<Paging>,
) -> Result<Page<Profile>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<i64>()?.unwrap_or(0));
    let members = segments.members(&caller, &segment).await?.members;
    let from = members.partition_point(|member| member.0 <= after);
    let one_more = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    let page: Vec<CustomerId> = members[from..].iter().copied().take(one_more).collect();
    let page = Page::cut(page, limit, |last| last.0);
    Ok(Page { items: segments.customers.in_short(&caller, &page.items).await?, next_cursor: page.next_cursor })
}

/// How two segments lie to each other.
#[derive(Serialize, ToSchema)]
struct SegmentOverlap {
    /// How many are in the first.
    #[schema(example = 120)]
    one: usize,
    /// How many are in the second.
    #[schema(example = 80)]
    other: usize,
    /// How many are in both.
    #[schema(example = 25)]
    both: usize,
    /// How many customers there are.
    #[schema(example = 1000)]
    of: usize,
}

/// Compare two segments
///
/// How many customers are in each, and in both.
#[utoipa::path(
    get, path = "/api/v1/customers/segments/{segment}/overlaps/{other_segment}", tag = "customers",
    params(
        ("segment" = String, Path, description = "The id of one.", example = "regulars", pattern = "^[a-z0-9_-]{1,60}$"),
        ("other_segment" = String, Path, description = "The id of the other.", example = "big_spenders", pattern = "^[a-z0-9_-]{1,60}$")
    ),
    responses((status = 200, description = "The overlap.", body = SegmentOverlap), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_segment_overlap(
    State(segments): State<Segments>,
    caller: May<ReadCustomers>,
    Params((segment, other)): Params<(SegmentId, SegmentId)>,
) -> Result<Json<SegmentOverlap>, Problem> {
    let one = segments.members(&caller, &segment).await?;
    let other = segments.members(&caller, &other).await?;
    let both = one.members.iter().filter(|member| other.members.binary_search(member).is_ok()).count();
    Ok(Json(SegmentOverlap { one: one.members.len(), other: other.members.len(), both, of: other.of }))
}
