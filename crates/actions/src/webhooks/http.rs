//! Webhooks over HTTP.

use api::{Body, ClientIp, Page, Paging, Params, Problem, Query, ShownOnce};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use team::{May, ReadActions, WriteActions};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Delivery, DeliveryDetails, DeliveryId, DeliveryState, NewWebhook, Webhook, WebhookChange, WebhookId,
    WebhookWithSecret,
};
use crate::Actions;

/// The paths of webhooks.
pub(crate) fn routes(actions: Actions) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(show_webhook, change_webhook, delete_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(test_webhook))
        .routes(routes!(list_deliveries))
        .routes(routes!(show_delivery))
        .routes(routes!(replay_delivery))
        .with_state(actions)
}

/// List webhooks
///
/// The workspace's endpoints, in the order they were made.
#[utoipa::path(
    get,
    path = "/api/v1/actions/webhooks",
    tag = "actions",
    params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Webhook>)),
    security(("session" = []), ("key" = ["actions:read"]))
)]
async fn list_webhooks(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Query(paging): Query<Paging>,
) -> Result<Page<Webhook>, Problem> {
    let limit = paging.limit()?;
    let webhooks = actions.webhooks(&reader, paging.after()?, limit + 1).await?;
    Ok(Page::cut(webhooks, limit, |webhook| webhook.id))
}

/// Make a webhook
///
/// From now on its endpoint hears of every signal of these kinds that passes the filter. Its secret is in this answer and
/// nowhere else.
#[utoipa::path(
    post,
    path = "/api/v1/actions/webhooks",
    tag = "actions",
    request_body = NewWebhook,
    responses((status = 201, description = "The webhook, with its secret.", body = WebhookWithSecret)),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn create_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    ClientIp(from): ClientIp,
    Body(asked): Body<NewWebhook>,
) -> Result<(StatusCode, ShownOnce<WebhookWithSecret>), Problem> {
    Ok((StatusCode::CREATED, ShownOnce(actions.create_webhook(&editor, asked, Some(from)).await?)))
}

/// Show a webhook
#[utoipa::path(
    get,
    path = "/api/v1/actions/webhooks/{webhook}",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id.")),
    responses((status = 200, description = "The webhook.", body = Webhook)),
    security(("session" = []), ("key" = ["actions:read"]))
)]
async fn show_webhook(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(actions.webhook(&reader, webhook).await?))
}

/// Change a webhook
///
/// What is left out stays as it is. A disabled endpoint hears of nothing but tests; enabling it forgives what failed before.
#[utoipa::path(
    patch,
    path = "/api/v1/actions/webhooks/{webhook}",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id.")),
    request_body = WebhookChange,
    responses((status = 200, description = "The webhook as it is now.", body = Webhook)),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn change_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params(webhook): Params<WebhookId>,
    Body(asked): Body<WebhookChange>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(actions.change_webhook(&editor, webhook, asked, Some(from)).await?))
}

/// Delete a webhook
///
/// Its deliveries go with it, those that are under way, too.
#[utoipa::path(
    delete,
    path = "/api/v1/actions/webhooks/{webhook}",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id.")),
    responses((status = 204, description = "It is gone.")),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn delete_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params(webhook): Params<WebhookId>,
) -> Result<StatusCode, Problem> {
    actions.delete_webhook(&editor, webhook, Some(from)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret
///
/// For 24 hours messages are signed with the old one, too. The new one is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/api/v1/actions/webhooks/{webhook}/rotations",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id.")),
    responses((status = 201, description = "The webhook, with its new secret.", body = WebhookWithSecret)),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn rotate_webhook_secret(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params(webhook): Params<WebhookId>,
) -> Result<(StatusCode, ShownOnce<WebhookWithSecret>), Problem> {
    Ok((StatusCode::CREATED, ShownOnce(actions.rotate_secret(&editor, webhook, Some(from)).await?)))
}

/// Send a test message
///
/// Also to a disabled endpoint. The delivery tells what comes of it.
#[utoipa::path(
    post,
    path = "/api/v1/actions/webhooks/{webhook}/tests",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id.")),
    responses((status = 201, description = "The delivery, which is under way.", body = Delivery)),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn test_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<(StatusCode, Json<Delivery>), Problem> {
    Ok((StatusCode::CREATED, Json(actions.test_webhook(&editor, webhook).await?)))
}

/// Which deliveries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// Those in this state alone.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a webhook's deliveries
///
/// Newest first. They are kept for thirty days after they ended.
#[utoipa::path(
    get,
    path = "/api/v1/actions/webhooks/{webhook}/deliveries",
    tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id."), Sought),
    responses((status = 200, description = "A page of them.", body = Page<Delivery>)),
    security(("session" = []), ("key" = ["actions:read"]))
)]
async fn list_deliveries(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params(webhook): Params<WebhookId>,
    Query(sought): Query<Sought>,
) -> Result<Page<Delivery>, Problem> {
    let paging = Paging::new(sought.limit, sought.cursor);
    let limit = paging.limit()?;
    let deliveries = actions.deliveries(&reader, webhook, sought.state, paging.after()?, limit + 1).await?;
    Ok(Page::cut(deliveries, limit, |delivery| delivery.id))
}

/// Show a delivery
///
/// With its message and every attempt.
#[utoipa::path(
    get,
    path = "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}",
    tag = "actions",
    params(
        ("webhook" = WebhookId, Path, description = "The webhook's id."),
        ("delivery" = DeliveryId, Path, description = "The delivery's id, the `webhook-id` of its message.")
    ),
    responses((status = 200, description = "The delivery.", body = DeliveryDetails)),
    security(("session" = []), ("key" = ["actions:read"]))
)]
async fn show_delivery(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params((webhook, delivery)): Params<(WebhookId, DeliveryId)>,
) -> Result<Json<DeliveryDetails>, Problem> {
    Ok(Json(actions.delivery(&reader, webhook, delivery).await?))
}

/// Send a message again
///
/// One that was delivered or given up, under the same id. It is a conflict while it is under way, or its webhook disabled.
#[utoipa::path(
    post,
    path = "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}/replays",
    tag = "actions",
    params(
        ("webhook" = WebhookId, Path, description = "The webhook's id."),
        ("delivery" = DeliveryId, Path, description = "The delivery's id, the `webhook-id` of its message.")
    ),
    responses((status = 201, description = "The delivery, which is under way.", body = Delivery)),
    security(("session" = []), ("key" = ["actions:write"]))
)]
async fn replay_delivery(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    ClientIp(from): ClientIp,
    Params((webhook, delivery)): Params<(WebhookId, DeliveryId)>,
) -> Result<(StatusCode, Json<Delivery>), Problem> {
    Ok((StatusCode::CREATED, Json(actions.replay(&editor, webhook, delivery, Some(from)).await?)))
}
