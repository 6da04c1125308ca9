//! One moment of one workspace: a snapshot of the lake and the log's signals after its watermark.

use base::{Error, Result};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        compute::max,
        datatypes::TimestampMicrosecondType,
    },
    datasource::{MemTable, provider_as_source},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
};
use signals::Tail;
use std::{ops::RangeInclusive, sync::Arc};
use team::Scope;

use crate::{
    Lake, Missing,
    failure::failed,
    file::LiveFile,
    layout::SCHEMA,
    scan::{Files, Reading},
    table::{Snapshot, Table},
    trust::Trust,
};

/// Signals of the log that are turned into columns at once.
const SLICE: usize = 5_000;

/// What a question is asked of.
pub(crate) struct View {
    pub snapshot: Arc<Snapshot>,
    pub tail: Vec<RecordBatch>,
    /// Files that hold nothing later than this sequence number are left out.
    after: i64,
}

/// The part of a view that a question needs.
pub(crate) struct Sources {
    pub files: Vec<LiveFile>,
    pub tail: Vec<RecordBatch>,
    pub missing: Vec<Missing>,
}

impl Lake {
    /// The signals of this moment, each exactly once.
    ///
    /// The log is read before the lake. Whatever archiving prunes from the log meanwhile was committed to the lake
    /// before that, so the snapshot taken afterwards has it; and what the snapshot has is dropped from the tail by the
    /// watermark of that same snapshot. So nothing is missed and nothing counted twice, whatever runs at the same time.
    pub(crate) async fn view(&self, scope: &Scope) -> Result<View> {
        let room = self.room(scope);
        let mut tail = room.tail.lock().await;
        let mut snapshot = room.table.newest();
        if snapshot.version.is_none() {
            snapshot = room.table.refresh().await?;
        }
        tail.drop_up_to(snapshot.watermark);
        loop {
            let slice = self.signals.stored_after(scope, tail.end(), SLICE).await?;
            if slice.len() == SLICE {
                // A long backlog is taken in slices, so that it is never held twice as a whole.
                tail.push(&slice)?;
                continue;
            }
            match self.signals.tail(scope, tail.end()).await? {
                Tail::Signals(rows) => {
                    tail.push(&rows)?;
                    break;
                }
                Tail::Pruned => {
                    snapshot = room.table.refresh().await?;
                    if snapshot.watermark <= tail.end() {
                        return Err(Error::internal(format!(
                            "the lake ends at signal {}, but the log has already handed over later ones: \
                             part of the lake is lost and has to be restored",
                            snapshot.watermark
                        )));
                    }
                    tail.drop_up_to(snapshot.watermark);
                }
            }
        }
        let snapshot = room.table.refresh().await?;
        tail.drop_up_to(snapshot.watermark);
        Ok(View { snapshot, tail: tail.batches().to_vec(), after: 0 })
    }
}

impl View {
    /// When the last of all these signals happened, in microseconds.
    pub(crate) fn newest(&self) -> Option<i64> {
        let files = self.snapshot.files.iter().map(|file| file.facts.times.1);
        let tail = self.tail.iter().filter_map(|batch| {
            max(batch.column_by_name("occurred_at")?.as_primitive_opt::<TimestampMicrosecondType>()?)
        });
        files.chain(tail).max()
    }

    /// The same for somebody who wants only what was logged after this sequence number.
    pub(crate) fn after(self, seq: i64) -> Self {
        Self { after: seq, ..self }
    }

    /// What may hold signals of these kinds and times: trusted files, the tail, and the damaged files apart.
    pub(crate) async fn sources(
        self,
        table: &Arc<Table>,
        trust: &Arc<Trust>,
        kinds: Option<&[&str]>,
        times: RangeInclusive<i64>,
    ) -> Result<Sources> {
        let mut files: Vec<LiveFile> = self.snapshot.files.clone();
        files.retain(|file| file.facts.seqs.1 > self.after && file.may_hold(kinds, &times));
        let mut missing = self.snapshot.damaged.clone();
        let (table, trust) = (table.clone(), trust.clone());
        // The first touch of a file reads all of it.
        let checked = tokio::task::spawn_blocking(move || {
            files.into_iter().map(|file| (trust.check(table.folder(), &file), file)).collect::<Vec<_>>()
        });
        let mut trusted = Vec::new();
        for (verdict, file) in checked.await.map_err(|error| Error::internal(error.to_string()))? {
            match verdict {
                Ok(()) => trusted.push(file),
                Err(reason) => missing.push(file.missing(reason)),
            }
        }
        Ok(Sources { files: trusted, tail: self.tail, missing })
    }
}

impl Sources {
    /// All of it as one table.
    pub(crate) fn scan(&self, table: &Table, reading: Reading) -> Result<LogicalPlan> {
        let files = Files::new(table.folder(), &self.files, reading).map_err(failed)?;
        let lake = LogicalPlanBuilder::scan("lake", provider_as_source(Arc::new(files)), None).map_err(failed)?;
        if self.tail.is_empty() {
            return lake.build().map_err(failed);
        }
        let tail = MemTable::try_new(SCHEMA.clone(), vec![self.tail.clone()]).map_err(failed)?;
        let tail = LogicalPlanBuilder::scan("tail", provider_as_source(Arc::new(tail)), None).map_err(failed)?;
        if self.files.is_empty() {
            return tail.build().map_err(failed);
        }
        lake.union(tail.build().map_err(failed)?).and_then(LogicalPlanBuilder::build).map_err(failed)
    }
}
