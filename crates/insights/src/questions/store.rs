//! Keeping questions.

use base::{Error, Result, Timestamp, uuid_v7};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use store::{all, failed, text::bytewise};
use team::Scope;

use super::{NewQuestion, Question, QuestionChange};
use crate::{Insights, sql};

/// How many questions a workspace keeps.
const MOST: i64 = 1_000;

impl Insights {
    /// The caller's questions and those that are shared, by name, from a place in that order on.
    pub async fn questions(&self, scope: &Scope, after: Option<(String, Uuid)>, limit: u64) -> Result<Vec<Question>> {
        let name = || bytewise(self.store.engine(), Expr::col("name"));
        let mut select = rows(scope);
        select.order_by_expr(name(), Order::Asc).order_by("id", Order::Asc).limit(limit);
        if let Some((last, id)) = after {
            select.and_where(name().gt(last.as_str()).or(name().eq(last.as_str()).and(Expr::col("id").gt(id))));
        }
        all::<Row>(self.store.read(), &select).await?.into_iter().map(|row| row.seen_by(scope)).collect()
    }

    /// One question that the caller may see.
    pub async fn question(&self, scope: &Scope, id: Uuid) -> Result<Question> {
        find(self.store.read(), scope, id).await
    }

    /// Saves a question.
    pub async fn save_question(&self, scope: &Scope, new: NewQuestion) -> Result<Question> {
        new.asked.check()?;
        let now = self.clock.now();
        let question = Question {
            id: uuid_v7(now, rand::random()),
            name: new.name.to_string(),
            shared: new.shared,
            mine: true,
            asked: new.asked,
            created_at: now,
            changed_at: now,
        };
        let insert = Query::insert()
            .into_table("question")
            .columns(["workspace", "id", "name", "owner", "shared", "asked", "created_at", "changed_at"])
            .values_panic([
                scope.workspace().0.into(),
                question.id.into(),
                question.name.clone().into(),
                scope.actor().to_string().into(),
                question.shared.into(),
                text(&question)?.into(),
                now.micros().into(),
                now.micros().into(),
            ])
            .take();
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "question", MOST).await?;
        transaction.execute(&insert).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(question)
    }

    /// Changes a question: one's own, or one that is shared. Only who saved it can take it back from the others.
    pub async fn change_question(&self, scope: &Scope, id: Uuid, change: QuestionChange) -> Result<Question> {
        let transaction = self.store.begin().await?;
        let mut question = find(&transaction, scope, id).await?;
        if let Some(name) = change.name {
            question.name = name.to_string();
        }
        if let Some(asked) = change.asked {
            asked.check()?;
            question.asked = asked;
        }
        if let Some(shared) = change.shared {
            if !shared && !question.mine {
                return Err(Error::forbidden("only who saved this question can keep it from the others"));
            }
            question.shared = shared;
        }
        question.changed_at = self.clock.now();
        let update = Query::update()
            .table("question")
            .values([
                ("name", question.name.clone().into()),
                ("shared", question.shared.into()),
                ("asked", text(&question)?.into()),
                ("changed_at", question.changed_at.micros().into()),
            ])
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id))
            .take();
        transaction.execute(&update).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(question)
    }

    /// Deletes a question: one's own, or one that is shared.
    pub async fn delete_question(&self, scope: &Scope, id: Uuid) -> Result<()> {
        let transaction: DatabaseTransaction = self.store.begin().await?;
        find(&transaction, scope, id).await?;
        sql::delete(&transaction, scope, "question", id).await?;
        transaction.commit().await.map_err(failed)
    }
}

fn text(question: &Question) -> Result<String> {
    serde_json::to_string(&question.asked).map_err(|error| Error::internal(format!("a question is no JSON: {error}")))
}

async fn find(connection: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Question> {
    let select = rows(scope).and_where(Expr::col("id").eq(id)).take();
    let row = all::<Row>(connection, &select).await?.into_iter().next();
    row.ok_or_else(|| Error::not_found("question"))?.seen_by(scope)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    owner: String,
    shared: bool,
    asked: String,
    created_at: i64,
    changed_at: i64,
}

impl Row {
    fn seen_by(self, scope: &Scope) -> Result<Question> {
        let damaged = |_| Error::internal(format!("the saved question {} is damaged", self.id));
        Ok(Question {
            asked: serde_json::from_str(&self.asked).map_err(damaged)?,
            mine: self.owner == scope.actor().to_string(),
            id: self.id,
            name: self.name,
            shared: self.shared,
            created_at: Timestamp::from_micros(self.created_at),
            changed_at: Timestamp::from_micros(self.changed_at),
        })
    }
}

/// The questions that the caller may see.
fn rows(scope: &Scope) -> SelectStatement {
    Query::select()
        .columns(["id", "name", "owner", "shared", "asked", "created_at", "changed_at"])
        .from("question")
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .and_where(Expr::col("shared").eq(true).or(Expr::col("owner").eq(scope.actor().to_string())))
        .take()
}
