//! Consent over HTTP.

use api::{
    Body, ClientIp, Page, Paging, Params, Problem, Query, ShownOnce,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use base::{CustomerId, Error, Timestamp};
use serde::{Deserialize, Serialize};
use team::{May, ReadCustomers, WriteActions, WriteCustomers};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Consent, Contact, ContactChannel, ContactId, ContactRules, NewConsent, NewTopic, Preferences, Refusal, Topic,
    TopicChange, TopicId,
};
use crate::Customers;

/// The paths of consent.
pub(crate) fn routes(customers: Customers) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_topics, create_topic))
        .routes(routes!(change_topic, delete_topic))
        .routes(routes!(show_contact_rules, change_contact_rules))
        .routes(routes!(show_preferences))
        .routes(routes!(list_consents, record_consent))
        .routes(routes!(reserve_contact))
        .routes(routes!(give_contact_back))
        .routes(routes!(create_preference_link, revoke_preference_links))
        .with_state(customers)
}

/// List topics
///
/// What customers are contacted about, in the order of their ids.
#[utoipa::path(
    get, path = "/api/v1/customers/topics", tag = "customers", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Topic>), Invalid, Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_topics(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Query(paging): Query<Paging>,
) -> Result<Page<Topic>, Problem> {
    let limit = paging.limit()?;
    let topics = customers.topics(&caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(topics, limit, |last| last.id.to_string()))
}

/// Make a topic
///
/// Its id is the name that senders use, and never changes.
#[utoipa::path(
    post, path = "/api/v1/customers/topics", tag = "customers", request_body = NewTopic,
    responses(
        (status = 201, description = "The topic.", body = Topic),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn create_topic(
    State(customers): State<Customers>,
    caller: May<WriteActions>,
    ClientIp(from): ClientIp,
    Body(new): Body<NewTopic>,
) -> Result<(StatusCode, Json<Topic>), Problem> {
    Ok((StatusCode::CREATED, Json(customers.create_topic(&caller, new, Some(from)).await?)))
}

/// Change a topic
///
/// What customers have said of it stays as it is.
#[utoipa::path(
    put, path = "/api/v1/customers/topics/{topic}", tag = "customers", request_body = TopicChange,
    params(("topic" = String, Path, description = "Its id.", example = "newsletter", pattern = "^[a-z0-9_-]{1,60}$")),
    responses(
        (status = 200, description = "The topic as it is now.", body = Topic),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn change_topic(
    State(customers): State<Customers>,
    caller: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params(topic): Params<TopicId>,
    Body(change): Body<TopicChange>,
) -> Result<Json<Topic>, Problem> {
    Ok(Json(customers.change_topic(&caller, topic, change, Some(from)).await?))
}

/// Delete a topic
///
/// Nobody may be contacted about it any more. What customers have said of it stays in the ledger.
#[utoipa::path(
    delete, path = "/api/v1/customers/topics/{topic}", tag = "customers",
    params(("topic" = String, Path, description = "Its id.", example = "newsletter", pattern = "^[a-z0-9_-]{1,60}$")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn delete_topic(
    State(customers): State<Customers>,
    caller: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params(topic): Params<TopicId>,
) -> Result<StatusCode, Problem> {
    customers.delete_topic(&caller, &topic, Some(from)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show the rules of contact
///
/// Quiet hours, and how often at most somebody is contacted.
#[utoipa::path(
    get, path = "/api/v1/customers/contact-rules", tag = "customers",
    responses((status = 200, description = "The rules.", body = ContactRules), Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_contact_rules(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
) -> Result<Json<ContactRules>, Problem> {
    Ok(Json(customers.contact_rules(&caller).await?))
}

/// Change the rules of contact
///
/// They hold from the next question on, for whatever is not transactional.
#[utoipa::path(
    put, path = "/api/v1/customers/contact-rules", tag = "customers", request_body = ContactRules,
    responses(
        (status = 200, description = "The rules as they are now.", body = ContactRules),
        Invalid, Unauthenticated, Forbidden
    ),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn change_contact_rules(
    State(customers): State<Customers>,
    caller: May<WriteActions>,
    ClientIp(from): ClientIp,
    Body(rules): Body<ContactRules>,
) -> Result<Json<ContactRules>, Problem> {
    Ok(Json(customers.change_contact_rules(&caller, rules, Some(from)).await?))
}

/// Show a customer's preferences
///
/// How they stand to each topic on each channel: derived from what they have said, whichever of their numbers it was said under.
#[utoipa::path(
    get, path = "/api/v1/customers/{customer}/preferences", tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses(
        (status = 200, description = "The preferences.", body = Preferences),
        Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn show_preferences(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Params(customer): Params<CustomerId>,
) -> Result<Json<Preferences>, Problem> {
    Ok(Json(customers.preferences(&caller, customer).await?))
}

/// List a customer's consents
///
/// Everything that they have said about being contacted, with its proof; the last that was written down comes first.
#[utoipa::path(
    get, path = "/api/v1/customers/{customer}/consents", tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$"), Paging),
    responses(
        (status = 200, description = "A page of them.", body = Page<Consent>),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["customers:read"]))
)]
async fn list_consents(
    State(customers): State<Customers>,
    caller: May<ReadCustomers>,
    Params(customer): Params<CustomerId>,
    Query(paging): Query<Paging>,
) -> Result<Page<Consent>, Problem> {
    let limit = paging.limit()?;
    let consents = customers.consents(&caller, customer, paging.after()?, limit + 1).await?;
    Ok(Page::cut(consents, limit, |last| last.seq))
}

/// Record a consent
///
/// What a customer has said about being contacted: yes or no, to what, when, how and in which words. Entries are added and never
/// changed; the last word counts.
#[utoipa::path(
    post, path = "/api/v1/customers/{customer}/consents", tag = "customers", request_body = NewConsent,
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses(
        (status = 201, description = "The entry.", body = Consent),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn record_consent(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params(customer): Params<CustomerId>,
    Body(new): Body<NewConsent>,
) -> Result<(StatusCode, Json<Consent>), Problem> {
    Ok((StatusCode::CREATED, Json(customers.record_consent(&caller, customer, new).await?)))
}

/// What somebody wants to contact a customer about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewContact {
    /// The topic.
    #[schema(value_type = String, pattern = "^[a-z0-9_-]{1,60}$", example = "newsletter")]
    topic: TopicId,
    /// The channel.
    channel: ContactChannel,
}

/// Why a customer may not be contacted.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RefusalReason {
    /// The workspace has no such topic.
    UnknownTopic,
    /// The topic does not go out on this channel.
    WrongChannel,
    /// They have not agreed, and the topic needs that.
    NoConsent,
    /// They said no.
    Withdrawn,
    /// They object to whatever they have not agreed to.
    Objected,
    /// It is night where they live.
    QuietHours,
    /// They were contacted often enough.
    BudgetSpent,
}

/// Whether a customer may be contacted.
#[derive(Serialize, ToSchema)]
struct ContactAnswer {
    /// Whether they may, now.
    allowed: bool,
    /// The contact that now counts in the budget; `null` where none does.
    #[schema(value_type = Option<Uuid>, required)]
    contact: Option<ContactId>,
    /// Why not.
    #[schema(required)]
    reason: Option<RefusalReason>,
    /// Since when they do not want it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    since: Option<Timestamp>,
    /// When to ask again.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    until: Option<Timestamp>,
}

impl ContactAnswer {
    fn to(contact: Contact) -> Result<Self, Error> {
        let yes = |contact| Self { allowed: true, contact, reason: None, since: None, until: None };
        let no = |reason, since, until| Self { allowed: false, contact: None, reason: Some(reason), since, until };
        Ok(match contact {
            Contact::Allowed(contact) => yes(Some(contact)),
            Contact::Always => yes(None),
            Contact::Refused(refusal) => match refusal {
                Refusal::UnknownCustomer => return Err(Error::not_found("customer")),
                Refusal::UnknownTopic => no(RefusalReason::UnknownTopic, None, None),
                Refusal::WrongChannel => no(RefusalReason::WrongChannel, None, None),
                Refusal::NoConsent => no(RefusalReason::NoConsent, None, None),
                Refusal::Withdrawn { since } => no(RefusalReason::Withdrawn, Some(since), None),
                Refusal::Objected { since } => no(RefusalReason::Objected, Some(since), None),
                Refusal::QuietHours { until } => no(RefusalReason::QuietHours, None, Some(until)),
                Refusal::BudgetSpent { until } => no(RefusalReason::BudgetSpent, None, Some(until)),
            },
        })
    }
}

/// Ask to contact a customer
///
/// Whether they may be contacted about a topic on a channel now. A yes counts in the budget at once, so that two senders together
/// never exceed it; whoever does not send after all gives the contact back.
#[utoipa::path(
    post, path = "/api/v1/customers/{customer}/contacts", tag = "customers", request_body = NewContact,
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses(
        (status = 200, description = "Yes, or why not.", body = ContactAnswer),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn reserve_contact(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params(customer): Params<CustomerId>,
    Body(NewContact { topic, channel }): Body<NewContact>,
) -> Result<Json<ContactAnswer>, Problem> {
    let answer = customers.reserve_contact(&caller, customer, &topic, channel).await?;
    Ok(Json(ContactAnswer::to(answer)?))
}

/// Give a contact back
///
/// Nothing was sent: it counts in no budget any more.
#[utoipa::path(
    delete, path = "/api/v1/customers/{customer}/contacts/{contact}", tag = "customers",
    params(
        ("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$"),
        ("contact" = Uuid, Path, description = "The contact.")
    ),
    responses((status = 204, description = "It is given back."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn give_contact_back(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params((customer, contact)): Params<(CustomerId, ContactId)>,
) -> Result<StatusCode, Problem> {
    customers.give_contact_back(&caller, customer, contact).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a customer chooses for themselves.
#[derive(Serialize, ToSchema)]
struct PreferenceLink {
    /// The page. Whoever has the link can change what the customer is contacted about.
    #[schema(example = "https://cx.example.com/preferences/AQ…")]
    url: String,
}

/// Make a link to a customer's preferences
///
/// A page on which they choose without logging in. The link does not expire; it is good until the customer's links are taken away.
#[utoipa::path(
    post, path = "/api/v1/customers/{customer}/preference-links", tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses(
        (status = 201, description = "The link.", body = PreferenceLink),
        Unauthenticated, Forbidden, NotFound, Conflict
    ),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn create_preference_link(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params(customer): Params<CustomerId>,
) -> Result<(StatusCode, ShownOnce<PreferenceLink>), Problem> {
    let url = customers.preference_link(&caller, customer).await?.to_string();
    Ok((StatusCode::CREATED, ShownOnce(PreferenceLink { url })))
}

/// Take a customer's links away
///
/// None that was made so far leads to their preferences or ends a topic any more, those in mails that were sent, too.
#[utoipa::path(
    delete, path = "/api/v1/customers/{customer}/preference-links", tag = "customers",
    params(("customer" = String, Path, description = "The customer's number.", example = "1", pattern = "^[0-9]{1,18}$")),
    responses((status = 204, description = "They are taken away."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["customers:write"]))
)]
async fn revoke_preference_links(
    State(customers): State<Customers>,
    caller: May<WriteCustomers>,
    Params(customer): Params<CustomerId>,
) -> Result<StatusCode, Problem> {
    customers.revoke_links(&caller, customer).await?;
    Ok(StatusCode::NO_CONTENT)
}
