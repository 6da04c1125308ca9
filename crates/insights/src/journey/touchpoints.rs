//! Keeping touchpoints.

use base::{Error, Result, Timestamp, uuid_v7};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use serde_json::json;
use std::net::IpAddr;
use store::{all, failed, text::bytewise};
use team::Scope;

use super::{NewTouchpoint, Touchpoint, stages::stages};
use crate::{Insights, sql};

/// How many touchpoints a workspace may register.
const MOST: i64 = 1_000;

impl Insights {
    /// The touchpoints that are registered, by name, from a place in that order on.
    pub async fn touchpoints(&self, scope: &Scope, after: Option<String>, limit: u64) -> Result<Vec<Touchpoint>> {
        let name = || bytewise(self.store.engine(), Expr::col("name"));
        let select = rows(scope)
            .and_where_option(after.map(|after| name().gt(after)))
            .order_by_expr(name(), Order::Asc)
            .limit(limit)
            .take();
        Ok(all::<Row>(self.store.read(), &select).await?.into_iter().map(Touchpoint::from).collect())
    }

    /// Registers a touchpoint.
    pub async fn register_touchpoint(
        &self,
        scope: &Scope,
        new: NewTouchpoint,
        from: Option<IpAddr>,
    ) -> Result<Touchpoint> {
        let now = self.clock.now();
        let touchpoint = made(uuid_v7(now, rand::random()), new, now);
        let insert = Query::insert()
            .into_table("touchpoint")
            .columns(["workspace", "id", "name", "channel", "stage", "owner", "created_at"])
            .values_panic([
                scope.workspace().0.into(),
                touchpoint.id.into(),
                touchpoint.name.clone().into(),
                touchpoint.channel.clone().into(),
                touchpoint.stage.clone().into(),
                touchpoint.owner.clone().into(),
                now.micros().into(),
            ])
            .take();
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "touchpoint", MOST).await?;
        self.fits(&transaction, scope, &touchpoint).await?;
        transaction.execute(&insert).await.map_err(failed)?;
        let details = json!({ "name": touchpoint.name, "stage": touchpoint.stage });
        self.audit(&transaction, scope, from, "touchpoint.created", Some(touchpoint.id.to_string()), details).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(touchpoint)
    }

    /// Puts another touchpoint in the place of one.
    pub async fn change_touchpoint(
        &self,
        scope: &Scope,
        id: Uuid,
        new: NewTouchpoint,
        from: Option<IpAddr>,
    ) -> Result<Touchpoint> {
        let transaction = self.store.begin().await?;
        team::alone(&transaction, scope).await?;
        let select = rows(scope).and_where(Expr::col("id").eq(id)).take();
        let found = all::<Row>(&transaction, &select).await?.into_iter().next();
        let found = found.ok_or_else(|| Error::not_found("touchpoint"))?;
        let touchpoint = made(id, new, Timestamp::from_micros(found.created_at));
        self.fits(&transaction, scope, &touchpoint).await?;
        let update = Query::update()
            .table("touchpoint")
            .values([
                ("name", touchpoint.name.clone().into()),
                ("channel", touchpoint.channel.clone().into()),
                ("stage", touchpoint.stage.clone().into()),
                ("owner", touchpoint.owner.clone().into()),
            ])
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id))
            .take();
        transaction.execute(&update).await.map_err(failed)?;
        let details = json!({ "name": touchpoint.name, "stage": touchpoint.stage });
        self.audit(&transaction, scope, from, "touchpoint.changed", Some(id.to_string()), details).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(touchpoint)
    }

    /// Forgets a touchpoint; signals go on naming it.
    pub async fn delete_touchpoint(&self, scope: &Scope, id: Uuid, from: Option<IpAddr>) -> Result<()> {
        let transaction = self.store.begin().await?;
        if !sql::delete(&transaction, scope, "touchpoint", id).await? {
            return Err(Error::not_found("touchpoint"));
        }
        self.audit(&transaction, scope, from, "touchpoint.deleted", Some(id.to_string()), json!({})).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Whether its stage is one of the workspace's and nobody else has its name.
    async fn fits(&self, transaction: &DatabaseTransaction, scope: &Scope, touchpoint: &Touchpoint) -> Result<()> {
        let same = rows(scope)
            .and_where(Expr::col("name").eq(touchpoint.name.as_str()))
            .and_where(Expr::col("id").ne(touchpoint.id))
            .take();
        if !all::<Row>(transaction, &same).await?.is_empty() {
            let message = format!("'{}' is registered already", touchpoint.name);
            return Err(Error::invalid_field("name", "duplicate", message));
        }
        let Some(stage) = &touchpoint.stage else { return Ok(()) };
        let known = stages(transaction, scope).await?;
        if !known.contains(stage) {
            let message = format!("there is no stage '{stage}'; there are {}", known.join(", "));
            return Err(Error::invalid_field("stage", "unknown", message));
        }
        Ok(())
    }
}

fn made(id: Uuid, new: NewTouchpoint, created_at: Timestamp) -> Touchpoint {
    let text = |name: Option<team::Name>| name.map(|name| name.to_string());
    let NewTouchpoint { name, channel, stage, owner } = new;
    let name = name.to_string();
    Touchpoint { id, name, channel: text(channel), stage: text(stage), owner: text(owner), created_at }
}

fn rows(scope: &Scope) -> SelectStatement {
    Query::select()
        .columns(["id", "name", "channel", "stage", "owner", "created_at"])
        .from("touchpoint")
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    channel: Option<String>,
    stage: Option<String>,
    owner: Option<String>,
    created_at: i64,
}

impl From<Row> for Touchpoint {
    fn from(row: Row) -> Self {
        let Row { id, name, channel, stage, owner, created_at } = row;
        Self { id, name, channel, stage, owner, created_at: Timestamp::from_micros(created_at) }
    }
}
