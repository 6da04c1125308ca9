//! `harken completions SHELL`

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::process::ExitCode;

use crate::output;

/// Print the completions of a shell.
#[derive(Args)]
pub struct Completions {
    /// bash, zsh, fish, …
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "harken", &mut script);
        output::line(String::from_utf8_lossy(&script).trim_end());
        ExitCode::SUCCESS
    }
}
