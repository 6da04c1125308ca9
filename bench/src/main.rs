//! Repeatable workloads, each beside its peer in the same run: `cargo run --release -p bench -- WORKLOAD`.

mod ingest;
mod queries;
mod table;

use clap::{Parser, Subcommand};
use std::{error::Error, process::ExitCode};

/// What a workload may fail with: it stops and says why.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measure Harken beside its peers. docs/bench.md says how each number is taken.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Subcommand)]
enum Workload {
    /// Log over HTTP, single and batched; latency, memory, start, archive drain and freshness.
    Ingest(ingest::Ingest),
    /// Ask seven metrics of simulated signals, beside DuckDB on Parquet files and on its own table.
    Queries(queries::Queries),
    /// Every workload as it runs without options, one after the other.
    All,
}

impl Workload {
    async fn run(self) -> Outcome<()> {
        match self {
            Self::Ingest(workload) => workload.run().await,
            Self::Queries(workload) => workload.run().await,
            Self::All => {
                for workload in ["ingest", "queries"] {
                    Box::pin(Cli::parse_from(["bench", workload]).workload.run()).await?;
                }
                Ok(())
            }
        }
    }
}

// As many workers as the server and DuckDB are given.
#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match Cli::parse().workload.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
