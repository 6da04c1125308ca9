//! What the log has seen: the memory by which the same message is stored once, also after it moved to the lake.

use base::{Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Value,
    sea_query::{Expr, Query},
};
use std::collections::HashMap;
use store::{Insert, failed, lists};
use team::Scope;

use crate::{Draft, Signals};

/// How long the same message id is told from a new one.
pub(crate) const WINDOW: i64 = 7 * Timestamp::DAY;

/// The hash of a message id, and of what the message says.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprint {
    pub(crate) key: Key,
    pub(crate) body: i64,
}

pub(crate) type Key = [u8; 16];

impl Fingerprint {
    /// The time is left out: a client that sends again corrects its clock again.
    pub(crate) fn of(draft: &Draft) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&blake3::hash(draft.message_id.as_bytes()).as_bytes()[..16]);
        // A JSON map cannot fail to serialise, and a hash of nothing would only turn a conflict into a duplicate.
        let said =
            serde_json::to_vec(&(&draft.kind, &draft.identities, &draft.traits, &draft.body)).unwrap_or_default();
        let mut body = [0; 8];
        body.copy_from_slice(&blake3::hash(&said).as_bytes()[..8]);
        Self { key, body: i64::from_le_bytes(body) }
    }
}

#[derive(FromQueryResult)]
struct Row {
    key: Vec<u8>,
    body: i64,
}

/// Which of these keys have been seen, and what they said then.
pub(crate) async fn load(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    keys: impl Iterator<Item = Key>,
) -> Result<HashMap<Key, i64>> {
    let mut known = HashMap::new();
    for keys in lists(keys) {
        let select = Query::select()
            .columns(["key", "body"])
            .from("seen")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("key").is_in(keys.iter().map(|key| key.to_vec())))
            .take();
        let rows = Row::find_by_statement(transaction.get_database_backend().build(&select))
            .all(transaction)
            .await
            .map_err(failed)?;
        known.extend(rows.into_iter().filter_map(|row| Some((Key::try_from(row.key).ok()?, row.body))));
    }
    Ok(known)
}

/// Remembers new ones.
pub(crate) async fn remember(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    mut news: Vec<Fingerprint>,
    now: Timestamp,
) -> Result<()> {
    static SEEN: Insert =
        Insert::new(4, || Query::insert().into_table("seen").columns(["workspace", "key", "body", "seen_at"]).take());
    // Neighbours in the key's tree are stored one after the other.
    news.sort_unstable_by_key(|print| print.key);
    let values = news.into_iter().flat_map(|print| -> [Value; 4] {
        [scope.workspace().0.into(), print.key.to_vec().into(), print.body.into(), now.micros().into()]
    });
    SEEN.run(transaction, values.collect()).await
}

impl Signals {
    /// Forgets messages older than the window, of all workspaces, a slice at a time; answers how many.
    pub async fn forget_seen(&self) -> Result<u64> {
        const SLICE: u64 = 20_000;
        let before = self.clock.now().micros() - WINDOW;
        let mut forgotten = 0;
        loop {
            let oldest = Query::select()
                .column("seen_at")
                .from("seen")
                .order_by("seen_at", sea_orm::Order::Asc)
                .offset(SLICE)
                .limit(1)
                .take();
            #[derive(FromQueryResult)]
            struct Oldest {
                seen_at: i64,
            }
            let reader = self.store.read();
            let slice = Oldest::find_by_statement(reader.get_database_backend().build(&oldest))
                .one(reader)
                .await
                .map_err(failed)?;
            // A commit's rows share their moment, so a slice ends with a whole commit.
            let until = slice.map_or(before, |slice| Ord::min(before, slice.seen_at + 1));
            let delete = Query::delete().from_table("seen").and_where(Expr::col("seen_at").lt(until)).take();
            let transaction = self.store.begin().await?;
            let done = transaction.execute(&delete).await.map_err(failed)?.rows_affected();
            transaction.commit().await.map_err(failed)?;
            forgotten += done;
            if done == 0 || until == before {
                return Ok(forgotten);
            }
        }
    }
}
