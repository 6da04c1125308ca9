//! The queries of the outbox.

use base::{Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, Func, Query, UpdateStatement},
};
use store::{Store, failed};

use super::{Mail, MailId, State};

pub(super) async fn insert(transaction: &DatabaseTransaction, mail: &Mail) -> Result<()> {
    let insert = Query::insert()
        .into_table("mail")
        .columns([
            "id",
            "workspace",
            "recipient",
            "template",
            "subject",
            "text",
            "html",
            "unsubscribe",
            "state",
            "attempts",
            "created_at",
        ])
        .values_panic([
            mail.id.0.into(),
            mail.workspace.map(|workspace| workspace.0).into(),
            mail.to.to_string().into(),
            mail.template.clone().into(),
            mail.subject.clone().into(),
            mail.text.clone().into(),
            mail.html.clone().into(),
            mail.unsubscribe.as_ref().map(ToString::to_string).into(),
            mail.state.name().into(),
            mail.attempts.into(),
            mail.created_at.micros().into(),
        ])
        .take();
    transaction.execute(&insert).await.map_err(failed)?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    workspace: Option<Uuid>,
    recipient: String,
    template: String,
    subject: String,
    text: String,
    html: String,
    unsubscribe: Option<String>,
    message_id: Option<String>,
    state: String,
    attempts: i64,
    error: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Mail {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = |what| Error::internal(format!("the {what} of mail {} is damaged", row.id));
        Ok(Self {
            id: MailId(row.id),
            workspace: row.workspace.map(WorkspaceId),
            to: row.recipient.parse().map_err(|_| damaged("recipient"))?,
            template: row.template,
            subject: row.subject,
            text: row.text,
            html: row.html,
            unsubscribe: row.unsubscribe.map(|url| url.parse().map_err(|_| damaged("link"))).transpose()?,
            message_id: row.message_id,
            state: State::named(&row.state)?,
            attempts: row.attempts,
            error: row.error,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}

/// A mail in the outbox; `None` when it is not there any more.
pub async fn find(connection: &impl ConnectionTrait, id: MailId) -> Result<Option<Mail>> {
    let select = Query::select()
        .columns([
            "id",
            "workspace",
            "recipient",
            "template",
            "subject",
            "text",
            "html",
            "unsubscribe",
            "message_id",
            "state",
            "attempts",
            "error",
            "created_at",
            "ended_at",
        ])
        .from("mail")
        .and_where(Expr::col("id").eq(id.0))
        .take();
    let statement = connection.get_database_backend().build(&select);
    let row = Row::find_by_statement(statement).one(connection).await.map_err(failed)?;
    row.map(Mail::try_from).transpose()
}

/// Counts an attempt before it is made, unless the mail is delivered already. The first one settles the Message-ID for
/// ever.
pub(super) async fn begin_attempt(transaction: &DatabaseTransaction, id: MailId, message_id: String) -> Result<()> {
    let stable = Func::coalesce([Expr::col("message_id"), Expr::val(message_id)]);
    let update = of(id)
        .value("state", State::Waiting.name())
        .value("attempts", Expr::col("attempts").add(1))
        .value("message_id", stable)
        .and_where(Expr::col("state").is_in([State::Waiting.name(), State::Failed.name()]))
        .take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

/// Notes that it was delivered, and forgets what it said.
pub(super) async fn delivered(
    transaction: &DatabaseTransaction,
    id: MailId,
    state: State,
    at: Timestamp,
) -> Result<()> {
    let update = of(id)
        .value("state", state.name())
        .value("text", "")
        .value("html", "")
        .value("error", Option::<String>::None)
        .value("ended_at", at.micros())
        .take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

/// Notes why an attempt failed; with `given_up_at`, that it was the last one.
pub(super) async fn refused(
    transaction: &DatabaseTransaction,
    id: MailId,
    why: &str,
    given_up_at: Option<Timestamp>,
) -> Result<()> {
    let state = if given_up_at.is_some() { State::Failed } else { State::Waiting };
    let update = of(id)
        .value("state", state.name())
        .value("error", why)
        .value("ended_at", given_up_at.map(Timestamp::micros))
        .take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

/// Forgets the mails that were sent or given up before a moment; answers how many.
pub async fn forget(store: &Store, before: Timestamp) -> Result<u64> {
    let delete = Query::delete().from_table("mail").and_where(Expr::col("ended_at").lt(before.micros())).take();
    let transaction = store.begin().await?;
    let gone = transaction.execute(&delete).await.map_err(failed)?.rows_affected();
    transaction.commit().await.map_err(failed)?;
    Ok(gone)
}

fn of(id: MailId) -> UpdateStatement {
    Query::update().table("mail").and_where(Expr::col("id").eq(id.0)).take()
}
