//! The room's part of the API.

use api::{Body, Page, Paging, Params, Problem, ProblemDetails, Query};
use axum::{Json, Router, extract::State, http::StatusCode};
use base::{CustomerId, Error};
use serde::Deserialize;
use serde_json::json;
use team::{May, ReadCustomers, WriteCustomers};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Customers, ListedBy, Merge, MergeId, Profile, Segments, consent, segments};

/// The routes of this room.
pub fn routes(customers: Customers, segments: Segments) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_customers))
        .routes(routes!(show_customer))
        .routes(routes!(list_customer_merges))
        .routes(routes!(create_merge))
        .routes(routes!(undo_merge))
        .with_state(customers.clone())
        .merge(consent::routes(customers))
        .merge(segments::routes(segments))
}

/// The pages of this room that customers themselves open.
pub fn pages(customers: Customers) -> Router {
    consent::pages(customers)
}

/// Which customers, and which page of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// The one that an identity of this kind points to: `user_id`, `anonymous_id`, `email`, `phone`, `device`, or another
    /// kind that a source sends. Together with `value`.
    #[param(example = "email", max_length = 255)]
    kind: Option<String>,
    /// The identity's value as the source normalises it: e-mail addresses in lower case.
    #[param(example = "ana@example.com", max_length = 255)]
    value: Option<String>,
    /// Those of whom an identity, the name or one of its words begins so.
    #[param(example = "ana so", max_length = 255)]
    search: Option<String>,
    /// Of two the one that was heard from later comes first: by the last thing that is known of them, or by the first.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: ListedBy,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Sought {
    /// The identity to look for, if it is one.
    fn identity(&self) -> base::Result<Option<(&str, &str)>> {
        for (field, text) in [("kind", &self.kind), ("value", &self.value), ("search", &self.search)] {
            if text.as_ref().is_some_and(|text| text.chars().count() > 255 || text.contains('\0')) {
                return Err(Error::invalid_field(field, "too_long", "this is text of at most 255 characters"));
            }
        }
        match (&self.kind, &self.value) {
            (Some(kind), Some(value)) => Ok(Some((kind, value))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Error::invalid_field("value", "missing", "an identity is a kind and a value")),
            (None, Some(_)) => Err(Error::invalid_field("kind", "missing", "an identity is a kind and a value")),
        }
    }
}

/// List customers
///
/// Merged ones once, those that were heard from last first. With `kind` and `value` the one customer that this identity
/// points to, or nobody. With `search` at most those that the first thousand identities and the first thousand names that
/// begin so lead to: type more to see fewer. In a list the identities are user ids, e-mail addresses and telephone numbers;
/// all of them stand with the single customer.
#[utoipa::path(
    get,
    path = "/api/v1/customers",
    tag = "customers",
    params(Sought),
    responses((status = 200, description = "A page of them.", body = Page<Profile>)),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_customers(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Query(sought): Query<Sought>,
) -> Result<Page<Profile>, Problem> {
    if let Some((kind, value)) = sought.identity()? {
        let found = customers.find(&caller, kind, value).await?;
        let profile = match found {
            Some(customer) => vec![customers.profile(&caller, customer).await?],
            None => Vec::new(),
        };
        return Ok(Page::whole(profile));
    }
    let paging = Paging::new(sought.limit, sought.cursor);
    let (limit, after) = (paging.limit()?, paging.after()?);
    let search = sought.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    let listed = customers.list(&caller, search, sought.sort, after, limit + 1).await?;
    let page = Page::cut(listed, limit, |(place, _)| *place);
    let items = page.items.into_iter().map(|(_, profile)| profile).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// Show a customer
///
/// By any of its numbers: a number that was merged into another shows the whole customer.
#[utoipa::path(
    get,
    path = "/api/v1/customers/{customer}",
    tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses((status = 200, description = "The customer.", body = Profile)),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_customer(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Params(customer): Params<CustomerId>,
) -> Result<Json<Profile>, Problem> {
    Ok(Json(customers.profile(&caller, customer).await?))
}

/// List a customer's merges
///
/// Why its numbers are one customer, newest first; undone merges too.
#[utoipa::path(
    get,
    path = "/api/v1/customers/{customer}/merges",
    tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses((status = 200, description = "All of them, on one page.", body = Page<Merge>)),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_customer_merges(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Params(customer): Params<CustomerId>,
) -> Result<Page<Merge>, Problem> {
    Ok(Page::whole(customers.merges(&caller, customer).await?))
}

/// Two customers that are one person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMerge {
    /// One customer's number.
    #[schema(value_type = String, example = "2", pattern = "^[0-9]{1,18}$")]
    customer: CustomerId,
    /// The other's.
    #[schema(value_type = String, example = "1", pattern = "^[0-9]{1,18}$")]
    into: CustomerId,
    /// Why, for whoever looks at it later.
    #[schema(example = "She called and said so.", min_length = 1, max_length = 500)]
    reason: String,
}

/// Merge two customers
///
/// By a person's decision, even where each has a user id. Every signal keeps the number it was logged under, so a merge
/// can be undone at any time.
#[utoipa::path(
    post,
    path = "/api/v1/customers/merges",
    tag = "customers",
    request_body = NewMerge,
    responses(
        (status = 201, description = "They are one customer now.", body = Merge),
        (status = 404, description = "One of them does not exist.", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "They are one customer already.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn create_merge(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Body(new): Body<NewMerge>,
) -> Result<(StatusCode, Json<Merge>), Problem> {
    let reason = new.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 || reason.contains('\0') {
        return Err(Error::invalid_field("reason", "length", "a reason has 1 to 500 characters").into());
    }
    let evidence = json!({ "by": caller.actor().to_string() });
    let merge = customers.merge(&caller, new.customer, new.into, reason, evidence).await?;
    Ok((StatusCode::CREATED, Json(merge)))
}

/// Undo a merge
///
/// Signals, identities and traits go back to the numbers they were logged under. The two may stay one customer by way of
/// other merges, and are never merged by themselves again.
#[utoipa::path(
    post,
    path = "/api/v1/customers/merges/{merge}/undoing",
    tag = "customers",
    params(("merge" = Uuid, Path, description = "The merge.")),
    responses(
        (status = 204, description = "It is undone."),
        (status = 409, description = "It was undone before.", body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn undo_merge(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params(merge): Params<MergeId>,
) -> Result<StatusCode, Problem> {
    customers.undo(&caller, merge).await?;
    Ok(StatusCode::NO_CONTENT)
}
