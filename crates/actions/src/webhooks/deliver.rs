//! The job that makes a delivery: sends the message once, and writes down what came of it.

use async_trait::async_trait;
use base::{EmailAddress, Error, Result, Timestamp, WorkspaceId};
use bytes::Bytes;
use http::{Request, Response, header};
use outbound::{
    mail::{self, NewMail, Template},
    webhook::{seconds, sign},
};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::{Duration, Instant};
use store::jobs::{Claimed, Effects, Failure, Handler, Policy};

use super::{
    Webhook, WebhookId, WebhookState,
    deliveries::{Attempt, Delivery, DeliveryId, DeliveryState, find, give_up, note},
    gate::Gates,
    judge::{GIVEN_UP_AFTER, Verdict, complaint, judge},
    store::{Armed, disable, failing, recovered},
};
use crate::Actions;

/// The kind of the job.
pub(super) const DELIVER_WEBHOOK: &str = "deliver_webhook";

/// What the job is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub webhook: WebhookId,
    pub delivery: DeliveryId,
    /// Attempts that do not count, because they were made before a replay.
    pub before: i64,
}

/// How much of an answer's body is kept, in bytes.
const EXCERPT: usize = 1_024;

const DISABLED: Template = Template {
    name: "webhook_disabled",
    subject: "A webhook was disabled: {{ host }}",
    text: include_str!("../../templates/webhook_disabled.txt"),
    html: include_str!("../../templates/webhook_disabled.html"),
};

/// The handler.
pub(crate) struct DeliverWebhook {
    actions: Actions,
    gates: Gates,
}

/// How an attempt went.
struct Outcome {
    at: Timestamp,
    took: Duration,
    answer: Result<Response<Bytes>, outbound::Failure>,
}

/// What most attempts leave: a delivery that arrived at an endpoint where nothing was wrong.
struct Arrived {
    workspace: WorkspaceId,
    delivery: DeliveryId,
    made: Attempt,
    now: Timestamp,
}

#[async_trait]
impl Effects for Arrived {
    async fn write(&self, transaction: &DatabaseTransaction) -> Result<()> {
        note(transaction, self.workspace, self.delivery, &self.made, DeliveryState::Delivered, self.now).await
    }
}

impl DeliverWebhook {
    pub(crate) fn new(actions: Actions) -> Self {
        Self { actions, gates: Gates::default() }
    }

    async fn send(&self, armed: &Armed, delivery: DeliveryId, body: String) -> Outcome {
        let (at, began) = (self.actions.clock.now(), Instant::now());
        let request = Request::post(armed.webhook.url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", delivery.to_string())
            .header("webhook-timestamp", seconds(at))
            .header("webhook-signature", sign(&armed.secrets, &delivery.to_string(), at, body.as_bytes()))
            .body(Bytes::from(body));
        let answer = match request {
            Ok(request) => self.actions.client.send(request).await,
            Err(_) => Err(outbound::Failure::Refused(outbound::Refusal::NotAUrl)),
        };
        Outcome { at, took: began.elapsed(), answer }
    }

    /// Writes down what came of an attempt, and what follows from it for the endpoint.
    async fn conclude(
        &self,
        job: &Claimed,
        workspace: WorkspaceId,
        (webhook, delivery): (&Webhook, &Delivery),
        outcome: &Outcome,
        verdict: &Verdict,
    ) -> Result<(DatabaseTransaction, DeliveryState)> {
        let now = self.actions.clock.now();
        let because = match verdict {
            Verdict::Gone => Some("it answered 410 Gone: it wants to hear nothing any more"),
            Verdict::Again(_) | Verdict::GivenUp if has_failed_for_long(webhook, now) => {
                Some("nothing has reached it for five days")
            }
            _ => None,
        };
        // Looked up before the transaction, in which nothing else is to be waited for.
        let owners = match because {
            Some(_) => self.actions.team.owners(workspace).await?,
            None => Vec::new(),
        };
        let state = match verdict {
            Verdict::Delivered => DeliveryState::Delivered,
            Verdict::Again(_) if because.is_none() => DeliveryState::Waiting,
            _ => DeliveryState::Failed,
        };
        let transaction = job.begin(&self.actions.store).await?;
        note(&transaction, workspace, delivery.id, &attempt(delivery, outcome), state, now).await?;
        if *verdict == Verdict::Delivered {
            if webhook.failing_since.is_some() {
                recovered(&transaction, workspace, webhook.id).await?;
            }
        } else if webhook.failing_since.is_none() {
            failing(&transaction, workspace, webhook.id, outcome.at).await?;
        }
        if let Some(because) = because
            && disable(&transaction, workspace, webhook.id, because).await?
        {
            tell(&transaction, workspace, webhook, because, owners, now).await?;
        }
        Ok((transaction, state))
    }
}

#[async_trait]
impl Handler for DeliverWebhook {
    fn kind(&self) -> &'static str {
        DELIVER_WEBHOOK
    }

    /// The schedule is the delivery's own; the job only carries it.
    fn policy(&self) -> Policy {
        Policy { attempts: u32::MAX, limit: Duration::from_secs(60), concurrency: 64, ..Policy::default() }
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        let payload: Payload = job.payload()?;
        let workspace = job.workspace.ok_or_else(|| Failure::never("a delivery belongs to a workspace"))?;
        let Some(armed) = self.actions.armed(workspace, payload.webhook).await? else { return Ok(()) };
        let found = find(self.actions.store.read(), workspace, payload.webhook, payload.delivery).await?;
        let Some((delivery, body)) = found.filter(|(found, _)| found.state == DeliveryState::Waiting) else {
            return Ok(());
        };
        let webhook = &armed.webhook;
        if webhook.state == WebhookState::Disabled && delivery.signal.is_some() {
            let transaction = job.begin(&self.actions.store).await?;
            give_up(&transaction, workspace, delivery.id, self.actions.clock.now()).await?;
            return Ok(job.done(transaction).await?);
        }
        let place = self.gates.enter(webhook.id, webhook.failing_since.is_some()).await;
        let place = place.map_err(|after| Failure::Again {
            why: "other deliveries to this endpoint come first".into(),
            after: Some(after),
        })?;
        let outcome = self.send(&armed, delivery.id, body).await;
        drop(place);
        let nth = usize::try_from(delivery.attempts + 1 - payload.before).unwrap_or(usize::MAX);
        let verdict = judge(&outcome.answer, nth, outcome.at, rand::random_range(0.0..=1.0));
        if verdict == Verdict::Delivered && webhook.failing_since.is_none() {
            let made = attempt(&delivery, &outcome);
            let now = self.actions.clock.now();
            return Ok(job.done_with(Arrived { workspace, delivery: delivery.id, made, now }).await?);
        }
        let concluded = self.conclude(job, workspace, (webhook, &delivery), &outcome, &verdict).await?;
        match (concluded, verdict) {
            ((transaction, DeliveryState::Waiting), Verdict::Again(after)) => {
                transaction.commit().await.map_err(store::failed)?;
                let why = complaint(&outcome.answer).unwrap_or_default();
                Err(Failure::Again { why, after: Some(after) })
            }
            ((transaction, _), _) => Ok(job.done(transaction).await?),
        }
    }
}

fn has_failed_for_long(webhook: &Webhook, now: Timestamp) -> bool {
    webhook.failing_since.is_some_and(|since| now.micros() - since.micros() >= GIVEN_UP_AFTER)
}

fn attempt(delivery: &Delivery, outcome: &Outcome) -> Attempt {
    let answer = outcome.answer.as_ref().ok();
    Attempt {
        number: delivery.attempts + 1,
        at: outcome.at,
        took_ms: i64::try_from(outcome.took.as_millis()).unwrap_or(i64::MAX),
        status: answer.map(|answer| answer.status().as_u16().into()),
        error: complaint(&outcome.answer),
        excerpt: answer.map(|answer| excerpt(answer.body())).filter(|text| !text.is_empty()),
    }
}

/// The beginning of a body as text, without NUL, which PostgreSQL does not store.
fn excerpt(body: &Bytes) -> String {
    String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]).replace('\0', "\u{fffd}")
}

/// Tells the owners that a webhook was disabled.
async fn tell(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    webhook: &Webhook,
    because: &str,
    owners: Vec<EmailAddress>,
    now: Timestamp,
) -> Result<(), Error> {
    for owner in owners {
        let mail = NewMail {
            workspace: Some(workspace),
            to: owner,
            template: &DISABLED,
            data: json!({
                "host": webhook.url.host_str(),
                "url": webhook.place(),
                "description": webhook.description,
                "because": because,
            }),
            unsubscribe: None,
        };
        mail::post(transaction, mail, now).await?;
    }
    Ok(())
}
