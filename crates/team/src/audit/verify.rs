//! Checking the chains: every entry is hashed again and held against what is stored.

use base::{Result, WorkspaceId};
use sea_orm::{
    FromQueryResult, Order,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query},
};
use std::collections::BTreeMap;
use store::failed;

use super::{
    chain::{BEGINNING, Head, hash},
    entry::{COLUMNS, Row},
};
use crate::Team;

/// What a check of all chains found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries were read.
    pub entries: u64,
    /// The chains that are broken.
    pub broken: Vec<BrokenChain>,
}

/// A chain that was tampered with, or damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// Whose chain it is; `None` for the installation's.
    pub workspace: Option<WorkspaceId>,
    /// The first entry that is wrong.
    pub seq: i64,
    /// What is wrong with it, in a sentence.
    pub why: &'static str,
}

/// How many entries are read at a time.
const STEP: u64 = 1_000;

impl Team {
    /// Checks every chain from its beginning to its end. What is written meanwhile does no harm.
    pub async fn verify_audit(&self) -> Result<AuditReport> {
        let mut report = AuditReport::default();
        for (workspace, head) in self.audit_heads().await? {
            let broken = match head {
                Some(head) => self.first_break(workspace, &head, &mut report.entries).await?,
                None => Some((1, "nothing says any more which entry is the last")),
            };
            if let Some((seq, why)) = broken {
                let workspace = (!workspace.is_nil()).then_some(WorkspaceId(workspace));
                report.broken.push(BrokenChain { workspace, seq, why });
            }
        }
        Ok(report)
    }

    /// The head of each chain; `None` where it is lost.
    async fn audit_heads(&self) -> Result<BTreeMap<Uuid, Option<Head>>> {
        #[derive(FromQueryResult)]
        struct Chain {
            workspace: Uuid,
        }
        let reader = self.store.read();
        let build = reader.get_database_backend();
        let heads = Query::select().columns(["workspace", "seq", "hash"]).from("audit_head").take();
        let heads = Head::find_by_statement(build.build(&heads)).all(reader).await.map_err(failed)?;
        let mut heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.workspace, Some(head))).collect();
        let chains = Query::select().distinct().column("workspace").from("audit").take();
        for chain in Chain::find_by_statement(build.build(&chains)).all(reader).await.map_err(failed)? {
            heads.entry(chain.workspace).or_insert(None);
        }
        Ok(heads)
    }

    async fn first_break(&self, workspace: Uuid, head: &Head, read: &mut u64) -> Result<Option<(i64, &'static str)>> {
        let reader = self.store.read();
        let (mut last, mut before) = (0, BEGINNING.to_vec());
        loop {
            let step = Query::select()
                .columns(COLUMNS)
                .from("audit")
                .and_where(Expr::col("workspace").eq(workspace))
                .and_where(Expr::col("seq").gt(last))
                .order_by("seq", Order::Asc)
                .limit(STEP)
                .take();
            let rows = Row::find_by_statement(reader.get_database_backend().build(&step)).all(reader).await;
            let rows = rows.map_err(failed)?;
            if rows.is_empty() {
                let lost = last < head.seq;
                return Ok(lost.then_some((last + 1, "it is missing, and so is everything after it")));
            }
            for row in rows {
                *read += 1;
                if row.seq != last + 1 {
                    return Ok(Some((last + 1, "it is missing")));
                }
                if hash(&before, &row)[..] != row.hash {
                    return Ok(Some((row.seq, "it is not what was written, or the one before it was exchanged")));
                }
                if row.seq == head.seq && row.hash != head.hash {
                    return Ok(Some((row.seq, "it is not the entry that was written last")));
                }
                (last, before) = (row.seq, row.hash);
            }
        }
    }
}
