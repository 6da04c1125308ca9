//! Webhooks over HTTP.

use api::{Body, Page, Paging, Params, Problem, ProblemDetails, ShownOnce};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use team::{May, ReadActions, WriteActions};
use utoipa::IntoParams;
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

/// List the workspace's webhooks in the order they were made.
#[utoipa::path(
    get, path = "/api/v1/actions/webhooks", tag = "actions",
    params(Paging),
    security(("session" = []), ("key" = ["actions:read"])),
    responses(
        (status = 200, description = "A page of webhooks", body = Page<Webhook>),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn list_webhooks(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    api::Query(paging): api::Query<Paging>,
) -> Result<Page<Webhook>, Problem> {
    let limit = paging.limit()?;
    let webhooks = actions.webhooks(&reader, paging.after()?, limit + 1).await?;
    Ok(Page::cut(webhooks, limit, |webhook| webhook.id))
}

/// Make a webhook. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/actions/webhooks", tag = "actions", request_body = NewWebhook,
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 201, description = "The webhook, with its secret", body = WebhookWithSecret),
        (status = 400, description = "A field is wrong, or the URL may not be called", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such workspace", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "There are too many webhooks", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn create_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Body(asked): Body<NewWebhook>,
) -> Result<Response, Problem> {
    Ok(shown_once(StatusCode::CREATED, actions.create_webhook(&editor, asked).await?))
}

/// Show a webhook.
#[utoipa::path(
    get, path = "/api/v1/actions/webhooks/{webhook}", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id")),
    security(("session" = []), ("key" = ["actions:read"])),
    responses(
        (status = 200, description = "The webhook", body = Webhook),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn show_webhook(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(actions.webhook(&reader, webhook).await?))
}

/// Change a webhook, enable or disable it.
#[utoipa::path(
    patch, path = "/api/v1/actions/webhooks/{webhook}", tag = "actions", request_body = WebhookChange,
    params(("webhook" = WebhookId, Path, description = "The webhook's id")),
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 400, description = "A field is wrong, or the URL may not be called", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn change_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params(webhook): Params<WebhookId>,
    Body(asked): Body<WebhookChange>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(actions.change_webhook(&editor, webhook, asked).await?))
}

/// Delete a webhook and its deliveries.
#[utoipa::path(
    delete, path = "/api/v1/actions/webhooks/{webhook}", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id")),
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn delete_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<StatusCode, Problem> {
    actions.delete_webhook(&editor, webhook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret. For 24 hours, messages are signed with the old one, too.
#[utoipa::path(
    post, path = "/api/v1/actions/webhooks/{webhook}/rotations", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id")),
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 201, description = "The webhook, with its new secret", body = WebhookWithSecret),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn rotate_webhook_secret(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<Response, Problem> {
    Ok(shown_once(StatusCode::CREATED, actions.rotate_secret(&editor, webhook).await?))
}

/// Send a test message to a webhook, also to a disabled one. Its delivery tells what came of it.
#[utoipa::path(
    post, path = "/api/v1/actions/webhooks/{webhook}/tests", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id")),
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 201, description = "The delivery, which is under way", body = Delivery),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn test_webhook(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params(webhook): Params<WebhookId>,
) -> Result<(StatusCode, Json<Delivery>), Problem> {
    Ok((StatusCode::CREATED, Json(actions.test_webhook(&editor, webhook).await?)))
}

/// Which deliveries are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Search {
    /// Those in this state alone.
    state: Option<DeliveryState>,
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a webhook's deliveries, newest first. They are kept for thirty days.
#[utoipa::path(
    get, path = "/api/v1/actions/webhooks/{webhook}/deliveries", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id"), Search),
    security(("session" = []), ("key" = ["actions:read"])),
    responses(
        (status = 200, description = "A page of deliveries", body = Page<Delivery>),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn list_deliveries(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params(webhook): Params<WebhookId>,
    api::Query(search): api::Query<Search>,
) -> Result<Page<Delivery>, Problem> {
    let paging = Paging::new(search.limit, search.cursor);
    let limit = paging.limit()?;
    let deliveries = actions.deliveries(&reader, webhook, search.state, paging.after()?, limit + 1).await?;
    Ok(Page::cut(deliveries, limit, |delivery| delivery.id))
}

/// Show a delivery with its message and every attempt.
#[utoipa::path(
    get, path = "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id"), ("delivery" = DeliveryId, Path, description = "The delivery's id")),
    security(("session" = []), ("key" = ["actions:read"])),
    responses(
        (status = 200, description = "The delivery", body = DeliveryDetails),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such delivery in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn show_delivery(
    State(actions): State<Actions>,
    reader: May<ReadActions>,
    Params((webhook, delivery)): Params<(WebhookId, DeliveryId)>,
) -> Result<Json<DeliveryDetails>, Problem> {
    Ok(Json(actions.delivery(&reader, webhook, delivery).await?))
}

/// Send a message again that was delivered or given up, under the same id.
#[utoipa::path(
    post, path = "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}/replays", tag = "actions",
    params(("webhook" = WebhookId, Path, description = "The webhook's id"), ("delivery" = DeliveryId, Path, description = "The delivery's id")),
    security(("session" = []), ("key" = ["actions:write"])),
    responses(
        (status = 201, description = "The delivery, which is under way", body = Delivery),
        (status = 401, description = "Nobody is known", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The permission is missing", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such delivery in this workspace", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The delivery is under way, or the webhook is disabled", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
async fn replay_delivery(
    State(actions): State<Actions>,
    editor: May<WriteActions>,
    Params((webhook, delivery)): Params<(WebhookId, DeliveryId)>,
) -> Result<(StatusCode, Json<Delivery>), Problem> {
    Ok((StatusCode::CREATED, Json(actions.replay(&editor, webhook, delivery).await?)))
}

/// An answer with a secret, which nobody on the way may keep.
fn shown_once(status: StatusCode, webhook: WebhookWithSecret) -> Response {
    (status, ShownOnce(webhook)).into_response()
}
