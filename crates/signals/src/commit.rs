//! One commit of the log: take the lock, tell old from new, recognise, number, store, count.

use base::{Result, SignalId, Timestamp};
use fail::fail_point;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Statement,
    sea_query::{Expr, Query},
};
use std::collections::BTreeMap;
use store::failed;
use team::Scope;

use crate::{
    Draft, Receipt, Recognise, Refused, Tally,
    log::Entry,
    row::{self, NewRow},
    seen,
    tally::add_tallies,
};

/// Stores what is new of these entries in the open transaction and says what became of each draft.
pub(crate) async fn commit(
    transaction: &DatabaseTransaction,
    recognise: &dyn Recognise,
    entries: &[Entry],
    now: Timestamp,
) -> Result<Vec<Vec<Receipt>>> {
    let mut seq = lock_head(transaction).await?;
    let mut receipts: Vec<Vec<Receipt>> =
        entries.iter().map(|entry| vec![Receipt::Duplicate; entry.drafts.len()]).collect();
    let mut tallies = BTreeMap::new();
    for (scope, members) in by_workspace(entries) {
        let fresh = sort_out(transaction, scope, entries, &members, &mut receipts, now).await?;
        let drafts: Vec<&Draft> = fresh.iter().map(|&(entry, place)| &entries[entry].drafts[place].draft).collect();
        let customers = recognise.recognise(transaction, scope, now, &drafts).await?;
        let mut rows = Vec::with_capacity(fresh.len());
        for ((entry, place), customer) in fresh.into_iter().zip(customers) {
            seq += 1;
            receipts[entry][place] = Receipt::Logged { seq };
            let id = SignalId::new(now, rand::random());
            rows.push(NewRow { seq, id, received_at: now, customer, said: &entries[entry].drafts[place] });
        }
        row::insert(transaction, scope.workspace(), &rows).await?;
        count(scope, now, entries, &members, &receipts, &mut tallies);
    }
    set_head(transaction, seq).await?;
    add_tallies(transaction, tallies).await?;
    fail_point!("log::before_commit");
    Ok(receipts)
}

fn by_workspace(entries: &[Entry]) -> Vec<(&Scope, Vec<usize>)> {
    let mut groups: BTreeMap<&Scope, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        groups.entry(&entry.scope).or_default().push(index);
    }
    groups.into_iter().collect()
}

/// Writes `Duplicate` or `Conflict` into the receipts of what was seen before and answers the places of the rest.
async fn sort_out(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    entries: &[Entry],
    members: &[usize],
    receipts: &mut [Vec<Receipt>],
    now: Timestamp,
) -> Result<Vec<(usize, usize)>> {
    let places = members.iter().flat_map(|&entry| (0..entries[entry].drafts.len()).map(move |place| (entry, place)));
    let places: Vec<(usize, usize)> = places.collect();
    let print = |(entry, place): (usize, usize)| entries[entry].drafts[place].print;
    let mut known = seen::load(transaction, scope, places.iter().map(|place| print(*place).key)).await?;
    let mut fresh = Vec::with_capacity(places.len());
    let mut news = Vec::with_capacity(places.len());
    for (entry, place) in places {
        let print = print((entry, place));
        match known.get(&print.key) {
            Some(body) if *body == print.body => receipts[entry][place] = Receipt::Duplicate,
            Some(_) => receipts[entry][place] = Receipt::Conflict,
            None => {
                known.insert(print.key, print.body);
                news.push(print);
                fresh.push((entry, place));
            }
        }
    }
    seen::remember(transaction, scope, news, now).await?;
    Ok(fresh)
}

/// Adds what became of these entries' drafts to the counters.
fn count(
    scope: &Scope,
    now: Timestamp,
    entries: &[Entry],
    members: &[usize],
    receipts: &[Vec<Receipt>],
    tallies: &mut BTreeMap<Tally, i64>,
) {
    let mut counts: BTreeMap<(&str, &'static str, &'static str), i64> = BTreeMap::new();
    for &entry in members {
        for (said, receipt) in entries[entry].drafts.iter().zip(&receipts[entry]) {
            let (outcome, reason) = receipt.outcome();
            let source = said.draft.body.source.as_deref().unwrap_or_default();
            *counts.entry((source, outcome, reason)).or_insert(0) += 1;
        }
    }
    for ((source, outcome, reason), count) in counts {
        *tallies.entry(Tally::new(scope, now, source, outcome, reason)).or_insert(0) += count;
    }
}

#[derive(FromQueryResult)]
struct Head {
    seq: i64,
}

/// Locks the log's one head row until the transaction ends: on PostgreSQL this is what puts commits in the order of
/// their numbers; on SQLite there is only one writer anyway.
async fn lock_head(transaction: &DatabaseTransaction) -> Result<i64> {
    let lock = Query::update()
        .table("log_head")
        .value("seq", Expr::col("seq"))
        .and_where(Expr::col("id").eq(1))
        .returning_col("seq")
        .take();
    let statement: Statement = transaction.get_database_backend().build(&lock);
    let head = Head::find_by_statement(statement).one(transaction).await.map_err(failed)?;
    head.map(|head| head.seq).ok_or_else(|| base::Error::internal("the log has no head"))
}

async fn set_head(transaction: &DatabaseTransaction, seq: i64) -> Result<()> {
    let update = Query::update().table("log_head").value("seq", seq).and_where(Expr::col("id").eq(1)).take();
    transaction.execute(&update).await.map_err(failed)?;
    Ok(())
}

impl Receipt {
    /// What it is counted under, and why.
    fn outcome(self) -> (&'static str, &'static str) {
        match self {
            Self::Logged { .. } => ("logged", ""),
            Self::Duplicate => (Refused::DUPLICATE, "same_message"),
            Self::Conflict => (Refused::CONFLICT, "same_id_other_message"),
        }
    }
}
