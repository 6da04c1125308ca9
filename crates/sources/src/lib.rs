//! Where signals come from: the collect API, which speaks the Segment protocol, and imports of files.

mod collect;
mod currency;
mod http;
mod identity;
mod import;
mod moment;
mod nul;
mod runs;
mod scale;
mod uploads;
#[cfg(test)]
mod world;

use base::Clock;
use signals::Signals;
use std::sync::Arc;
use store::{Store, jobs::Handler};
use team::Team;

pub use collect::collect;
pub use http::routes;
pub use import::{FileReport, FileState, ImportOptions, ImportReport, Map, Progress};
pub use runs::{Import, ImportDetails, ImportState, ImportedFile, NewImport};
pub use uploads::{FileName, FileSettings, NewUpload, Upload};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Sources {
    signals: Signals,
    team: Team,
    store: Store,
    clock: Clock,
    files: Arc<FileSettings>,
}

impl Sources {
    /// The room over the log that it fills and the team whose keys open it, with a place for the files that people send.
    pub fn new(signals: Signals, team: Team, store: Store, clock: Clock, files: FileSettings) -> Self {
        Self { signals, team, store, clock, files: Arc::new(files) }
    }

    /// What carries out the room's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![Arc::new(runs::ImportFiles(self.clone()))]
    }

    /// Forgets uploads that nobody wanted and rejected rows of long ago, and ends the imports that lost their job.
    pub async fn tidy_imports(&self) -> base::Result<()> {
        self.settle_imports().await?;
        self.forget_uploads().await?;
        self.forget_rejects().await
    }
}
