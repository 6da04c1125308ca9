//! Every command, one file each.

mod archive;
mod completions;
mod doctor;
mod import;
mod key;
mod metrics;
mod query;
mod serve;
mod signals;
mod simulate;
mod verify;
mod workspace;

use base::Result;
use clap::Subcommand;
use std::process::ExitCode;

use crate::settings::{Global, Settings};

/// What `harken` can be told to do.
#[derive(Subcommand)]
pub enum Command {
    /// Start the server.
    Serve(serve::Serve),
    /// Read CSV, JSON lines or Parquet files into customers and signals.
    Import(import::Import),
    /// Ask for a metric.
    Query(query::Query),
    /// List the metrics with formula, direction and version.
    Metrics(metrics::Metrics),
    /// Look at the signals themselves.
    #[command(subcommand)]
    Signals(signals::Signals),
    /// Make, list and revoke write keys.
    #[command(subcommand)]
    Key(key::Key),
    /// Show or change the workspace: its name, time zone and currency.
    #[command(subcommand)]
    Workspace(workspace::Workspace),
    /// Write the signals of an invented company.
    Simulate(simulate::Simulate),
    /// Move the log to the lake now, merge its small files and remove the replaced ones.
    Archive(archive::Archive),
    /// Check every file of the lake against its hash.
    Verify(verify::Verify),
    /// Look whether everything is in order.
    Doctor(doctor::Doctor),
    /// Print the completions of a shell.
    Completions(completions::Completions),
}

/// Runs one command; the exit code says whether what it looked for was in order.
pub async fn run(command: Command, global: &Global) -> Result<ExitCode> {
    let settings = Settings::load(global)?;
    match command {
        Command::Serve(command) => command.run(global, settings).await,
        Command::Import(command) => command.run(global, &settings).await,
        Command::Query(command) => command.run(global, &settings).await,
        Command::Signals(command) => command.run(global, &settings).await,
        Command::Key(command) => command.run(global, &settings).await,
        Command::Workspace(command) => command.run(global, &settings).await,
        Command::Simulate(command) => command.run(global, &settings).await,
        Command::Archive(command) => command.run(global, &settings).await,
        Command::Verify(command) => command.run(global, &settings).await,
        Command::Doctor(command) => command.run(global, &settings).await,
        Command::Metrics(command) => Ok(command.run(global)),
        Command::Completions(command) => Ok(command.run()),
    }
}
