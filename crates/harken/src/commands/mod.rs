//! Every command, one file each.

mod archive;
mod audit;
mod backup;
mod completions;
mod config;
mod customers;
mod doctor;
mod import;
mod jobs;
mod key;
mod metrics;
mod openapi;
mod query;
mod refusals;
mod restore;
mod serve;
mod signals;
mod simulate;
mod user;
mod verify;
mod workspace;

use base::Result;
use clap::Subcommand;
use std::process::ExitCode;

use crate::settings::{Global, Settings};

/// What `harken` can be told to do.
#[derive(Subcommand)]
pub enum Command {
    Serve(serve::Serve),
    Import(import::Import),
    Query(query::Query),
    Metrics(metrics::Metrics),
    #[command(subcommand)]
    Signals(signals::Signals),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Customers(customers::Customers),
    #[command(subcommand)]
    Refusals(refusals::Refusals),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Workspace(workspace::Workspace),
    Audit(audit::Audit),
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    Simulate(simulate::Simulate),
    Archive(archive::Archive),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Config(config::Config),
    Openapi(openapi::OpenApi),
    Completions(completions::Completions),
}

/// Runs one command; the exit code says whether what it looked for was in order.
pub async fn run(command: Command, global: &Global) -> Result<ExitCode> {
    let settings = || Settings::load(global);
    match command {
        Command::Serve(command) => command.run(global, settings()?).await,
        Command::Import(command) => command.run(global, &settings()?).await,
        Command::Query(command) => command.run(global, &settings()?).await,
        Command::Metrics(command) => Ok(command.run(global)),
        Command::Signals(command) => command.run(global, &settings()?).await,
        Command::User(command) => command.run(global, &settings()?).await,
        Command::Customers(command) => command.run(global, &settings()?).await,
        Command::Refusals(command) => command.run(global, &settings()?).await,
        Command::Key(command) => command.run(global, &settings()?).await,
        Command::Workspace(command) => command.run(global, &settings()?).await,
        Command::Audit(command) => command.run(global, &settings()?).await,
        Command::Jobs(command) => command.run(global, &settings()?).await,
        Command::Simulate(command) => command.run(global, &settings()?).await,
        Command::Backup(command) => command.run(global, settings).await,
        Command::Restore(command) => command.run(global, &settings()?).await,
        Command::Archive(command) => command.run(global, &settings()?).await,
        Command::Verify(command) => command.run(global, &settings()?).await,
        Command::Doctor(command) => command.run(global, &settings()?).await,
        Command::Config(command) => command.run(global, &settings()?),
        Command::Openapi(command) => command.run(global).await,
        Command::Completions(command) => Ok(command.run()),
    }
}
