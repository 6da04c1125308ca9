//! The query engine's settings: what was measured to be best for these files on a small machine.

use base::Result;
use datafusion::{
    execution::{
        SessionStateBuilder,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::FairSpillPool,
        runtime_env::RuntimeEnvBuilder,
    },
    prelude::{SessionConfig, SessionContext},
};
use std::{path::Path, sync::Arc, thread::available_parallelism};

use crate::{
    disk::create_folder,
    failure::{failed, while_doing},
};

/// What all questions together may hold in memory for grouping and sorting, in bytes.
const MEMORY: usize = 512 << 20;
/// Footers of files that are kept, in bytes.
const FOOTERS: usize = 32 << 20;

/// A session for all questions. What does not fit in memory is spilled to `spill` in the lake's folder.
pub(crate) fn session(folder: &Path) -> Result<SessionContext> {
    let spill = folder.join("spill");
    create_folder(&spill).map_err(while_doing("cannot make the lake's folder"))?;
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill]));
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)))
        .with_disk_manager_builder(disk)
        .with_metadata_cache_limit(FOOTERS)
        .build_arc()
        .map_err(failed)?;
    let cores = available_parallelism().map_or(2, usize::from).min(8);
    let mut config = SessionConfig::new().with_target_partitions(cores).with_collect_statistics(false);
    let options = config.options_mut();
    // Files come in pieces already, see `scan`.
    options.optimizer.repartition_file_scans = false;
    let state = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).build();
    Ok(SessionContext::new_with_state(state))
}
