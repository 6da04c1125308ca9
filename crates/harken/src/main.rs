//! The `harken` binary: reads the command line, wires the rooms and runs one command.

mod commands;
mod house;
mod output;
mod settings;

use clap::Parser;
use std::process::ExitCode;

use commands::Command;
use settings::Global;

/// Harken: listens to customers, understands what they experience, helps a team act on it, and proves what got better.
#[derive(Parser)]
#[command(name = "harken", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(&cli.global);
    #[cfg(feature = "failpoints")]
    let _failpoints = fail::FailScenario::setup();
    match commands::run(cli.command, &cli.global).await {
        Ok(code) => code,
        Err(error) => {
            output::complain(&cli.global, &error);
            ExitCode::FAILURE
        }
    }
}

/// Logs go to standard error, so that standard output holds data alone.
fn log_to_stderr(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("HARKEN_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(format!("{level},sqlx=warn,deltalake_core=warn,delta_kernel=error"))
    });
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
}
