//! `harken restore`

use base::Result;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

use super::{
    backup::{about, said},
    doctor::Doctor,
};
use crate::{
    backup::{self, KeyFile},
    output,
    settings::{Global, Settings},
};

/// Restore a backup into an empty data folder (--data) and, with --database, an empty PostgreSQL.
#[derive(Args)]
pub struct Restore {
    /// The backup.
    folder: PathBuf,
    /// The passphrase or key it was encrypted with.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Restore {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let key_file = self.key_file.as_deref().map(KeyFile::read).transpose()?;
        let database = settings.database.as_deref();
        let manifest = backup::restore(&self.folder, key_file.as_ref(), &global.data, database).await?;
        // Looking at it makes a master key where there is none; the right one is still to be put there.
        let master_key = global.data.join("master.key");
        let had_key = master_key.exists();
        let (sound, checks) = Doctor::look_at(global, settings).await?;
        if !had_key {
            let _ = std::fs::remove_file(&master_key);
        }
        if global.json {
            output::json(&json!({ "sound": sound, "restored": about(&manifest), "checks": checks }));
        } else {
            output::line(format_args!("Restored into {}: {}", global.data.display(), said(&manifest)));
            Doctor::show(checks);
            if !manifest.holds_master_key() {
                output::line(format_args!("Now put the master key of that installation at {}", master_key.display()));
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
