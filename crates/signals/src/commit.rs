//! One commit of the log: take the lock, tell old from new, recognise, number, store, count.

use base::{CustomerId, Result, SignalId, Timestamp};
use fail::fail_point;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Statement,
    sea_query::{Expr, Query},
};
use std::collections::BTreeMap;
use store::failed;
use team::Scope;

use crate::{
    Draft, Receipt, Recognise, Refused, Signal, Tally,
    log::Entry,
    row,
    seen::{self, Fingerprint},
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
        let drafts: Vec<Draft> = fresh.iter().map(|&(entry, draft)| entries[entry].drafts[draft].clone()).collect();
        let customers = recognise.recognise(transaction, scope, now, &drafts).await?;
        let mut signals = Vec::with_capacity(drafts.len());
        for ((draft, customer), (entry, position)) in drafts.into_iter().zip(customers).zip(fresh) {
            seq += 1;
            receipts[entry][position] = Receipt::Logged { seq };
            signals.push(signal(seq, draft, customer, now));
        }
        row::insert(transaction, scope.workspace(), &signals).await?;
        for &entry in &members {
            for (draft, receipt) in entries[entry].drafts.iter().zip(&receipts[entry]) {
                let source = draft.body.source.clone().unwrap_or_default();
                *tallies.entry(Tally::of(scope, now, source, receipt)).or_insert(0) += 1;
            }
        }
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
    let places: Vec<(usize, usize, Fingerprint)> = members
        .iter()
        .flat_map(|&entry| {
            entries[entry].drafts.iter().enumerate().map(move |(draft, said)| (entry, draft, Fingerprint::of(said)))
        })
        .collect();
    let mut known = seen::load(transaction, scope, places.iter().map(|(_, _, print)| print.key)).await?;
    let mut fresh = Vec::with_capacity(places.len());
    let mut news = Vec::with_capacity(places.len());
    for (entry, draft, print) in places {
        match known.get(&print.key) {
            Some(body) if *body == print.body => receipts[entry][draft] = Receipt::Duplicate,
            Some(_) => receipts[entry][draft] = Receipt::Conflict,
            None => {
                known.insert(print.key, print.body);
                news.push(print);
                fresh.push((entry, draft));
            }
        }
    }
    seen::remember(transaction, scope, &news, now).await?;
    Ok(fresh)
}

fn signal(seq: i64, draft: Draft, customer: Option<CustomerId>, now: Timestamp) -> Signal {
    let Draft { message_id, occurred_at, kind, body, identities: _, traits: _ } = draft;
    Signal {
        seq,
        id: SignalId::new(now, rand::random()),
        message_id,
        occurred_at,
        received_at: now,
        customer,
        kind,
        body,
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

impl Tally {
    fn of(scope: &Scope, now: Timestamp, source: String, receipt: &Receipt) -> Self {
        let (outcome, reason) = match receipt {
            Receipt::Logged { .. } => ("logged", ""),
            Receipt::Duplicate => (Refused::DUPLICATE, "same_message"),
            Receipt::Conflict => (Refused::CONFLICT, "same_id_other_message"),
        };
        Self::new(scope, now, source, outcome, reason)
    }
}
