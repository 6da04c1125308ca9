//! How often this disk can be told to keep something, as `pg_test_fsync` measures it: what no log can outrun.

use std::{
    io::{Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

use super::latency::Latencies;
use crate::Outcome;

/// What was measured of writing 8 kB in place and syncing it.
pub struct Disk {
    /// Syncs per second.
    pub rate: f64,
    /// Milliseconds.
    pub p99: f64,
}

/// Measures for three seconds.
pub fn measure(folder: &Path) -> Outcome<Disk> {
    let mut file = tempfile::tempfile_in(folder)?;
    let page = [0x5a_u8; 8192];
    // Written once before, so that what is measured is not the allocation of blocks.
    file.write_all(&page)?;
    file.sync_all()?;
    let mut took = Latencies::default();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let before = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&page)?;
        file.sync_data()?;
        took.add(before.elapsed());
    }
    let rate = took.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Disk { rate, p99: took.quantile(0.99) })
}
