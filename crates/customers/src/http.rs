//! The room's part of the API.

use api::{Body, Page, Params, Problem, ProblemDetails, Query};
use axum::{Json, extract::State, http::StatusCode};
use base::{CustomerId, Error};
use serde::Deserialize;
use serde_json::json;
use team::{May, ReadCustomers, WriteCustomers};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Customers, Merge, MergeId, Profile};

/// The routes of this room.
pub fn routes(customers: Customers) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(find_customer))
        .routes(routes!(show_customer))
        .routes(routes!(list_customer_merges))
        .routes(routes!(create_merge))
        .routes(routes!(undo_merge))
        .with_state(customers)
}

/// An identity to look for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// `user_id`, `anonymous_id`, `email`, `phone`, `device`, or another kind that a source sends.
    #[param(example = "email", max_length = 255)]
    kind: String,
    /// Its value as the source normalises it: e-mail addresses in lower case.
    #[param(example = "ana@example.com", max_length = 255)]
    value: String,
}

/// Find a customer
///
/// The customer that an identity points to, merges taken into account. A list of one, or an empty one.
#[utoipa::path(
    get,
    path = "/api/v1/customers",
    tag = "customers",
    params(Sought),
    responses((status = 200, description = "The customer, if there is one.", body = Page<Profile>)),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn find_customer(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Query(sought): Query<Sought>,
) -> Result<Page<Profile>, Problem> {
    for (field, text) in [("kind", &sought.kind), ("value", &sought.value)] {
        if text.chars().count() > 255 {
            return Err(Error::invalid_field(field, "too_long", "an identity has at most 255 characters").into());
        }
    }
    let found = customers.find(&caller, &sought.kind, &sought.value).await?;
    let profile = match found {
        Some(customer) => vec![customers.profile(&caller, customer).await?],
        None => Vec::new(),
    };
    Ok(Page::whole(profile))
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
