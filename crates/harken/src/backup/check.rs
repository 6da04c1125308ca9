//! Checking a backup: every byte of every file.

use base::{Error, Result};
use std::{io, path::Path};

use super::{KeyFile, Manifest, Opened, file::read};

/// Reads all of a backup; an error names the file that is not what it was.
pub fn check(folder: &Path, key_file: Option<&KeyFile>) -> Result<Manifest> {
    let backup = Opened::open(folder, key_file)?;
    backup.check(folder)?;
    Ok(backup.manifest)
}

impl Opened {
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        for entry in &self.manifest.files {
            let mut reader = read(folder, entry, self.key.as_ref())?;
            io::copy(&mut reader, &mut io::sink()).map_err(|error| Error::invalid(error.to_string()))?;
        }
        Ok(())
    }
}
