//! Ingestion: how much a server on this machine logs durably, how fast, and what that costs.

mod connection;
mod disk;
mod event;
mod latency;
mod load;
mod server;
mod stages;

use clap::Args;
use std::{path::PathBuf, time::Duration};

use crate::{
    Outcome,
    table::{self, Row},
};
use stages::Bench;

/// Log over HTTP, single and batched; latency, memory, start, archive drain and freshness.
#[derive(Args)]
pub struct Ingest {
    /// The server's binary: `cargo build --release -p harken` makes it.
    #[arg(long, default_value = "target/release/harken")]
    harken: PathBuf,
    /// Measured seconds of each run.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seconds before measuring.
    #[arg(long, default_value_t = 10)]
    warm_up: u64,
    /// Runs of L1, L2 and L3; the median is shown, and the worst beside it.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Signals that wait for the archive in L9 and L10.
    #[arg(long, default_value_t = 1_000_000)]
    backlog: u64,
    /// Where the data folders are made: the disk that is measured.
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    /// Only these measures: L1, L2, L3, start, drain, fresh.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

impl Ingest {
    pub async fn run(self) -> Outcome<()> {
        let bench = Bench {
            harken: self.harken,
            folder: self.folder,
            measured: Duration::from_secs(self.seconds),
            warm_up: Duration::from_secs(self.warm_up),
            runs: self.runs.max(1),
        };
        let wanted =
            |stage: &str| self.only.is_empty() || self.only.iter().any(|only| only.eq_ignore_ascii_case(stage));
        let disk = disk::measure(&bench.folder)?;
        let mut rows =
            vec![Row::new("fdatasync of 8 kB", "/s", disk.rate), Row::new("fdatasync of 8 kB, p99", "ms", disk.p99)];
        if wanted("L1") {
            rows.extend(bench.single_events().await?);
        }
        if wanted("L2") {
            rows.extend(bench.batches().await?);
        }
        if wanted("L3") {
            rows.extend(bench.latency(disk.p99).await?);
        }
        if wanted("start") {
            rows.push(bench.start_empty().await?);
        }
        if wanted("drain") {
            rows.extend(bench.drain(self.backlog).await?);
        }
        if wanted("fresh") {
            rows.extend(bench.freshness().await?);
        }
        table::print("one commit per request", &rows);
        Ok(())
    }
}
