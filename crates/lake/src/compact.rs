//! Compaction: merges small files into larger ones that are sorted as a whole. No signal changes, and the watermark stays.

use base::{Error, Result};
use datafusion::{
    arrow::array::RecordBatch,
    datasource::{
        object_store::ObjectStoreUrl,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource},
        source::DataSourceExec,
    },
    error::Result as EngineResult,
    physical_expr::{LexOrdering, PhysicalSortExpr, expressions::col},
    physical_plan::{ExecutionPlan, SendableRecordBatchStream, sorts::sort_preserving_merge::SortPreservingMergeExec},
};
use deltalake_core::protocol::DeltaOperation;
use fail::fail_point;
use futures::StreamExt;
use std::{path::Path, sync::Arc};
use team::Scope;
use tokio::sync::mpsc;

use crate::{
    Lake,
    disk::sync_folder,
    failure::{failed, while_doing},
    file::LiveFile,
    layout::{SCHEMA, SORTED_BY},
    scan::whole_file,
    table::NotCommitted,
    write::Draft,
};

/// Files of at least half of this are left alone; a merged file has at most so many rows, or about so many bytes.
const TARGET_ROWS: u64 = 4_000_000;
const TARGET_BYTES: u64 = 256 << 20;
/// Files of about the same size that have to come together before they are merged, so that every signal is rewritten
/// only a few times on its way into a large file.
const FAN_IN: usize = 4;

/// What one step of compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Files that were merged into one; 0 when there was nothing to do.
    pub files: usize,
    /// The signals in them.
    pub signals: u64,
}

impl Lake {
    /// One step of compaction; repeat it until it has nothing to do. It runs beside archiving and questions.
    ///
    /// Damaged files are never merged: their damage would get a fresh hash.
    pub async fn compact(&self, scope: &Scope) -> Result<Compacted> {
        let room = self.room(scope);
        let _alone = room.table.begin_compacting().await;
        let snapshot = room.table.refresh().await?;
        let chosen = choose(&snapshot.files);
        let (table, trust) = (room.table.clone(), self.trust.clone());
        let sound = tokio::task::spawn_blocking(move || {
            chosen.into_iter().filter(|file| trust.check_again(table.folder(), file).is_ok()).collect::<Vec<_>>()
        });
        let chosen = sound.await.map_err(|error| Error::internal(error.to_string()))?;
        if chosen.len() < 2 {
            return Ok(Compacted::default());
        }
        let signals = chosen.iter().map(|file| file.facts.rows).sum();
        let merged = self.merge(room.table.folder(), &chosen).await?;
        fail_point!("compact::before_commit", |_| Err(Error::unavailable("compact::before_commit")));
        if merged.facts.rows != signals {
            return Err(Error::internal(format!(
                "{signals} signals became {} while they were merged",
                merged.facts.rows
            )));
        }
        let at = self.clock.now();
        let actions = chosen.iter().map(|file| file.remove(at)).chain([merged.add(at, true)]).collect();
        let target = i64::try_from(TARGET_BYTES).unwrap_or(i64::MAX);
        let optimize = DeltaOperation::Optimize { predicate: None, target_size: target };
        match room.table.commit(&snapshot, actions, optimize, None).await {
            Ok(version) => {
                fail_point!("compact::committed", |_| Err(Error::unavailable("compact::committed")));
                let newest = room.table.refresh().await?;
                room.table.sync_log(version)?;
                fail_point!("compact::commit_synced", |_| Err(Error::unavailable("compact::commit_synced")));
                if let Some(version) = newest.version {
                    room.table.checkpoint(version).await;
                }
                Ok(Compacted { files: chosen.len(), signals })
            }
            Err(NotCommitted::Conflict) => {
                let _ = std::fs::remove_file(room.table.folder().join(&merged.path));
                Ok(Compacted::default())
            }
            Err(NotCommitted::Failed(error)) => Err(error),
        }
    }

    /// Merges sorted files into one, a batch of each at a time.
    async fn merge(&self, folder: &Path, files: &[LiveFile]) -> Result<LiveFile> {
        let mut rows = self.merged_rows(folder, files).map_err(failed)?;
        let (sender, receiver) = mpsc::channel(2);
        let target = folder.to_owned();
        let writing = tokio::task::spawn_blocking(move || write(&target, receiver));
        while let Some(batch) = rows.next().await {
            // A writer that has gone away says why below.
            if sender.send(batch.map_err(failed)).await.is_err() {
                break;
            }
        }
        drop(sender);
        writing.await.map_err(|error| Error::internal(error.to_string()))?
    }

    fn merged_rows(&self, folder: &Path, files: &[LiveFile]) -> EngineResult<SendableRecordBatchStream> {
        let order = SORTED_BY.iter().map(|name| Ok(PhysicalSortExpr::new_default(col(name, &SCHEMA)?)));
        let order = LexOrdering::new(order.collect::<EngineResult<Vec<_>>>()?);
        let groups = files.iter().map(|file| Ok(FileGroup::new(vec![whole_file(folder, file)?])));
        let source = Arc::new(ParquetSource::new(SCHEMA.clone()));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(groups.collect::<EngineResult<_>>()?)
            .with_output_ordering(order.clone().into_iter().collect())
            .with_preserve_order(true)
            .build();
        let scan = DataSourceExec::from_data_source(config);
        let order = order.ok_or_else(|| datafusion::error::DataFusionError::Internal("files have an order".into()))?;
        SortPreservingMergeExec::new(order, scan).execute(0, self.engine.task_ctx())
    }
}

fn write(folder: &Path, mut rows: mpsc::Receiver<Result<RecordBatch>>) -> Result<LiveFile> {
    let mut draft = Draft::begin(folder)?;
    while let Some(batch) = rows.blocking_recv() {
        draft.write(&batch?)?;
    }
    fail_point!("compact::read", |_| Err(Error::unavailable("compact::read")));
    let finished = draft.finish()?;
    fail_point!("compact::written", |_| Err(Error::unavailable("compact::written")));
    let file = finished.publish()?;
    fail_point!("compact::renamed", |_| Err(Error::unavailable("compact::renamed")));
    sync_folder(folder).map_err(while_doing("cannot sync the lake's folder"))?;
    fail_point!("compact::synced", |_| Err(Error::unavailable("compact::synced")));
    Ok(file)
}

/// The files to merge next: the smallest ones, once enough of about the same size have come together.
fn choose(files: &[LiveFile]) -> Vec<LiveFile> {
    let mut small: Vec<&LiveFile> =
        files.iter().filter(|file| file.facts.rows < TARGET_ROWS / 2 && file.size < TARGET_BYTES / 2).collect();
    small.sort_by_key(|file| (file.facts.rows, &file.path));
    // Sizes within a factor of four are about the same.
    let tier = |file: &LiveFile| file.facts.rows.max(1).ilog2() / 2;
    let full = small.chunk_by(|left, right| tier(left) == tier(right)).rfind(|tier| tier.len() >= FAN_IN);
    let Some(largest) = full.and_then(<[_]>::last).map(|file| tier(file)) else { return Vec::new() };
    let (mut rows, mut bytes) = (0, 0);
    small
        .into_iter()
        .take_while(|file| {
            rows += file.facts.rows;
            bytes += file.size;
            tier(file) <= largest && rows <= TARGET_ROWS && bytes <= TARGET_BYTES
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Facts;

    fn files(rows: &[u64]) -> Vec<LiveFile> {
        let file = |(number, rows): (usize, &u64)| LiveFile {
            path: format!("{number}.parquet"),
            size: rows * 60,
            facts: Facts {
                blake3: String::new(),
                rows: *rows,
                times: (0, 1),
                kinds: ("a".into(), "b".into()),
                seqs: (1, 2),
                counts: Vec::new(),
            },
        };
        rows.iter().enumerate().map(file).collect()
    }

    fn chosen(rows: &[u64]) -> Vec<u64> {
        choose(&files(rows)).iter().map(|file| file.facts.rows).collect()
    }

    #[test]
    fn files_are_merged_once_enough_of_a_size_have_come_together() {
        assert!(chosen(&[]).is_empty());
        assert!(chosen(&[200_000, 200_000, 200_000, 90]).is_empty());
        assert_eq!(chosen(&[5, 200_000, 6, 7, 5]), [5, 5, 6, 7]);
        assert_eq!(chosen(&[200_000, 200_000, 200_000, 200_000, 90]), [90, 200_000, 200_000, 200_000, 200_000]);
        assert!(chosen(&[4_000_000, 3_000_000, 2_500_000, 2_100_000, 200_000]).is_empty());
        assert_eq!(chosen(&[1_900_000; 5]), [1_900_000; 2], "no merged file exceeds the target");
    }
}
