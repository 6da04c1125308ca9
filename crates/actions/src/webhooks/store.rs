//! Making, changing and finding webhooks.

use base::{Error, Filter, Result, Timestamp, WorkspaceId, Zone};
use outbound::webhook::Secret;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement, UpdateStatement},
};
use serde_json::{Value as Json, json};
use std::net::IpAddr;
use store::{Vault, all, failed};
use team::{
    Scope,
    audit::{self, Entry},
};

use super::{NewWebhook, Webhook, WebhookChange, WebhookId, WebhookState, WebhookWithSecret, filter_text};
use crate::Actions;

/// What the vault seals webhook secrets for.
const PURPOSE: &str = "webhook";
/// How long the old secret still signs after a rotation.
const OVERLAP: i64 = Timestamp::DAY;
/// How many webhooks a workspace may have: each of them is asked about each signal.
const MOST: i64 = 100;

/// A webhook and what it signs with.
pub(super) struct Armed {
    pub webhook: Webhook,
    pub secrets: Vec<Secret>,
}

impl Actions {
    /// The workspace's webhooks in the order they were made, after a place in that order.
    pub async fn webhooks(&self, scope: &Scope, after: Option<WebhookId>, limit: u64) -> Result<Vec<Webhook>> {
        let mut select = rows();
        select
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where_option(after.map(|id| Expr::col("id").gt(id.0)))
            .order_by("id", Order::Asc)
            .limit(limit);
        all::<Row>(self.store.read(), &select).await?.into_iter().map(Webhook::try_from).collect()
    }

    /// One webhook.
    pub async fn webhook(&self, scope: &Scope, id: WebhookId) -> Result<Webhook> {
        find(self.store.read(), scope.workspace(), id).await?.ok_or_else(|| Error::not_found("webhook"))?.try_into()
    }

    /// Makes a webhook with a secret of its own.
    pub async fn create_webhook(
        &self,
        scope: &Scope,
        asked: NewWebhook,
        from: Option<IpAddr>,
    ) -> Result<WebhookWithSecret> {
        let webhook = Webhook::new(asked, &self.client, self.clock.now())?;
        let secret = Secret::random();
        let insert = Query::insert()
            .into_table("webhook")
            .columns([
                "workspace",
                "id",
                "url",
                "description",
                "kinds",
                "filter",
                "thin",
                "state",
                "secret",
                "created_at",
            ])
            .values_panic([
                scope.workspace().0.into(),
                webhook.id.0.into(),
                webhook.url.as_str().into(),
                webhook.description.clone().into(),
                json!(webhook.kinds).to_string().into(),
                filter_text(&webhook.filter).into(),
                webhook.thin.into(),
                webhook.state.name().into(),
                self.vault.seal(PURPOSE, secret.expose()).into(),
                webhook.created_at.micros().into(),
            ])
            .take();
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "webhook", MOST).await?;
        transaction.execute(&insert).await.map_err(failed)?;
        let details = json!({ "url": webhook.place() });
        self.audit(&transaction, scope, from, "webhook.created", webhook.id.to_string(), details).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(WebhookWithSecret { webhook, secret: secret.reveal() })
    }

    /// Changes a webhook.
    pub async fn change_webhook(
        &self,
        scope: &Scope,
        id: WebhookId,
        asked: WebhookChange,
        from: Option<IpAddr>,
    ) -> Result<Webhook> {
        let transaction = self.store.begin().await?;
        let mut webhook = self.webhook_in(&transaction, scope, id).await?;
        webhook.change(asked, &self.client)?;
        let change = update(scope.workspace(), id)
            .value("url", webhook.url.as_str())
            .value("description", webhook.description.clone())
            .value("kinds", json!(webhook.kinds).to_string())
            .value("filter", filter_text(&webhook.filter))
            .value("thin", webhook.thin)
            .value("state", webhook.state.name())
            .value("disabled_because", webhook.disabled_because.clone())
            .value("failing_since", webhook.failing_since.map(Timestamp::micros))
            .take();
        transaction.execute(&change).await.map_err(failed)?;
        let details = json!({ "url": webhook.place(), "state": webhook.state.name() });
        self.audit(&transaction, scope, from, "webhook.changed", id.to_string(), details).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(webhook)
    }

    /// Deletes a webhook and its deliveries.
    pub async fn delete_webhook(&self, scope: &Scope, id: WebhookId, from: Option<IpAddr>) -> Result<()> {
        let transaction = self.store.begin().await?;
        let webhook = self.webhook_in(&transaction, scope, id).await?;
        let workspace = || Expr::col("workspace").eq(scope.workspace().0);
        let deliveries = Query::select()
            .column("id")
            .from("webhook_delivery")
            .and_where(workspace())
            .and_where(Expr::col("webhook").eq(id.0))
            .take();
        for delete in [
            Query::delete()
                .from_table("webhook_attempt")
                .and_where(workspace())
                .and_where(Expr::col("delivery").in_subquery(deliveries))
                .take(),
            Query::delete()
                .from_table("webhook_delivery")
                .and_where(workspace())
                .and_where(Expr::col("webhook").eq(id.0))
                .take(),
            Query::delete().from_table("webhook").and_where(workspace()).and_where(Expr::col("id").eq(id.0)).take(),
        ] {
            transaction.execute(&delete).await.map_err(failed)?;
        }
        let details = json!({ "url": webhook.place() });
        self.audit(&transaction, scope, from, "webhook.deleted", id.to_string(), details).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Gives a webhook a new secret. For a day, messages are signed with the old one, too; one before that is forgotten.
    pub async fn rotate_secret(&self, scope: &Scope, id: WebhookId, from: Option<IpAddr>) -> Result<WebhookWithSecret> {
        let secret = Secret::random();
        let transaction = self.store.begin().await?;
        let webhook = self.webhook_in(&transaction, scope, id).await?;
        let change = update(scope.workspace(), id)
            .value("old_secret", Expr::col("secret"))
            .value("old_until", self.clock.now().plus(OVERLAP).micros())
            .value("secret", self.vault.seal(PURPOSE, secret.expose()))
            .take();
        transaction.execute(&change).await.map_err(failed)?;
        self.audit(&transaction, scope, from, "webhook.secret_rotated", id.to_string(), json!({})).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(WebhookWithSecret { webhook, secret: secret.reveal() })
    }

    /// Notes in the audit log who did what to a webhook or a delivery, and from where.
    pub(super) async fn audit(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        from: Option<IpAddr>,
        action: &'static str,
        object: String,
        details: Json,
    ) -> Result<()> {
        let entry = Entry { action, object: Some(object), details };
        audit::record(transaction, self.clock.now(), Some(scope.workspace()), scope.actor(), from, entry).await
    }

    pub(super) async fn webhook_in(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        id: WebhookId,
    ) -> Result<Webhook> {
        find(transaction, scope.workspace(), id).await?.ok_or_else(|| Error::not_found("webhook"))?.try_into()
    }

    /// A webhook with the secrets that sign for it now, newest first; `None` when it was deleted.
    pub(super) async fn armed(&self, workspace: WorkspaceId, id: WebhookId) -> Result<Option<Armed>> {
        let Some(row) = find(self.store.read(), workspace, id).await? else { return Ok(None) };
        let now = self.clock.now();
        let old = row.old_secret.iter().filter(|_| row.old_until.is_some_and(|until| now.micros() < until));
        let secrets =
            std::iter::once(&row.secret).chain(old).map(|sealed| unseal(&self.vault, sealed)).collect::<Result<_>>()?;
        Ok(Some(Armed { webhook: row.try_into()?, secrets }))
    }
}

fn unseal(vault: &Vault, sealed: &[u8]) -> Result<Secret> {
    Secret::from_bytes(vault.unseal(PURPOSE, sealed)?)
}

/// The enabled webhooks of some workspaces.
pub(super) async fn enabled(
    connection: &impl ConnectionTrait,
    workspaces: impl IntoIterator<Item = WorkspaceId>,
) -> Result<Vec<(WorkspaceId, Webhook)>> {
    let mut select = rows();
    select
        .and_where(Expr::col("workspace").is_in(workspaces.into_iter().map(|workspace| workspace.0)))
        .and_where(Expr::col("state").eq(WebhookState::Enabled.name()));
    let rows: Vec<Row> = all(connection, &select).await?;
    rows.into_iter().map(|row| Ok((WorkspaceId(row.workspace), row.try_into()?))).collect()
}

/// Notes that something got through.
pub(super) async fn recovered(transaction: &DatabaseTransaction, workspace: WorkspaceId, id: WebhookId) -> Result<()> {
    let update = update(workspace, id).value("failing_since", Option::<i64>::None).take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

/// Notes that nothing gets through since this moment, unless that is known.
pub(super) async fn failing(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    id: WebhookId,
    since: Timestamp,
) -> Result<()> {
    let update = update(workspace, id)
        .value("failing_since", since.micros())
        .and_where(Expr::col("failing_since").is_null())
        .take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

/// Disables a webhook; `false` when it is disabled already.
pub(super) async fn disable(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    id: WebhookId,
    because: &str,
) -> Result<bool> {
    let update = update(workspace, id)
        .value("state", WebhookState::Disabled.name())
        .value("disabled_because", because)
        .and_where(Expr::col("state").eq(WebhookState::Enabled.name()))
        .take();
    Ok(transaction.execute(&update).await.map_err(failed)?.rows_affected() == 1)
}

#[derive(FromQueryResult)]
struct Row {
    workspace: Uuid,
    id: Uuid,
    url: String,
    description: String,
    kinds: String,
    filter: Option<String>,
    thin: bool,
    state: String,
    disabled_because: Option<String>,
    failing_since: Option<i64>,
    secret: Vec<u8>,
    old_secret: Option<Vec<u8>>,
    old_until: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for Webhook {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = |what| Error::internal(format!("the {what} of webhook {} is damaged", row.id));
        let filter = row.filter.as_deref().map(|text| Filter::parse(text, Zone::UTC));
        Ok(Self {
            id: WebhookId(row.id),
            url: row.url.parse().map_err(|_| damaged("URL"))?,
            description: row.description,
            kinds: serde_json::from_str(&row.kinds).map_err(|_| damaged("list of kinds"))?,
            filter: filter.transpose().map_err(|_| damaged("filter"))?.unwrap_or_default(),
            thin: row.thin,
            state: WebhookState::named(&row.state)?,
            disabled_because: row.disabled_because,
            failing_since: row.failing_since.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

fn rows() -> SelectStatement {
    Query::select()
        .columns([
            "workspace",
            "id",
            "url",
            "description",
            "kinds",
            "filter",
            "thin",
            "state",
            "disabled_because",
            "failing_since",
            "secret",
            "old_secret",
            "old_until",
            "created_at",
        ])
        .from("webhook")
        .take()
}

fn update(workspace: WorkspaceId, id: WebhookId) -> UpdateStatement {
    Query::update()
        .table("webhook")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("id").eq(id.0))
        .take()
}

async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId, id: WebhookId) -> Result<Option<Row>> {
    let mut select = rows();
    select.and_where(Expr::col("workspace").eq(workspace.0)).and_where(Expr::col("id").eq(id.0));
    Ok(all(connection, &select).await?.into_iter().next())
}
