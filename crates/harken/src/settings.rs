//! Settings: flags before environment before `harken.toml` in the data folder before defaults.

use base::{Error, Result};
use clap::Args;
use serde::Deserialize;
use std::path::PathBuf;

/// What every command understands.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// The data folder; made if it does not exist.
    #[arg(long, global = true, env = "HARKEN_DATA", default_value = "harken-data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL instead of the SQLite file in the data folder: postgres://user@host/database.
    #[arg(long, global = true, env = "HARKEN_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say less: errors alone.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more; twice for even more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What `harken.toml` and `HARKEN__SECTION__KEY` variables may set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// As `--database`.
    pub database: Option<String>,
    /// The server.
    pub server: ServerSettings,
    /// The log.
    pub log: LogSettings,
    /// The move from log to lake.
    pub archive: ArchiveSettings,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Where to listen.
    pub listen: String,
    /// Connections at the same time.
    pub connections: usize,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Signals that may wait for the writer.
    pub queue: usize,
    /// Signals in one commit.
    pub commit: usize,
}

/// `[archive]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveSettings {
    /// A shorter tail waits in the log …
    pub from: u64,
    /// … until it is this many seconds old.
    pub after_seconds: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8788".into(), connections: server::Limits::default().connections }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        let log = signals::LogSettings::default();
        Self { queue: log.queue, commit: log.commit }
    }
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        Self { from: 50_000, after_seconds: 60 }
    }
}

impl Settings {
    /// Reads the file and the environment; a misspelt key is an error that names it.
    pub fn load(global: &Global) -> Result<Self> {
        let file = config::File::from(global.data.join("harken.toml")).format(config::FileFormat::Toml).required(false);
        let environment =
            config::Environment::with_prefix("HARKEN").prefix_separator("__").separator("__").try_parsing(true);
        let settings = config::Config::builder().add_source(file).add_source(environment).build();
        let mut settings: Self = settings
            .and_then(config::Config::try_deserialize)
            .map_err(|error| Error::invalid(format!("the settings cannot be read: {error}")))?;
        for (key, value, most) in [
            ("server.connections", settings.server.connections, 1_000_000),
            ("log.queue", settings.log.queue, 10_000_000),
            ("log.commit", settings.log.commit, 1_000_000),
        ] {
            if !(1..=most).contains(&value) {
                return Err(Error::invalid_field(key, "out_of_range", format!("{key} must lie between 1 and {most}")));
            }
        }
        if global.database.is_some() {
            settings.database.clone_from(&global.database);
        }
        Ok(settings)
    }
}
