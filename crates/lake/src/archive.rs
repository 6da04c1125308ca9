//! Archiving: moves signals from the log into the table, and prunes them from the log once a power cut cannot undo it.

use base::{Error, Result};
use datafusion::arrow::array::RecordBatch;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use fail::fail_point;
use std::{path::Path, sync::Arc};
use team::Scope;

use crate::{
    Lake, Room,
    disk::sync_folder,
    failure::{failed, while_doing},
    file::LiveFile,
    layout::sorted,
    rows::to_batch,
    table::{NotCommitted, Snapshot, Table},
    write::Draft,
};

/// The most signals that one step moves, and so holds in memory as columns.
const STEP: usize = 100_000;
/// Signals that are read from the log at once: as rows they take many times the room they take as columns.
const SLICE: usize = 2_000;
/// How often a step starts again when another node was first.
const ATTEMPTS: usize = 5;

/// What one step of archiving did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Signals that were moved.
    pub signals: u64,
    /// The lake now holds every signal up to this one.
    pub up_to: i64,
    /// The step was full: the log may hold more.
    pub more: bool,
}

impl Lake {
    /// One step of the archive projection, safe to repeat at any time and on several nodes at once.
    ///
    /// A file is written and synced, then committed together with the new watermark, then the commit is synced, and
    /// only then the log is pruned. Wherever it is interrupted, the next step takes up from the watermark; what was
    /// left behind by an interrupted one is a file that no commit names, which vacuuming removes.
    pub async fn archive(&self, scope: &Scope) -> Result<Archived> {
        let room = self.room(scope);
        let _alone = room.table.begin_archiving().await;
        for _ in 0..ATTEMPTS {
            if let Some(archived) = self.archive_step(scope, &room).await? {
                return Ok(archived);
            }
        }
        Err(Error::unavailable("other nodes are archiving the same signals"))
    }

    /// One attempt; `None` when another node was first.
    async fn archive_step(&self, scope: &Scope, room: &Room) -> Result<Option<Archived>> {
        let mut snapshot = room.table.refresh().await?;
        let batches = self.read_step(scope, snapshot.watermark).await?;
        fail_point!("archive::read", |_| Err(Error::unavailable("archive::read")));
        let Some((last, batches)) = batches else {
            self.prune(scope, &room.table, &snapshot).await?;
            return Ok(Some(Archived { signals: 0, up_to: snapshot.watermark, more: false }));
        };
        if snapshot.version.is_none() {
            room.table.create().await?;
            let made = room.table.refresh().await?;
            if made.watermark != snapshot.watermark {
                // Another node made the table first and has moved signals into it: those that were read here may be among them.
                return Ok(None);
            }
            snapshot = made;
        }
        let table = room.table.clone();
        let written = tokio::task::spawn_blocking(move || write(table.folder(), &batches)).await;
        let file = written.map_err(|error| Error::internal(error.to_string()))??;
        fail_point!("archive::before_commit", |_| Err(Error::unavailable("archive::before_commit")));
        let signals = file.facts.rows;
        let at = self.clock.now();
        let append = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        match room.table.commit(&snapshot, vec![file.add(at, false)], append, Some((last, at))).await {
            Ok(_) => {}
            Err(NotCommitted::Conflict) => {
                // No commit names it and none will.
                let _ = std::fs::remove_file(room.table.folder().join(&file.path));
                return Ok(None);
            }
            Err(NotCommitted::Failed(error)) => return Err(error),
        }
        fail_point!("archive::committed", |_| Err(Error::unavailable("archive::committed")));
        let snapshot = room.table.refresh().await?;
        self.prune(scope, &room.table, &snapshot).await?;
        if let Some(version) = snapshot.version {
            room.table.checkpoint(version).await;
        }
        Ok(Some(Archived { signals, up_to: last, more: signals >= STEP as u64 }))
    }

    /// The next signals after the watermark as columns, and the last sequence number among them.
    async fn read_step(&self, scope: &Scope, watermark: i64) -> Result<Option<(i64, Vec<RecordBatch>)>> {
        let (mut last, mut rows, mut batches) = (watermark, 0, Vec::new());
        while rows < STEP {
            let slice = self.signals.stored_after(scope, last, SLICE.min(STEP - rows)).await?;
            let Some(newest) = slice.last() else { break };
            (last, rows) = (newest.signal.seq, rows + slice.len());
            batches.push(to_batch(&slice)?);
        }
        Ok((rows > 0).then_some((last, batches)))
    }

    /// Prunes what the snapshot holds, after making sure that the snapshot itself is durable, whoever committed it.
    async fn prune(&self, scope: &Scope, table: &Arc<Table>, snapshot: &Snapshot) -> Result<()> {
        let Some(version) = snapshot.version else { return Ok(()) };
        let oldest = self.signals.stored_after(scope, i64::MIN, 1).await?;
        if oldest.first().is_none_or(|oldest| oldest.signal.seq > snapshot.watermark) {
            return Ok(());
        }
        let syncing = table.clone();
        let synced = tokio::task::spawn_blocking(move || syncing.sync_log(version)).await;
        synced.map_err(|error| Error::internal(error.to_string()))??;
        fail_point!("archive::commit_synced", |_| Err(Error::unavailable("archive::commit_synced")));
        self.signals.prune(scope, snapshot.watermark).await?;
        fail_point!("archive::pruned", |_| Err(Error::unavailable("archive::pruned")));
        Ok(())
    }
}

/// Writes one sorted file and makes it durable under its final name.
fn write(folder: &Path, batches: &[RecordBatch]) -> Result<LiveFile> {
    let mut draft = Draft::begin(folder)?;
    for rows in sorted(batches).map_err(|error| failed(error.into()))? {
        draft.write(&rows.map_err(|error| failed(error.into()))?)?;
    }
    let finished = draft.finish()?;
    fail_point!("archive::written", |_| Err(Error::unavailable("archive::written")));
    let file = finished.publish()?;
    fail_point!("archive::renamed", |_| Err(Error::unavailable("archive::renamed")));
    sync_folder(folder).map_err(while_doing("cannot sync the lake's folder"))?;
    fail_point!("archive::synced", |_| Err(Error::unavailable("archive::synced")));
    Ok(file)
}
