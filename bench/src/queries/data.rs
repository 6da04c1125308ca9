//! The data: an invented company's signals, loaded once through the product's own log and archive.

use base::{Clock, Timestamp};
use signals::{Draft, Receipt};
use simulate::Company;
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::rooms::Rooms;
use crate::{Outcome, table::remark};

/// A customer has about this many signals in the three years that are simulated.
const SIGNALS_PER_CUSTOMER: u64 = 180;
const DAYS: u32 = 3 * 365;
const SEED: u64 = 1;
/// As many as one commit of the log takes.
const BATCH: usize = 8_000;
/// Batches between two moves to the lake.
const ARCHIVE_EVERY: u64 = 50;

/// The folder with so many signals, loaded now unless an earlier run has kept it; an interrupted one is continued.
pub async fn load(keep: &Path, signals: u64) -> Outcome<PathBuf> {
    let folder = keep.join(format!("harken-{signals}"));
    let done = keep.join(format!("harken-{signals}.loaded"));
    if done.exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder)?;
    let start = Instant::now();
    log_and_archive(&folder, signals).await?;
    let took = start.elapsed().as_secs_f64();
    remark(format_args!("{signals} signals logged, archived and compacted in {took:.0} s"));
    std::fs::write(done, "")?;
    Ok(folder)
}

/// The clock follows the story, so that every signal is received when it happens and the log forgets message ids after
/// seven days of the story, as it would have done.
async fn log_and_archive(folder: &Path, signals: u64) -> Outcome<()> {
    let ending: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    // A fifth more than needed, so that the story ends by the count and not by its customers.
    let customers = u32::try_from((signals / SIGNALS_PER_CUSTOMER * 6 / 5).max(100))?;
    let clock = Clock::fixed(Timestamp::MIN);
    let rooms = Rooms::open(folder, clock.clone()).await?;
    // The story is the same each time, so that what is already logged is its beginning.
    let mut logged = u64::try_from(rooms.signals.head().await?)?;
    let company = Company::new(SEED, customers, DAYS, ending);
    let mut drafts = company.take(usize::try_from(signals)?).skip(usize::try_from(logged)?);
    let mut batches = 0;
    loop {
        let batch: Vec<Draft> = drafts.by_ref().take(BATCH).collect();
        let Some(latest) = batch.last() else { break };
        clock.set(latest.occurred_at);
        let receipts = rooms.signals.log(&rooms.scope, batch).await?;
        logged += receipts.iter().filter(|receipt| matches!(receipt, Receipt::Logged { .. })).count() as u64;
        batches += 1;
        if batches % ARCHIVE_EVERY == 0 {
            archive(&rooms).await?;
            rooms.signals.forget_seen().await?;
        }
    }
    archive(&rooms).await?;
    rooms.lake.compact(&rooms.scope).await?;
    if logged == signals { Ok(()) } else { Err(format!("{logged} of {signals} signals were logged").into()) }
}

async fn archive(rooms: &Rooms) -> Outcome<()> {
    while rooms.lake.archive(&rooms.scope).await?.more {}
    Ok(())
}
