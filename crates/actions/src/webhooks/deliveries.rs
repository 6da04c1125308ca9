//! The delivery log: what was sent to an endpoint, how often, and what came back.

use base::{Error, Result, SignalId, Timestamp, WorkspaceId, uuid_v7};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    prelude::Uuid,
    sea_query::{Expr, OnConflict, Query, SelectStatement, UpdateStatement},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{fmt, net::IpAddr};
use store::{
    all, failed,
    jobs::{NewJob, enqueue},
};
use team::Scope;
use utoipa::ToSchema;

use super::{WebhookId, WebhookState, deliver::Payload, payload};
use crate::Actions;

/// A delivery's id: the `webhook-id` of its message, the same however often it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct DeliveryId(pub Uuid);

impl DeliveryId {
    /// The one delivery of this signal to this endpoint: whoever reckons it again gets the same.
    pub(super) fn of(signal: &signals::Signal, webhook: WebhookId) -> Self {
        let both = [signal.id.0.into_bytes(), webhook.0.into_bytes()].concat();
        let hash = blake3::hash(&both);
        let mut random = [0; 10];
        random.copy_from_slice(&hash.as_bytes()[..10]);
        Self(uuid_v7(signal.received_at, random))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What has become of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, for the first time or again.
    Waiting,
    /// The endpoint has taken it.
    Delivered,
    /// It was given up. It can be replayed.
    Failed,
}

impl DeliveryState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Result<Self> {
        let found = [Self::Waiting, Self::Delivered, Self::Failed].into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| Error::internal(format!("a delivery cannot be {name}")))
    }
}

/// A message to an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id, which the endpoint knows as `webhook-id`.
    pub id: DeliveryId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// The message's type: the signal's kind, or `webhook_tested`.
    #[schema(example = "survey_answered")]
    pub kind: String,
    /// The signal it is about; none for a test.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub signal: Option<SignalId>,
    /// What has become of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When the signal was received.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// One attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Attempt {
    /// Which one it was, from 1.
    pub number: i64,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status, if there was an answer.
    #[schema(example = 500)]
    pub status: Option<i64>,
    /// What went wrong.
    #[schema(example = "it answered 500 Internal Server Error")]
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub excerpt: Option<String>,
}

/// A delivery with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DeliveryDetails {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The message as it is sent.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub body: Json,
    /// Its attempts, oldest first.
    pub tries: Vec<Attempt>,
}

impl Actions {
    /// An endpoint's deliveries, newest first, from after a place in that order.
    pub async fn deliveries(
        &self,
        scope: &Scope,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        limit: u64,
    ) -> Result<Vec<Delivery>> {
        self.webhook(scope, webhook).await?;
        let mut select = rows(scope.workspace(), webhook);
        select
            .and_where_option(state.map(|state| Expr::col("state").eq(state.name())))
            .and_where_option(after.map(|id| Expr::col("id").lt(id.0)))
            .order_by("id", Order::Desc)
            .limit(limit);
        all::<Row>(self.store.read(), &select).await?.into_iter().map(|row| Ok(row.read()?.0)).collect()
    }

    /// One delivery with its message and attempts.
    pub async fn delivery(&self, scope: &Scope, webhook: WebhookId, id: DeliveryId) -> Result<DeliveryDetails> {
        let reader = self.store.read();
        let found = find(reader, scope.workspace(), webhook, id).await?;
        let (delivery, body) = found.ok_or_else(|| Error::not_found("delivery"))?;
        let body = serde_json::from_str(&body)
            .map_err(|error| Error::internal(format!("the message of delivery {id} is damaged: {error}")))?;
        Ok(DeliveryDetails { delivery, body, tries: tries(reader, scope.workspace(), id).await? })
    }

    /// Sends a test message to an endpoint, also to a disabled one.
    pub async fn test_webhook(&self, scope: &Scope, webhook: WebhookId) -> Result<Delivery> {
        let now = self.clock.now();
        let delivery = Delivery {
            id: DeliveryId(uuid_v7(now, rand::random())),
            webhook,
            kind: payload::TESTED.into(),
            signal: None,
            state: DeliveryState::Waiting,
            attempts: 0,
            created_at: now,
            ended_at: None,
        };
        let body = payload::test(now)?;
        let transaction = self.store.begin().await?;
        self.webhook_in(&transaction, scope, webhook).await?;
        insert(&transaction, scope.workspace(), &delivery, body, now).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(delivery)
    }

    /// Sends a message again that was delivered or given up: the same message under the same id, with all its attempts
    /// before it.
    pub async fn replay(
        &self,
        scope: &Scope,
        webhook: WebhookId,
        id: DeliveryId,
        from: Option<IpAddr>,
    ) -> Result<Delivery> {
        let transaction = self.store.begin().await?;
        let endpoint = self.webhook_in(&transaction, scope, webhook).await?;
        let found = find(&transaction, scope.workspace(), webhook, id).await?;
        let (mut delivery, _) = found.ok_or_else(|| Error::not_found("delivery"))?;
        if delivery.signal.is_some() && endpoint.state == WebhookState::Disabled {
            return Err(Error::conflict("the webhook is disabled; enable it first"));
        }
        let again = update(scope.workspace(), id)
            .value("state", DeliveryState::Waiting.name())
            .value("ended_at", Option::<i64>::None)
            .and_where(Expr::col("state").ne(DeliveryState::Waiting.name()))
            .take();
        if transaction.execute(&again).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::conflict("the delivery is under way"));
        }
        let payload = Payload { webhook, delivery: id, before: delivery.attempts };
        enqueue(&transaction, payload.job(scope.workspace())?, self.clock.now()).await?;
        self.audit(&transaction, scope, from, "webhook.replayed", id.to_string(), json!({ "webhook": webhook }))
            .await?;
        transaction.commit().await.map_err(failed)?;
        (delivery.state, delivery.ended_at) = (DeliveryState::Waiting, None);
        Ok(delivery)
    }

    /// Forgets deliveries that ended thirty days ago, with what they said of people; answers how many.
    pub async fn forget_deliveries(&self) -> Result<u64> {
        let before = self.clock.now().plus(-30 * Timestamp::DAY).micros();
        let old = || Expr::col("ended_at").lt(before);
        let ids = Query::select().column("id").from("webhook_delivery").and_where(old()).take();
        let attempts =
            Query::delete().from_table("webhook_attempt").and_where(Expr::col("delivery").in_subquery(ids)).take();
        let deliveries = Query::delete().from_table("webhook_delivery").and_where(old()).take();
        let transaction = self.store.begin().await?;
        transaction.execute(&attempts).await.map_err(failed)?;
        let gone = transaction.execute(&deliveries).await.map_err(failed)?.rows_affected();
        transaction.commit().await.map_err(failed)?;
        Ok(gone)
    }
}

/// Writes a delivery and the job that makes it, unless the delivery is there already.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    delivery: &Delivery,
    body: String,
    now: Timestamp,
) -> Result<()> {
    let insert = Query::insert()
        .into_table("webhook_delivery")
        .columns(["workspace", "id", "webhook", "kind", "signal", "body", "state", "attempts", "created_at"])
        .values_panic([
            workspace.0.into(),
            delivery.id.0.into(),
            delivery.webhook.0.into(),
            delivery.kind.clone().into(),
            delivery.signal.map(|signal| signal.0).into(),
            body.into(),
            delivery.state.name().into(),
            delivery.attempts.into(),
            delivery.created_at.micros().into(),
        ])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    if transaction.execute(&insert).await.map_err(failed)?.rows_affected() == 1 {
        let payload = Payload { webhook: delivery.webhook, delivery: delivery.id, before: 0 };
        enqueue(transaction, payload.job(workspace)?, now).await?;
    }
    Ok(())
}

/// A delivery and its message; `None` when it was deleted.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<Option<(Delivery, String)>> {
    let mut select = rows(workspace, webhook);
    select.and_where(Expr::col("id").eq(id.0));
    all::<Row>(connection, &select).await?.into_iter().next().map(Row::read).transpose()
}

/// Writes down an attempt and what it made of the delivery.
pub(super) async fn note(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    id: DeliveryId,
    attempt: &Attempt,
    state: DeliveryState,
    now: Timestamp,
) -> Result<()> {
    let insert = Query::insert()
        .into_table("webhook_attempt")
        .columns(["workspace", "delivery", "number", "at", "took_ms", "status", "error", "excerpt"])
        .values_panic([
            workspace.0.into(),
            id.0.into(),
            attempt.number.into(),
            attempt.at.micros().into(),
            attempt.took_ms.into(),
            attempt.status.into(),
            attempt.error.clone().into(),
            attempt.excerpt.clone().into(),
        ])
        .take();
    transaction.execute(&insert).await.map_err(failed)?;
    let change = end(workspace, id, state, now).value("attempts", attempt.number).take();
    transaction.execute(&change).await.map_err(failed)?;
    Ok(())
}

/// Ends a delivery without an attempt.
pub(super) async fn give_up(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<()> {
    transaction.execute(&end(workspace, id, DeliveryState::Failed, now)).await.map_err(failed)?;
    Ok(())
}

fn end(workspace: WorkspaceId, id: DeliveryId, state: DeliveryState, now: Timestamp) -> UpdateStatement {
    let ended_at = (state != DeliveryState::Waiting).then(|| now.micros());
    update(workspace, id).value("state", state.name()).value("ended_at", ended_at).take()
}

fn update(workspace: WorkspaceId, id: DeliveryId) -> UpdateStatement {
    Query::update()
        .table("webhook_delivery")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("id").eq(id.0))
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    webhook: Uuid,
    kind: String,
    signal: Option<Uuid>,
    body: String,
    state: String,
    attempts: i64,
    created_at: i64,
    ended_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<(Delivery, String)> {
        let delivery = Delivery {
            id: DeliveryId(self.id),
            webhook: WebhookId(self.webhook),
            kind: self.kind,
            signal: self.signal.map(SignalId),
            state: DeliveryState::named(&self.state)?,
            attempts: self.attempts,
            created_at: Timestamp::from_micros(self.created_at),
            ended_at: self.ended_at.map(Timestamp::from_micros),
        };
        Ok((delivery, self.body))
    }
}

fn rows(workspace: WorkspaceId, webhook: WebhookId) -> SelectStatement {
    Query::select()
        .columns(["id", "webhook", "kind", "signal", "body", "state", "attempts", "created_at", "ended_at"])
        .from("webhook_delivery")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("webhook").eq(webhook.0))
        .take()
}

async fn tries(connection: &impl ConnectionTrait, workspace: WorkspaceId, id: DeliveryId) -> Result<Vec<Attempt>> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        at: i64,
        took_ms: i64,
        status: Option<i64>,
        error: Option<String>,
        excerpt: Option<String>,
    }
    let select = Query::select()
        .columns(["number", "at", "took_ms", "status", "error", "excerpt"])
        .from("webhook_attempt")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("delivery").eq(id.0))
        .order_by("number", Order::Asc)
        .take();
    let rows: Vec<Row> = all(connection, &select).await?;
    let read = |row: Row| Attempt {
        number: row.number,
        at: Timestamp::from_micros(row.at),
        took_ms: row.took_ms,
        status: row.status,
        error: row.error,
        excerpt: row.excerpt,
    };
    Ok(rows.into_iter().map(read).collect())
}

impl Payload {
    /// The job that makes this delivery.
    pub(super) fn job(&self, workspace: WorkspaceId) -> Result<NewJob> {
        Ok(NewJob::new(super::deliver::DELIVER_WEBHOOK, self)?.in_workspace(workspace))
    }
}
