//! `harken config check|print`

use base::{Error, Result};
use clap::Subcommand;
use std::process::ExitCode;

use crate::{
    output,
    settings::{Global, Settings},
};

/// The settings.
#[derive(Subcommand)]
pub enum Config {
    /// Look whether the settings can be read and are safe.
    Check,
    /// Print every setting as it is in force, as `harken.toml` would say it; without passwords.
    Print,
}

impl Config {
    pub fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        match self {
            // Whoever comes here has passed: settings are checked as they are read.
            Self::Check if global.json => output::json(&serde_json::json!({ "sound": true })),
            Self::Check => output::line("The settings are in order."),
            Self::Print if global.json => output::json(settings),
            Self::Print => {
                let text = toml::to_string(settings);
                let text = text.map_err(|error| Error::internal(format!("the settings cannot be written: {error}")))?;
                output::line(text.trim_end());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
