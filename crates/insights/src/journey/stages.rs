//! Keeping the stages.

use base::{Error, Result};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, OnConflict, Query},
};
use serde_json::json;
use std::net::IpAddr;
use store::{all, failed};
use team::Scope;

use super::{Journey, NewJourney, TEMPLATES, templates};
use crate::Insights;

impl Insights {
    /// The workspace's stages: those that ship until it has said otherwise.
    pub async fn journey(&self, scope: &Scope) -> Result<Journey> {
        Ok(Journey { stages: stages(self.store.read(), scope).await?, templates: templates() })
    }

    /// Says which stages there are. One that a touchpoint belongs to has to stay.
    pub async fn change_journey(&self, scope: &Scope, new: NewJourney, from: Option<IpAddr>) -> Result<Journey> {
        #[derive(FromQueryResult)]
        struct Used {
            name: String,
            stage: String,
        }
        let stages = new.check()?;
        let list = json!(stages).to_string();
        let used = Query::select()
            .columns(["name", "stage"])
            .from("touchpoint")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("stage").is_not_null())
            .and_where(Expr::col("stage").is_not_in(stages.iter().map(String::as_str)))
            .limit(1)
            .take();
        let write = Query::insert()
            .into_table("journey")
            .columns(["workspace", "stages"])
            .values_panic([scope.workspace().0.into(), list.into()])
            .on_conflict(OnConflict::column("workspace").update_column("stages").to_owned())
            .take();
        let transaction = self.store.begin().await?;
        team::alone(&transaction, scope).await?;
        if let Some(Used { name, stage }) = all::<Used>(&transaction, &used).await?.into_iter().next() {
            let message = format!("the touchpoint '{name}' belongs to '{stage}'; give it another stage first");
            return Err(Error::conflict(message));
        }
        transaction.execute(&write).await.map_err(failed)?;
        self.audit(&transaction, scope, from, "journey.changed", None, json!({ "stages": stages })).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(Journey { stages, templates: templates() })
    }
}

/// The stages of a workspace.
pub(super) async fn stages(connection: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        stages: String,
    }
    let select = Query::select()
        .column("stages")
        .from("journey")
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .take();
    match all::<Row>(connection, &select).await?.into_iter().next() {
        Some(row) => serde_json::from_str(&row.stages).map_err(|_| Error::internal("the stored stages are damaged")),
        None => Ok(TEMPLATES[0].1.iter().map(|stage| (*stage).to_owned()).collect()),
    }
}
