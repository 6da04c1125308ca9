//! The reserve on the data disk: a full SQLite disk cannot even delete, so writes stop before the wall.

use base::{Error, Result};
use parking_lot::Mutex;
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How many bytes may be written to the disk of a folder before its reserve is touched: a twentieth of the disk, at most
/// 256 MB.
pub fn room(folder: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(folder)
        .map_err(|error| Error::internal(format!("cannot look at the data disk: {error}")))?;
    let (free, total) = (stat.f_bavail * stat.f_frsize, stat.f_blocks * stat.f_frsize);
    Ok(free.saturating_sub((total / 20).min(256 << 20)))
}

/// Watches the free space beneath a folder and keeps a ballast file there that can be given back.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    last: Mutex<Option<(Instant, bool)>>,
}

const BALLAST: u64 = 8 << 20;
const LOOK_AGAIN: Duration = Duration::from_millis(200);

impl Disk {
    /// Starts watching and lays down the ballast if there is room for it.
    pub fn watch(folder: &Path) -> Result<Self> {
        let disk = Self { folder: folder.to_owned(), last: Mutex::new(None) };
        if disk.has_room()? {
            disk.lay_ballast();
        }
        Ok(disk)
    }

    /// An error while less than a twentieth of the disk (at most 256 MB) is free.
    pub fn ensure_room(&self) -> Result<()> {
        let mut last = self.last.lock();
        let room = match *last {
            Some((at, room)) if at.elapsed() < LOOK_AGAIN => room,
            before => {
                let room = self.has_room()?;
                if room && before.is_some_and(|(_, room)| !room) {
                    self.lay_ballast();
                }
                *last = Some((Instant::now(), room));
                room
            }
        };
        if room { Ok(()) } else { Err(Error::full("the data disk is nearly full; nothing of this request was stored")) }
    }

    /// Removes the ballast, so that SQLite can delete and check-point again.
    pub fn release_reserve(&self) {
        *self.last.lock() = Some((Instant::now(), false));
        match std::fs::remove_file(self.ballast()) {
            Ok(()) => tracing::error!("the data disk is full: the reserve was given back to the database"),
            Err(error) => tracing::error!(%error, "the data disk is full and the reserve is used up"),
        }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    fn has_room(&self) -> Result<bool> {
        Ok(room(&self.folder)? > 0)
    }

    /// Best effort: without ballast the watermark still stands.
    fn lay_ballast(&self) {
        let path = self.ballast();
        if std::fs::metadata(&path).is_ok_and(|file| file.len() == BALLAST) {
            return;
        }
        let written = File::create(&path).and_then(|mut file| {
            let zeros = vec![0_u8; 1 << 20];
            (0..BALLAST >> 20).try_for_each(|_| file.write_all(&zeros))?;
            file.sync_all()
        });
        if let Err(error) = written {
            tracing::warn!(%error, "no reserve could be laid down on the data disk");
            let _ = std::fs::remove_file(&path);
        }
    }
}
