//! Restoring a backup into an empty folder and database, of either engine.

use base::{Error, Result};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::Path,
};
use store::Store;

use super::{
    KeyFile, MASTER_KEY, Manifest, Opened, Rows, failed,
    file::{Entry, read},
    take::{make_empty_folder, sync_folders},
};

/// Lies in a data folder while it is being restored; whoever finds it there must not use the folder.
pub const MARKER: &str = "restoring";

/// Restores a backup into `data`, which is empty or is not there, and into `database` if that is PostgreSQL.
///
/// All files are checked first. The lake's files come next, the store last and in one transaction.
pub async fn restore(from: &Path, key_file: Option<&KeyFile>, data: &Path, database: Option<&str>) -> Result<Manifest> {
    let backup = Opened::open(from, key_file)?;
    backup.check(from)?;
    make_empty_folder(data)?;
    let marker = data.join(MARKER);
    File::create_new(&marker).and_then(|file| file.sync_all()).map_err(failed("write", &marker))?;
    for entry in &backup.manifest.files {
        if entry.name.starts_with("lake/") {
            copy(&backup, from, entry, &data.join(&entry.name))?;
        } else if entry.name == MASTER_KEY {
            copy(&backup, from, entry, &data.join("master.key"))?;
        }
    }
    let store = match database {
        Some(url) => Store::connect_empty(url).await?,
        None => Store::open_empty(data).await?,
    };
    let filled = fill(&backup, from, &store).await;
    store.close().await;
    filled?;
    sync_folders(data).map_err(failed("sync", data))?;
    fs::remove_file(&marker).and_then(|()| File::open(data)?.sync_all()).map_err(failed("remove", &marker))?;
    Ok(backup.manifest)
}

fn copy(backup: &Opened, from: &Path, entry: &Entry, to: &Path) -> Result<()> {
    let mut reader = read(from, entry, backup.key.as_ref())?;
    let mut copy = || {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        let mut file = File::create_new(to)?;
        io::copy(&mut reader, &mut file)?;
        file.sync_all()
    };
    copy().map_err(failed("write", to))
}

async fn fill(backup: &Opened, from: &Path, store: &Store) -> Result<()> {
    let fill = store.fill(&backup.manifest.steps).await?;
    for Rows { table, rows } in &backup.manifest.tables {
        let name = format!("store/{}.rows", table.name);
        let entry =
            backup.manifest.file(&name).ok_or_else(|| Error::invalid(format!("the backup has no file {name}")))?;
        let lines = BufReader::with_capacity(1 << 16, read(from, entry, backup.key.as_ref())?).split(b'\n');
        let wrong = |error: String| Error::invalid(format!("the backup's file {name} cannot be read: {error}"));
        let values = lines.map(|line| {
            let line = line.map_err(|error| wrong(error.to_string()))?;
            serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))
        });
        let filled = fill.table(table, values).await?;
        if filled != *rows {
            return Err(wrong(format!("it has {filled} rows instead of {rows}")));
        }
    }
    fill.commit().await
}
