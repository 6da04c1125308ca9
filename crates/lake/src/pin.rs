//! Pinning: a table as it is now, held fast while it is copied, whatever is merged, vacuumed or summed up meanwhile.

use base::{Error, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};
use team::Scope;
use uuid::Uuid;

use crate::{Lake, Missing, disk::create_folder, failure::while_doing, table::Table};

/// A table at one version: a folder of hard links, which cost no space and keep their files from being deleted. The files
/// themselves never change. The folder is gone when this is dropped.
#[derive(Debug)]
pub struct Pinned {
    folder: PathBuf,
    /// The last sequence number in it.
    pub watermark: i64,
    /// How many signals it holds.
    pub signals: u64,
    /// Its files: those of signals, and those of its log.
    pub files: Vec<PinnedFile>,
    /// What is damaged in it, or missing.
    pub damaged: Vec<Missing>,
}

/// A file of a pinned table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedFile {
    /// Its place in the lake's folder: what a copy of the lake must call it, too.
    pub place: PathBuf,
    /// Where it can be read while it is pinned.
    pub path: PathBuf,
    /// BLAKE3 of its bytes in hexadecimal as the table's log has it; nothing for the log's own files.
    pub blake3: Option<String>,
}

/// Folders of pinned tables begin with this; nothing else in the lake's folder begins with a dot.
const PREFIX: &str = ".pinned-";
/// Folders that were left behind by a process that was killed are taken away when they are older.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How often it is tried again when something was summed up or vacuumed in the very moment.
const ATTEMPTS: usize = 5;

impl Lake {
    /// Pins the newest version of a workspace's table.
    pub async fn pin(&self, scope: &Scope) -> Result<Pinned> {
        self.take_away_forgotten()?;
        for _ in 0..ATTEMPTS {
            if let Some(pinned) = self.try_to_pin(scope).await? {
                return Ok(pinned);
            }
        }
        Err(Error::unavailable("the lake changes too fast to be pinned; try again"))
    }

    async fn try_to_pin(&self, scope: &Scope) -> Result<Option<Pinned>> {
        let failed = |error| while_doing("cannot pin the lake")(error);
        let table = Table::at(self.room(scope).table.folder().to_owned());
        let newest = table.refresh().await?;
        let (folder, place) = (self.folder.join(format!("{PREFIX}{}", Uuid::new_v4().simple())), place(scope));
        let mut pinned =
            Pinned { folder, watermark: newest.watermark, signals: 0, files: Vec::new(), damaged: Vec::new() };
        let Some(version) = newest.version else { return Ok(Some(pinned)) };
        let (log, own_log) = (table.folder().join("_delta_log"), place.join("_delta_log"));
        create_folder(&pinned.folder.join(&own_log)).map_err(failed)?;
        for entry in fs::read_dir(&log).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            // The hint at the last summary is left out: it may point behind this version, and a reader needs none.
            if name.to_str().and_then(version_of).is_some_and(|of| of <= version) {
                pinned.link(&log.join(&name), own_log.join(&name), None).map_err(failed)?;
            }
        }
        // What was linked is a table itself. Read from there, it must be the one that was meant: nothing that it needs was
        // cleaned up between reading and linking.
        let linked = Table::at(pinned.folder.join(&place)).refresh().await?;
        if linked.version != Some(version) || linked.watermark != newest.watermark || linked.files != newest.files {
            return Ok(None);
        }
        for file in &linked.files {
            let (from, to) = (table.folder().join(&file.path), place.join(&file.path));
            match pinned.link(&from, to, Some(file.facts.blake3.clone())) {
                Ok(()) => pinned.signals += file.facts.rows,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if table.refresh().await?.version != Some(version) {
                        return Ok(None);
                    }
                    pinned.damaged.push(file.missing("it is missing"));
                }
                Err(error) => return Err(failed(error)),
            }
        }
        pinned.damaged.extend(linked.damaged.iter().cloned());
        Ok(Some(pinned))
    }

    fn take_away_forgotten(&self) -> Result<()> {
        let old = |entry: &fs::DirEntry| {
            let made = entry.metadata().and_then(|meta| meta.modified()).unwrap_or(UNIX_EPOCH);
            let made = made.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
            let before = self.clock.now().micros() - i64::try_from(FORGOTTEN.as_micros()).unwrap_or(i64::MAX);
            i64::try_from(made).unwrap_or(i64::MAX) < before
        };
        let entries = fs::read_dir(&self.folder).map_err(while_doing("cannot read the lake's folder"))?;
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
            if old(&entry) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }
}

impl Pinned {
    fn link(&mut self, from: &Path, place: PathBuf, blake3: Option<String>) -> io::Result<()> {
        let path = self.folder.join(&place);
        fs::hard_link(from, &path)?;
        self.files.push(PinnedFile { place, path, blake3 });
        Ok(())
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %self.folder.display(), "a pinned table was left behind");
            }
            _ => {}
        }
    }
}

/// Where a workspace's table lies in the lake's folder.
pub(crate) fn place(scope: &Scope) -> PathBuf {
    Path::new(&scope.workspace().to_string()).join("signals")
}

/// The version that a file of a table's log belongs to: `00000000000000000012.json`, `…12.checkpoint.parquet`.
fn version_of(name: &str) -> Option<u64> {
    let (version, kind) = name.split_once('.')?;
    let ours = kind == "json" || kind.starts_with("checkpoint");
    (ours && version.len() == 20).then(|| version.parse().ok())?
}
