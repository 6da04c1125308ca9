//! Signals in columns: one Delta table per workspace, asked together with the log's tail. DataFusion, Arrow, Parquet and
//! Delta are named in this crate and nowhere else; its doors take and give plain data.

mod archive;
mod ask;
mod breakdown;
mod compact;
mod counted;
mod disk;
mod engine;
mod failure;
mod fields;
mod file;
mod filter;
mod functions;
mod import;
mod layout;
mod list;
mod pin;
mod plan;
mod question;
mod rows;
mod scan;
mod size;
mod table;
mod tail;
mod trust;
mod vacuum;
mod verify;
mod view;
mod watch;
mod write;

use base::{Clock, Result, WorkspaceId};
use datafusion::prelude::SessionContext;
use parking_lot::Mutex;
use signals::Signals;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use table::Table;
use tail::TailRows;
use team::Scope;
use trust::Trust;

pub use archive::Archived;
pub use breakdown::{Breakdown, Sides};
pub use compact::Compacted;
pub use import::{ParquetRow, parquet_rows};
pub use list::{Listed, Place, SignalStream};
pub use pin::{Pinned, PinnedFile};
pub use question::{
    Answer, AnswerRow, Bucket, Condition, CustomerFacts, Measure, Missing, Operand, Per, Question, TraitColumn,
    UnitValue,
};
pub use size::Size;
pub use watch::{Sight, Watch};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Lake {
    folder: PathBuf,
    signals: Signals,
    clock: Clock,
    engine: SessionContext,
    trust: Arc<Trust>,
    rooms: Arc<Mutex<HashMap<WorkspaceId, Arc<Room>>>>,
}

/// What is kept of one workspace between questions.
struct Room {
    table: Arc<Table>,
    tail: tokio::sync::Mutex<TailRows>,
}

impl Lake {
    /// The lake in a folder, which is made if it does not exist. No table is opened before it is needed.
    pub fn open(folder: &Path, signals: Signals, clock: Clock) -> Result<Self> {
        disk::create_folder(folder).map_err(failure::while_doing("cannot make the lake's folder"))?;
        // Absolute, because the engine names files by their whole path.
        let folder = folder.canonicalize().map_err(failure::while_doing("cannot find the lake's folder"))?;
        if folder.as_os_str().as_encoded_bytes().contains(&b'%') {
            // The table's log is reached by URL, where a percent sign in a path would be read as an escape.
            return Err(base::Error::invalid(format!(
                "the data folder may not have a '%' in its path: {}",
                folder.display()
            )));
        }
        let engine = engine::session(&folder)?;
        Ok(Self { folder, signals, clock, engine, trust: Arc::default(), rooms: Arc::default() })
    }

    /// The log, whose tail is read along with the lake.
    pub fn log(&self) -> &Signals {
        &self.signals
    }

    /// The last sequence number that is in the lake; 0 before the first archiving.
    pub async fn watermark(&self, scope: &Scope) -> Result<i64> {
        Ok(self.room(scope).table.refresh().await?.watermark)
    }

    /// The tenant's own table. Another tenant's cannot be named from here.
    fn room(&self, scope: &Scope) -> Arc<Room> {
        let workspace = scope.workspace();
        let new = || {
            let table = Table::at(self.folder.join(pin::place(scope)));
            Arc::new(Room { table: Arc::new(table), tail: tokio::sync::Mutex::default() })
        };
        self.rooms.lock().entry(workspace).or_insert_with(new).clone()
    }
}
