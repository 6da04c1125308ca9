//! `harken completions SHELL`

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::process::ExitCode;

/// Print the completions of a shell.
#[derive(Args)]
pub struct Completions {
    /// bash, zsh, fish, …
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> ExitCode {
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "harken", &mut std::io::stdout());
        ExitCode::SUCCESS
    }
}
