//! Reading the audit log.

use base::{Result, Timestamp};
use sea_orm::{
    FromQueryResult, Order,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use store::failed;

use super::entry::{AuditEntry, COLUMNS, Row};
use crate::{Scope, Team};

/// Which entries are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// With this action.
    pub action: Option<String>,
    /// By this person or key.
    pub actor: Option<Uuid>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl Team {
    /// A workspace's entries, newest first: up to `most` of them, those before `before` where it is given.
    pub async fn audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditEntry>> {
        let mut select = filter.select(scope.workspace().0);
        select.order_by("seq", Order::Desc).limit(most);
        if let Some(before) = before {
            select.and_where(Expr::col("seq").lt(before));
        }
        self.audit_entries(&select).await
    }

    /// A workspace's entries, oldest first: up to `most` of them, those after `after`.
    pub(super) async fn audit_after(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        after: i64,
        most: u64,
    ) -> Result<Vec<AuditEntry>> {
        let mut select = filter.select(scope.workspace().0);
        select.and_where(Expr::col("seq").gt(after)).order_by("seq", Order::Asc).limit(most);
        self.audit_entries(&select).await
    }

    async fn audit_entries(&self, select: &SelectStatement) -> Result<Vec<AuditEntry>> {
        let reader = self.store.read();
        let statement = reader.get_database_backend().build(select);
        let rows = Row::find_by_statement(statement).all(reader).await.map_err(failed)?;
        rows.into_iter().map(AuditEntry::try_from).collect()
    }
}

impl AuditFilter {
    fn select(&self, workspace: Uuid) -> SelectStatement {
        let mut select = Query::select();
        select.columns(COLUMNS).from("audit").and_where(Expr::col("workspace").eq(workspace));
        if let Some(action) = &self.action {
            select.and_where(Expr::col("action").eq(action.as_str()));
        }
        if let Some(actor) = self.actor {
            select.and_where(Expr::col("actor_id").eq(actor));
        }
        if let Some(from) = self.from {
            select.and_where(Expr::col("at").gte(from.micros()));
        }
        if let Some(until) = self.until {
            select.and_where(Expr::col("at").lt(until.micros()));
        }
        select
    }
}
