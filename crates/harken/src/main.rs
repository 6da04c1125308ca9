//! The `harken` binary: reads the command line, wires the rooms and runs one command.

mod backup;
mod commands;
mod house;
mod output;
mod settings;

use clap::Parser;
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

use commands::Command;
use settings::{Global, LogFormat};

/// Serves SQLite as well, whose every row and statement is allocated.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Harken: listens to customers, understands what they experience, helps a team act on it, and proves what got better.
#[derive(Parser)]
#[command(name = "harken", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    // What this program makes is its user's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && std::env::args().any(|argument| argument == "--json") => {
            let message = error.render().to_string();
            output::complain(true, &base::Error::invalid(message.trim()));
            return WRONG_COMMAND_LINE.into();
        }
        Err(error) => error.exit(),
    };
    log_to_stderr(&cli.global);
    #[cfg(feature = "failpoints")]
    let _failpoints = fail::FailScenario::setup();
    match commands::run(cli.command, &cli.global).await {
        Ok(code) => code,
        Err(error) => {
            output::complain(cli.global.json, &error);
            ExitCode::FAILURE
        }
    }
}

/// As clap has it.
const WRONG_COMMAND_LINE: u8 = 2;

/// Logs go to standard error, so that standard output holds data alone.
fn log_to_stderr(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    // Two archivers that meet at a commit are no error, and one of them begins again. Plans say what people asked for.
    let quiet = "sqlx=warn,datafusion=warn,deltalake_core=warn,deltalake_core::kernel::transaction=off,buoyant_kernel=off,delta_kernel=off";
    let filter = EnvFilter::try_from_env("HARKEN_LOG").unwrap_or_else(|_| EnvFilter::new(format!("{level},{quiet}")));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(colours).with_env_filter(filter);
    match global.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
