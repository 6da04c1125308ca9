//! Which files may be trusted: those whose bytes have the hash that the log keeps. Parquet itself notices few flipped bits.

use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet},
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::file::LiveFile;

/// Remembers which files were hashed, until they change.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    hashed: Mutex<HashMap<PathBuf, (Version, blake3::Hash)>>,
    alarmed: Mutex<HashSet<PathBuf>>,
}

/// What tells one version of a file from the next without reading it. Nobody can set the change time back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Trust {
    /// Says what is wrong with a file; reads it only if it was not read since it last changed.
    pub(crate) fn check(&self, folder: &Path, file: &LiveFile) -> Result<(), String> {
        let path = folder.join(&file.path);
        let verdict = self.compare(&path, file);
        // The operator is told once for each file, not once for each question.
        match &verdict {
            Ok(()) => drop(self.alarmed.lock().remove(&path)),
            Err(reason) => {
                if self.alarmed.lock().insert(path) {
                    tracing::error!(
                        file = file.path,
                        reason,
                        rows = file.facts.rows,
                        "a file of the lake is damaged and left out"
                    );
                }
            }
        }
        verdict
    }

    fn compare(&self, path: &Path, file: &LiveFile) -> Result<(), String> {
        let version = Version::of(path).map_err(|error| why_unreadable(&error))?;
        if version.size != file.size {
            return Err(format!("it is {} bytes long instead of {}", version.size, file.size));
        }
        let known = self.hashed.lock().get(path).filter(|(seen, _)| *seen == version).map(|(_, hash)| *hash);
        let hash = match known {
            Some(hash) => hash,
            None => {
                let hash = hash(path).map_err(|error| why_unreadable(&error))?;
                self.hashed.lock().insert(path.to_owned(), (version, hash));
                hash
            }
        };
        if hash.to_hex().as_str() == file.facts.blake3 {
            Ok(())
        } else {
            Err("its bytes changed: the hash differs".into())
        }
    }

    /// The same, reading the file in any case: a disk that loses bits does not change times.
    pub(crate) fn check_again(&self, folder: &Path, file: &LiveFile) -> Result<(), String> {
        self.hashed.lock().remove(&folder.join(&file.path));
        self.check(folder, file)
    }

    /// Forgets a file that is gone.
    pub(crate) fn forget(&self, path: &Path) {
        self.hashed.lock().remove(path);
        self.alarmed.lock().remove(path);
    }
}

impl Version {
    fn of(path: &Path) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        Ok(Self {
            inode: meta.ino(),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        })
    }
}

fn hash(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize())
}

fn why_unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is missing".into(),
        _ => format!("it cannot be read: {error}"),
    }
}
