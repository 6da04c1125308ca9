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
}

// As many workers as the server and DuckDB are given.
#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let done = match Cli::parse().workload {
        Workload::Ingest(workload) => workload.run().await,
        Workload::Queries(workload) => workload.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
