//! Global Privacy Control: whose browser asks everybody to leave them alone objects to what they have not agreed to.
//! <https://www.w3.org/TR/gpc/>

use base::{CustomerId, Result, Timestamp, WorkspaceId};
use sea_orm::{
    DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query},
};
use serde_json::Value as Json;
use signals::{Projection, Signal};
use std::collections::{BTreeMap, BTreeSet};
use store::{all, lists};

use super::{
    Act,
    ledger::{self, Draft},
};
use crate::sql::numbers_of;

/// The source that the ledger names.
const SOURCE: &str = "global_privacy_control";

/// The projection: the first signal that carries the control is written into the ledger, and none of those that follow, so that what
/// the customer says themselves afterwards is not undone by their next page.
pub struct Objections;

#[async_trait::async_trait]
impl Projection for Objections {
    fn name(&self) -> &'static str {
        "objections"
    }

    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        let mut first: BTreeMap<WorkspaceId, BTreeMap<i64, &Signal>> = BTreeMap::new();
        for (workspace, signal) in signals {
            if let (Some(customer), true) = (signal.customer, is_controlled(signal)) {
                first.entry(*workspace).or_default().entry(customer.0).or_insert(signal);
            }
        }
        for (workspace, mut objecting) in first {
            for known in known(transaction, workspace, objecting.keys().copied()).await? {
                objecting.remove(&known);
            }
            for (customer, signal) in objecting {
                object(transaction, workspace, CustomerId(customer), signal).await?;
            }
        }
        Ok(())
    }
}

/// Whether the signal's context says that the control is on.
fn is_controlled(signal: &Signal) -> bool {
    signal.body.properties.get("context").and_then(|context| context.get("gpc")) == Some(&Json::Bool(true))
}

#[derive(FromQueryResult)]
struct Row {
    customer: i64,
}

/// Those of these numbers under which an objection is in the ledger.
async fn known(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    customers: impl Iterator<Item = i64>,
) -> Result<BTreeSet<i64>> {
    let mut known = BTreeSet::new();
    for list in lists(customers) {
        let select = Query::select()
            .distinct()
            .column("customer")
            .from("consent")
            .and_where(Expr::col("workspace").eq(workspace.0))
            .and_where(Expr::col("customer").is_in(list))
            .and_where(Expr::col("act").eq(Act::Objected.name()))
            .take();
        known.extend(all::<Row>(transaction, &select).await?.into_iter().map(|row| row.customer));
    }
    Ok(known)
}

/// Writes an objection down, unless another number of the same customer has one.
async fn object(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    customer: CustomerId,
    signal: &Signal,
) -> Result<()> {
    let elsewhere = Query::select()
        .column("customer")
        .from("consent")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("customer").in_subquery(numbers_of(workspace, customer)))
        .and_where(Expr::col("act").eq(Act::Objected.name()))
        .limit(1)
        .take();
    if !all::<Row>(transaction, &elsewhere).await?.is_empty() {
        return Ok(());
    }
    let at: Timestamp = signal.occurred_at.min(signal.received_at);
    let draft = Draft {
        topic: None,
        channel: None,
        act: Act::Objected,
        at,
        actor: "customer".into(),
        source: SOURCE.into(),
        wording: None,
        note: Some(format!("signal {}", signal.id)),
    };
    ledger::append(transaction, workspace, customer, draft, signal.received_at).await.map(drop)
}
