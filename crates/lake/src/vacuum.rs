//! Vacuuming: deletes files that no question can need any more, after a grace period.

use base::{Error, Result, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::Path,
    time::UNIX_EPOCH,
};
use team::Scope;

use crate::{Lake, disk::sync_folder, failure::while_doing};

/// How long a file outlives the commit that removed it, or, if no commit names it, its last change: longer than any
/// question runs and than any archiving takes from writing a file to committing it.
const GRACE: i64 = Timestamp::HOUR;

impl Lake {
    /// Deletes merged and orphaned files that are older than the grace period, and answers how many.
    pub async fn vacuum(&self, scope: &Scope) -> Result<u64> {
        let room = self.room(scope);
        let _alone = room.table.begin_compacting().await;
        let snapshot = room.table.refresh().await?;
        if snapshot.version.is_none() {
            return Ok(0);
        }
        if !snapshot.damaged.is_empty() {
            // A damaged entry may hide the name of a file that is needed.
            return Err(Error::unavailable("the table's log is damaged: nothing is deleted before it is restored"));
        }
        let removed: HashMap<String, i64> = room.table.removed(&snapshot).await?.into_iter().collect();
        let live: HashSet<String> = snapshot.files.iter().map(|file| file.path.clone()).collect();
        let before = self.clock.now().plus(-GRACE).micros();
        let (table, trust) = (room.table.clone(), self.trust.clone());
        let deleting = tokio::task::spawn_blocking(move || {
            let mut deleted = 0;
            for folder in [table.folder().to_owned(), table.folder().join("_delta_log")] {
                for (name, changed) in files_of(&folder)? {
                    let ours = name.ends_with(".tmp") || (name.ends_with(".parquet") && folder == table.folder());
                    let since = removed.get(&name).copied().unwrap_or(changed);
                    if ours && !live.contains(&name) && since < before {
                        let path = folder.join(&name);
                        fs::remove_file(&path)?;
                        trust.forget(&path);
                        deleted += 1;
                    }
                }
                sync_folder(&folder)?;
            }
            io::Result::Ok(deleted)
        });
        deleting
            .await
            .map_err(|error| Error::internal(error.to_string()))?
            .map_err(while_doing("cannot vacuum the lake"))
    }
}

/// The files of a folder and when they were last changed, in microseconds UTC.
fn files_of(folder: &Path) -> io::Result<Vec<(String, i64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if let (true, Ok(name)) = (meta.is_file(), entry.file_name().into_string()) {
            let changed = meta.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
            files.push((name, i64::try_from(changed).unwrap_or(i64::MAX)));
        }
    }
    Ok(files)
}
