//! The table of idempotency keys.

use ::store::failed;
use base::{Result, Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, OnConflict, Query},
};

use super::{Asked, Idempotency};

/// How long an answer is kept.
const KEPT_FOR: i64 = Timestamp::DAY;
/// How long a request is believed to be on its way; a crash leaves its key taken for as long.
const LEASE: i64 = 120 * Timestamp::SECOND;

/// What a key stands for at this moment.
pub(super) enum Claim {
    /// This request is the first with it and is to be carried out.
    Ours(Claimed),
    /// Its request is still being answered; it may take this long.
    InFlight { seconds: u64 },
    /// It belongs to another request.
    Another,
    /// Its request was carried out.
    Answered(Answer),
}

/// A claim on a key: who has taken it over since is not disturbed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claimed(i64);

/// What is kept of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// `None` where it is not kept.
    pub(super) body: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    fingerprint: Vec<u8>,
    begun_at: i64,
    leased_until: i64,
    status: Option<i64>,
    headers: Option<String>,
    answer: Option<String>,
}

impl Idempotency {
    /// Takes a key for a request, or says what it stands for.
    pub(super) async fn claim(&self, asked: &Asked) -> Result<Claim> {
        let now = self.clock.now().micros();
        let claimed = Claimed(now + LEASE);
        let take = Query::insert()
            .into_table("idempotency")
            .columns(["workspace", "caller", "key", "fingerprint", "begun_at", "leased_until"])
            .values_panic([
                asked.workspace.into(),
                asked.caller.into(),
                asked.key.clone().into(),
                asked.fingerprint.to_vec().into(),
                now.into(),
                claimed.0.into(),
            ])
            .on_conflict(OnConflict::columns(["workspace", "caller", "key"]).do_nothing().to_owned())
            .take();
        let transaction = self.store.begin().await?;
        // What has expired, and what was given up by a server that is gone, is as if it had never been.
        let stale = Expr::col("begun_at")
            .lt(now - KEPT_FOR)
            .or(Expr::col("status").is_null().and(Expr::col("leased_until").lt(now)));
        let clear = Query::delete().from_table("idempotency").and_where(asked.row()).and_where(stale).take();
        transaction.execute(&clear).await.map_err(failed)?;
        let taken = transaction.execute(&take).await.map_err(failed)?.rows_affected() == 1;
        let claim = if taken { Claim::Ours(claimed) } else { read(&transaction, asked, now).await? };
        transaction.commit().await.map_err(failed)?;
        Ok(claim)
    }

    /// Keeps the answer of a request that was carried out.
    pub(super) async fn keep(&self, asked: &Asked, claimed: Claimed, answer: &Answer) -> Result<()> {
        let headers = serde_json::to_string(&answer.headers).unwrap_or_default();
        let keep = Query::update()
            .table("idempotency")
            .value("status", i64::from(answer.status))
            .value("headers", headers)
            .value("answer", answer.body.clone())
            .and_where(asked.row())
            .and_where(Expr::col("leased_until").eq(claimed.0))
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&keep).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Gives the key of a request that failed back.
    pub(super) async fn release(&self, asked: &Asked, claimed: Claimed) -> Result<()> {
        let release = Query::delete()
            .from_table("idempotency")
            .and_where(asked.row())
            .and_where(Expr::col("leased_until").eq(claimed.0))
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&release).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Forgets what has expired; answers how many keys.
    pub(crate) async fn forget(&self) -> Result<u64> {
        let expired = Expr::col("begun_at").lt(self.clock.now().micros() - KEPT_FOR);
        let forget = Query::delete().from_table("idempotency").and_where(expired).take();
        let transaction = self.store.begin().await?;
        let forgotten = transaction.execute(&forget).await.map_err(failed)?.rows_affected();
        transaction.commit().await.map_err(failed)?;
        Ok(forgotten)
    }
}

impl Asked {
    fn row(&self) -> Expr {
        Expr::col("workspace")
            .eq(self.workspace)
            .and(Expr::col("caller").eq(self.caller))
            .and(Expr::col("key").eq(self.key.as_str()))
    }
}

async fn read(connection: &impl ConnectionTrait, asked: &Asked, now: i64) -> Result<Claim> {
    let select = Query::select()
        .columns(["fingerprint", "begun_at", "leased_until", "status", "headers", "answer"])
        .from("idempotency")
        .and_where(asked.row())
        .take();
    let statement = connection.get_database_backend().build(&select);
    let row = Row::find_by_statement(statement).one(connection).await.map_err(failed)?;
    // Released between the two statements: to whoever asks again it is free.
    let Some(row) = row else { return Ok(Claim::InFlight { seconds: 1 }) };
    if row.fingerprint != asked.fingerprint {
        return Ok(Claim::Another);
    }
    let Some(status) = row.status.and_then(|status| u16::try_from(status).ok()) else {
        // Most requests take no time; the lease is for those whose server is gone.
        let waited = (now - row.begun_at) / Timestamp::SECOND;
        let left = (row.leased_until - now) / Timestamp::SECOND;
        return Ok(Claim::InFlight { seconds: Ord::max(u64::try_from(Ord::min(waited, left)).unwrap_or(0), 1) });
    };
    let headers = row.headers.and_then(|headers| serde_json::from_str(&headers).ok()).unwrap_or_default();
    Ok(Claim::Answered(Answer { status, headers, body: row.answer }))
}
