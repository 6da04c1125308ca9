//! `harken backup`

use base::{Error, Result};
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};
use team::audit::Entry;

use crate::{
    backup::{self, KeyFile, Manifest, Taken},
    house::House,
    output,
    settings::{Global, Settings},
};

/// Take a backup while the server runs, or check one.
#[derive(Args)]
pub struct Backup {
    /// A folder that is empty or does not exist; with --verify, a backup.
    folder: PathBuf,
    /// Encrypt it with the passphrase or key in this file, which only its owner may read.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Put the vault's master key in it, too. Only together with --key-file.
    #[arg(long, requires = "key_file", conflicts_with = "verify")]
    with_master_key: bool,
    /// Read all of a backup and say whether it is what it was.
    #[arg(long)]
    verify: bool,
}

impl Backup {
    pub async fn run(self, global: &Global, settings: impl FnOnce() -> Result<Settings>) -> Result<ExitCode> {
        let key_file = self.key_file.as_deref().map(KeyFile::read).transpose()?;
        if self.verify {
            let manifest = backup::check(&self.folder, key_file.as_ref())?;
            if global.json {
                output::json(&json!({ "sound": true, "backup": about(&manifest) }));
            } else {
                output::line(format_args!("The backup is sound: {}", said(&manifest)));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let settings = settings()?;
        let house = House::open(global, &settings).await?;
        let own = house.folder.join("master.key");
        let master_key = settings.master_key_file.as_ref().unwrap_or(&own);
        let included = self.with_master_key.then_some(master_key.as_path());
        let Taken { manifest, damaged } = backup::take(&house, &self.folder, key_file.as_ref(), included).await?;
        let details = json!({
            "position": manifest.position,
            "encrypted": key_file.is_some(),
            "master_key": manifest.holds_master_key(),
        });
        // A backup is wanted most when nothing can be written any more.
        if let Err(error) = house.team.note_of_operator(Entry { action: "backup.taken", object: None, details }).await {
            tracing::warn!(%error, "writing into the audit log that a backup was taken");
        }
        if global.json {
            let damaged: Vec<_> =
                damaged.iter().map(|file| json!({ "file": file.file, "reason": file.reason })).collect();
            output::json(&json!({ "backup": about(&manifest), "damaged": damaged }));
        } else {
            output::line(format_args!("{}: {}", self.folder.display(), said(&manifest)));
            if !manifest.holds_master_key() {
                output::line(format_args!(
                    "The master key is not in it. Keep {} in another safe place: without it, second factors, webhook secrets and the like cannot be read after a restore.",
                    master_key.display()
                ));
            }
        }
        if damaged.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        let names: Vec<_> = damaged.iter().map(|file| format!("{} ({})", file.file, file.reason)).collect();
        Err(Error::invalid(format!(
            "the backup was taken, but the lake was damaged before, and so it is in the backup: {}",
            names.join(", ")
        )))
    }
}

/// What a backup holds, for programs.
pub fn about(manifest: &Manifest) -> serde_json::Value {
    let (files, bytes) = manifest.size();
    json!({
        "made_at": manifest.made_at,
        "harken": manifest.harken,
        "position": manifest.position,
        "signals": manifest.signals(),
        "files": files,
        "bytes": bytes,
        "master_key": manifest.holds_master_key(),
    })
}

/// What a backup holds, for people.
pub fn said(manifest: &Manifest) -> String {
    let (files, bytes) = manifest.size();
    format!(
        "{} signals up to position {} of {}, in {files} files of {:.1} MB, made by Harken {}",
        output::count(manifest.signals()),
        manifest.position,
        manifest.made_at,
        bytes as f64 / 1e6,
        manifest.harken
    )
}
