//! Reading the audit log.

use base::{Error, Result, Timestamp};
use sea_orm::{
    FromQueryResult, Order,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use store::failed;
use utoipa::ToSchema;

use super::entry::{AuditEntry, COLUMNS, Row};
use crate::{Actor, Scope, Team, members, workspaces};

/// Whose log is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// What was done in the workspace.
    #[default]
    Workspace,
    /// What belongs to no workspace: logins that failed, sessions that were ended, what the operator did.
    Installation,
}

/// Which entries are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// In this log.
    pub log: Log,
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
    /// Entries of the caller's workspace or of the installation, newest first: up to `most` of them, those before `before` where it is given.
    pub async fn audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditEntry>> {
        let mut select = filter.select(self.chain(scope, filter.log).await?);
        select.order_by("seq", Order::Desc).limit(most);
        if let Some(before) = before {
            select.and_where(Expr::col("seq").lt(before));
        }
        self.audit_entries(&select).await
    }

    /// The same, oldest first: up to `most` of them, those after `after`.
    pub(super) async fn audit_after(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        after: i64,
        most: u64,
    ) -> Result<Vec<AuditEntry>> {
        let mut select = filter.select(self.chain(scope, filter.log).await?);
        select.and_where(Expr::col("seq").gt(after)).order_by("seq", Order::Asc).limit(most);
        self.audit_entries(&select).await
    }

    /// The chain that a log is, if the caller may read it. The installation's tells of the people of every workspace: it is
    /// for the operator, and for a person who owns all of them.
    pub(super) async fn chain(&self, scope: &Scope, log: Log) -> Result<Uuid> {
        if log == Log::Workspace {
            return Ok(scope.workspace().0);
        }
        let reader = self.store.read();
        let owns_all = match scope.actor() {
            Actor::Operator => true,
            Actor::Person(person) => {
                let owned = members::store::owned_by(reader, person).await?;
                workspaces::store::all(reader).await?.iter().all(|workspace| owned.contains(&workspace.id))
            }
            Actor::Key(_) | Actor::System => false,
        };
        if owns_all {
            Ok(Uuid::nil())
        } else {
            Err(Error::forbidden("the installation's log is for people who own all of its workspaces"))
        }
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
