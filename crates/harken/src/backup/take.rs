//! Taking a backup while the server runs.

use base::{Error, Result, WorkspaceId};
use lake::{Missing, Pinned};
use std::{
    collections::HashMap,
    fs::{self, File},
    io::Write,
    path::Path,
};
use store::copy::Dump;

use super::{
    FORMAT, HEADER, Header, KeyFile, MANIFEST, MASTER_KEY, Manifest, Rows, failed,
    file::{Entry, Writer},
    key::{Key, Salt},
};
use crate::house::House;

/// A backup that was taken.
pub struct Taken {
    pub manifest: Manifest,
    /// Files of the lake that were damaged before, and are no better in the backup.
    pub damaged: Vec<Missing>,
}

/// How often it is begun again when archiving moved on in the moment between two looks.
const ATTEMPTS: usize = 20;

/// Takes a backup into a folder that is empty or is not there. With `master_key`, that file is in it, too.
pub async fn take(house: &House, to: &Path, key_file: Option<&KeyFile>, master_key: Option<&Path>) -> Result<Taken> {
    make_empty_folder(to)?;
    let salt = key_file.map(|_| Salt::new());
    let key = key_file.zip(salt.as_ref()).map(|(file, salt)| file.key(salt)).transpose()?;
    let moment = Moment::begin(house).await?;
    let (mut files, mut damaged) = (Vec::new(), Vec::new());
    let mut tables = Vec::new();
    for table in &moment.dump.tables {
        let (rows, entry) = write_table(to, &moment.dump, table, key.as_ref()).await?;
        tables.push(Rows { table: table.clone(), rows });
        files.push(entry);
    }
    let mut signals_in_lake = 0;
    for pinned in moment.pins.values() {
        signals_in_lake += pinned.signals;
        copy_table(to, pinned, key.as_ref(), &mut files, &mut damaged)?;
    }
    if let Some(path) = master_key {
        let mut source = File::open(path).map_err(failed("read", path))?;
        files.push(write_from(to, MASTER_KEY, &mut source, key.as_ref())?.0);
    }
    let manifest = Manifest {
        harken: env!("CARGO_PKG_VERSION").into(),
        made_at: house.clock.now(),
        position: moment.position,
        steps: moment.dump.steps.clone(),
        tables,
        signals_in_lake,
        files,
    };
    finish(to, &manifest, salt, key.as_ref())?;
    Ok(Taken { manifest, damaged })
}

/// One moment of the store and of every workspace's lake.
///
/// The lake is pinned first and the store's snapshot begun after, so the lake holds no signal that the store has not
/// numbered: its watermark lies at or before the position. (The other way round, signals that were logged and archived
/// between the two would be in the lake under numbers that a restored log would give out again.) What archiving pruned
/// from the log between the two looks would be in neither; but pruning and the mark how far it went are one transaction, so
/// the snapshot tells: if any mark lies behind the pinned watermark, both looks are taken again. What is in both is no
/// harm: a reader leaves out of the log what the watermark inside the table covers.
struct Moment {
    pins: HashMap<WorkspaceId, Pinned>,
    dump: Dump,
    position: i64,
}

impl Moment {
    async fn begin(house: &House) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let mut pins = HashMap::new();
            for workspace in house.team.workspaces().await? {
                pins.insert(workspace.id, house.lake.pin(&house.team.operator(workspace.id)).await?);
            }
            let dump = house.store.dump().await?;
            let pruned = house.signals.pruned_in(dump.snapshot()).await?;
            let reached = |id: &WorkspaceId| pins.get(id).map_or(0, |pinned| pinned.watermark);
            if pruned.iter().all(|(workspace, seq)| *seq <= reached(workspace)) {
                let position = house.signals.head_in(dump.snapshot()).await?;
                return Ok(Self { pins, dump, position });
            }
        }
        Err(Error::unavailable("the log is archived faster than a backup can begin; try again"))
    }
}

async fn write_table(to: &Path, dump: &Dump, table: &store::copy::Table, key: Option<&Key>) -> Result<(u64, Entry)> {
    let name = format!("store/{}.rows", table.name);
    let mut writer = Writer::create(to, &name, key)?;
    let rows = dump
        .rows(table, |row| {
            let line = serde_json::to_vec(&row).map_err(std::io::Error::from);
            let written = line.and_then(|mut line| {
                line.push(b'\n');
                writer.write_all(&line)
            });
            written.map_err(failed("write", Path::new(&name)))
        })
        .await?;
    Ok((rows, writer.finish()?))
}

fn copy_table(
    to: &Path,
    pinned: &Pinned,
    key: Option<&Key>,
    files: &mut Vec<Entry>,
    damaged: &mut Vec<Missing>,
) -> Result<()> {
    damaged.extend(pinned.damaged.iter().cloned());
    for file in &pinned.files {
        let name = format!("lake/{}", file.place.display());
        let mut source = File::open(&file.path).map_err(failed("read", &file.path))?;
        let (entry, hash) = write_from(to, &name, &mut source, key)?;
        if file.blake3.as_ref().is_some_and(|expected| *expected != hash) {
            let reason = "its bytes changed: the hash differs".into();
            let (from, to) = (base::Timestamp::MIN, base::Timestamp::MAX);
            damaged.push(Missing { file: name, reason, rows: 0, from, to });
        }
        files.push(entry);
    }
    Ok(())
}

/// Copies a file into the backup; answers its entry and the hash of what was read.
fn write_from(to: &Path, name: &str, source: &mut File, key: Option<&Key>) -> Result<(Entry, String)> {
    let mut writer = Writer::create(to, name, key)?;
    let mut read = Hashed { source, hasher: blake3::Hasher::new() };
    std::io::copy(&mut read, &mut writer).map_err(failed("copy", Path::new(name)))?;
    let hash = read.hasher.finalize().to_hex().to_string();
    Ok((writer.finish()?, hash))
}

struct Hashed<'a> {
    source: &'a mut File,
    hasher: blake3::Hasher,
}

impl std::io::Read for Hashed<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(out)?;
        self.hasher.update(&out[..read]);
        Ok(read)
    }
}

/// Writes the manifest, makes every folder durable, and last of all says that it is a backup.
fn finish(to: &Path, manifest: &Manifest, salt: Option<Salt>, key: Option<&Key>) -> Result<()> {
    let json = |error: serde_json::Error| Error::internal(format!("the manifest cannot be written: {error}"));
    let mut writer = Writer::create(to, MANIFEST, key)?;
    writer.write_all(&serde_json::to_vec(manifest).map_err(json)?).map_err(failed("write", Path::new(MANIFEST)))?;
    let header = Header { format: FORMAT, encrypted: salt, manifest: writer.finish()? };
    sync_folders(to).map_err(failed("sync", to))?;
    let (draft, path) = (to.join(".backup.json.tmp"), to.join(HEADER));
    let write = || {
        let mut file = File::create_new(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(&header)?)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(to)?.sync_all()
    };
    write().map_err(failed("write", &path))
}

/// Makes the entries of a folder and of all folders in it durable.
pub(super) fn sync_folders(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Makes a folder, for its owner alone; an error if something is in it.
pub(super) fn make_empty_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed("make", folder))?;
    let mut entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    // What a file system keeps at its root is not ours and no harm.
    let ours = |entry: std::io::Result<fs::DirEntry>| entry.map_or(true, |entry| entry.file_name() != "lost+found");
    if entries.any(ours) {
        return Err(Error::conflict(format!("{} is not empty; nothing of it is touched", folder.display())));
    }
    Ok(())
}
