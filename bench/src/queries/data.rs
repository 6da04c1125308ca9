//! The data: an invented company's signals, loaded once through the product's own log and archive.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};
use tokio::process::Command;

use crate::{Outcome, table::remark};

/// A customer has about this many signals in the year that is simulated.
const SIGNALS_PER_CUSTOMER: u64 = 60;

/// The folder with so many signals, loaded now unless an earlier run has kept it.
pub async fn load(harken: &Path, keep: &Path, signals: u64) -> Outcome<PathBuf> {
    let folder = keep.join(format!("harken-{signals}"));
    let done = keep.join(format!("harken-{signals}.loaded"));
    if done.exists() {
        return Ok(folder);
    }
    // What an interrupted run has left would be loaded twice.
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(keep)?;
    // A fifth more than needed, so that the year ends by the count and not by its customers.
    let customers = (signals / SIGNALS_PER_CUSTOMER * 6 / 5).max(100);
    let start = Instant::now();
    let status = Command::new(harken)
        .arg("--data")
        .arg(&folder)
        .args(["--quiet", "simulate", "--load", "--seed", "1", "--days", "365", "--end", "2026-01-01"])
        .args(["--customers", &customers.to_string(), "--signals", &signals.to_string()])
        .status()
        .await?;
    if !status.success() {
        return Err(format!("loading the signals failed: {status}").into());
    }
    remark(format_args!("{signals} signals logged, archived and compacted in {:.0} s", start.elapsed().as_secs_f64()));
    std::fs::write(done, "")?;
    Ok(folder)
}
