//! The chain: how an entry is hashed and put behind the one before it.

use base::{Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, FromQueryResult,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use store::failed;

use super::{
    entry::{COLUMNS, Entry, Row},
    network::network,
};
use crate::Actor;

/// The hash before a chain's first entry.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// Adds an entry to a workspace's chain, or to the installation's, in the transaction that does what it tells of: either
/// both are there or neither is.
///
/// The chain stays locked until the transaction ends, so record last.
pub async fn record(
    transaction: &DatabaseTransaction,
    at: Timestamp,
    workspace: Option<WorkspaceId>,
    actor: Actor,
    from: Option<IpAddr>,
    entry: Entry,
) -> Result<()> {
    let workspace = workspace.map_or(Uuid::nil(), |workspace| workspace.0);
    let head = Head::lock(transaction, workspace).await?;
    let (actor, actor_id) = actor.columns();
    let mut row = Row {
        workspace,
        seq: head.seq + 1,
        at: at.micros(),
        actor: actor.into(),
        actor_id,
        network: from.map(network),
        action: entry.action.into(),
        object: entry.object,
        details: entry.details.to_string(),
        hash: Vec::new(),
    };
    row.hash = hash(&head.hash, &row).to_vec();
    head.advance(transaction, row.seq, &row.hash).await?;
    let insert = Query::insert()
        .into_table("audit")
        .columns(COLUMNS)
        .values_panic([
            row.workspace.into(),
            row.seq.into(),
            row.at.into(),
            row.actor.into(),
            row.actor_id.into(),
            row.network.into(),
            row.action.into(),
            row.object.into(),
            row.details.into(),
            row.hash.into(),
        ])
        .take();
    transaction.execute(&insert).await.map_err(failed)?;
    Ok(())
}

/// The last entry of a chain.
#[derive(FromQueryResult)]
pub(super) struct Head {
    pub workspace: Uuid,
    pub seq: i64,
    pub hash: Vec<u8>,
}

impl Head {
    /// The head, locked until the transaction ends; made where the chain has not begun.
    async fn lock(transaction: &DatabaseTransaction, workspace: Uuid) -> Result<Self> {
        // Setting a value to itself locks the row and reads what the writer before us has committed.
        let same = OnConflict::column("workspace").value("seq", Expr::col(("audit_head", "seq"))).to_owned();
        let lock = Query::insert()
            .into_table("audit_head")
            .columns(["workspace", "seq", "hash"])
            .values_panic([workspace.into(), 0.into(), BEGINNING.to_vec().into()])
            .on_conflict(same)
            .returning(Query::returning().columns(["workspace", "seq", "hash"]))
            .take();
        let statement = transaction.get_database_backend().build(&lock);
        let head = Self::find_by_statement(statement).one(transaction).await.map_err(failed)?;
        head.ok_or_else(|| Error::internal("the head of the audit log cannot be read"))
    }

    async fn advance(&self, transaction: &DatabaseTransaction, seq: i64, hash: &[u8]) -> Result<()> {
        let advance = Query::update()
            .table("audit_head")
            .value("seq", seq)
            .value("hash", hash.to_vec())
            .and_where(Expr::col("workspace").eq(self.workspace))
            .take();
        transaction.execute(&advance).await.map_err(failed)?;
        Ok(())
    }
}

/// SHA-256 over the hash before and every column, each with its length before it, so that no two entries read the same.
pub(super) fn hash(before: &[u8], row: &Row) -> [u8; 32] {
    let actor_id = row.actor_id.map(|id| *id.as_bytes());
    let fields: [Option<&[u8]>; 9] = [
        Some(row.workspace.as_bytes()),
        Some(&row.seq.to_be_bytes()),
        Some(&row.at.to_be_bytes()),
        Some(row.actor.as_bytes()),
        actor_id.as_ref().map(<[u8; 16]>::as_slice),
        row.network.as_deref().map(str::as_bytes),
        Some(row.action.as_bytes()),
        row.object.as_deref().map(str::as_bytes),
        Some(row.details.as_bytes()),
    ];
    let mut hasher = Sha256::new_with_prefix("harken audit 1");
    hasher.update(before);
    for field in fields {
        // One more than the length: 0 says that there is nothing, which an empty text is not.
        hasher.update(field.map_or(0, |field| field.len() as u64 + 1).to_be_bytes());
        hasher.update(field.unwrap_or_default());
    }
    hasher.finalize().into()
}
