//! One file of a backup: hashed as it is written, encrypted in chunks if there is a key, and checked as it is read.

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    path::Path,
};

use super::{
    failed,
    key::{Key, PREFIX, Place},
};

/// What a file of the backup must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Its path in the backup.
    pub name: String,
    /// Its length as it lies there.
    pub bytes: u64,
    /// BLAKE3 of its bytes as they lie there, in hexadecimal.
    pub blake3: String,
}

/// Bytes that are encrypted together.
const CHUNK: usize = 64 << 10;
/// What encryption adds to a chunk.
const TAG: usize = 16;

/// A file that is being written.
pub(super) struct Writer<'a> {
    name: String,
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    key: Option<&'a Key>,
    prefix: [u8; PREFIX],
    chunk: Vec<u8>,
    number: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn create(folder: &Path, name: &str, key: Option<&'a Key>) -> Result<Self> {
        let path = folder.join(name);
        let create = || {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            File::create_new(&path)
        };
        let file = create().map_err(failed("write", &path))?;
        let prefix = rand::random();
        let hasher = blake3::Hasher::new();
        let mut writer = Self {
            name: name.to_owned(),
            file,
            hasher,
            bytes: 0,
            key,
            prefix,
            chunk: Vec::with_capacity(2 * CHUNK),
            number: 0,
        };
        if key.is_some() {
            writer.put(&prefix).map_err(failed("write", &path))?;
        }
        Ok(writer)
    }

    /// Writes what is left and makes it durable.
    pub(super) fn finish(mut self) -> Result<Entry> {
        let end = |writer: &mut Self| {
            writer.put_chunk(writer.chunk.len(), true)?;
            writer.file.sync_all()
        };
        end(&mut self).map_err(failed("write", Path::new(&self.name)))?;
        Ok(Entry { name: self.name, bytes: self.bytes, blake3: self.hasher.finalize().to_hex().to_string() })
    }

    fn put_chunk(&mut self, length: usize, last: bool) -> io::Result<()> {
        let plain: Vec<u8> = self.chunk.drain(..length).collect();
        let Some(key) = self.key else { return self.put(&plain) };
        let place = Place { file: &self.name, prefix: self.prefix, number: self.number, last };
        let sealed = key.seal(&place, &plain).ok_or_else(|| io::Error::other("it cannot be encrypted"))?;
        self.number += 1;
        self.put(&sealed)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        // The last chunk is only known at the end, so one is always kept.
        while self.chunk.len() > CHUNK {
            self.put_chunk(CHUNK, false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is being read. Whoever reads it to its end knows that it is what it was; if not, the error names it.
pub(super) struct Reader<'a> {
    entry: Entry,
    file: BufReader<File>,
    hasher: blake3::Hasher,
    bytes: u64,
    key: Option<&'a Key>,
    prefix: [u8; PREFIX],
    number: u64,
    plain: io::Cursor<Vec<u8>>,
    ended: bool,
}

/// Opens a file of a backup.
pub(super) fn read<'a>(folder: &Path, entry: &Entry, key: Option<&'a Key>) -> Result<Reader<'a>> {
    if Path::new(&entry.name).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Err(Error::invalid(format!("the backup names a file outside of itself: {}", entry.name)));
    }
    let file = File::open(folder.join(&entry.name));
    let file =
        file.map_err(|error| Error::invalid(format!("the backup's file {} cannot be read: {error}", entry.name)))?;
    let mut reader = Reader {
        entry: entry.clone(),
        file: BufReader::with_capacity(2 * CHUNK, file),
        hasher: blake3::Hasher::new(),
        bytes: 0,
        key,
        prefix: [0; PREFIX],
        number: 0,
        plain: io::Cursor::default(),
        ended: false,
    };
    if key.is_some() {
        let prefix = reader.fetch(PREFIX).map_err(|error| Error::invalid(error.to_string()))?;
        reader.prefix = prefix.try_into().map_err(|_| Error::invalid(reader.damaged("it is cut").to_string()))?;
    }
    Ok(reader)
}

impl Reader<'_> {
    fn fetch(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(most);
        (&mut self.file).take(most as u64).read_to_end(&mut bytes)?;
        self.hasher.update(&bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes)
    }

    fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        let length = if self.key.is_some() { CHUNK + TAG } else { CHUNK };
        let chunk = self.fetch(length)?;
        self.ended = self.bytes >= self.entry.bytes || chunk.len() < length;
        if self.ended {
            let whole = self.bytes == self.entry.bytes && self.fetch(1)?.is_empty();
            if !whole || self.hasher.finalize().to_hex().as_str() != self.entry.blake3 {
                return Err(self.damaged("its bytes changed: the hash differs"));
            }
        }
        let Some(key) = self.key else { return Ok(chunk) };
        let place = Place { file: &self.entry.name, prefix: self.prefix, number: self.number, last: self.ended };
        self.number += 1;
        key.open(&place, &chunk)
            .ok_or_else(|| self.damaged("it cannot be decrypted: it changed, or the key is another"))
    }

    fn damaged(&self, why: &str) -> io::Error {
        let text = format!("the backup's file {} is damaged: {why}", self.entry.name);
        io::Error::new(io::ErrorKind::InvalidData, text)
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.plain.read(out)? {
                0 if !self.ended && !out.is_empty() => self.plain = io::Cursor::new(self.next_chunk()?),
                read => return Ok(read),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{KeyFile, key::Salt},
        *,
    };
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn key(folder: &TempDir) -> Key {
        let path = folder.path().join("key");
        fs::write(&path, "a long enough passphrase\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        KeyFile::read(&path).unwrap().key(&Salt::new()).unwrap()
    }

    fn read_all(folder: &TempDir, entry: &Entry, key: Option<&Key>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut reader = read(folder.path(), entry, key).map_err(|error| error.message)?;
        reader.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn what_was_written_is_read_and_every_changed_byte_noticed() {
        let folder = TempDir::new().unwrap();
        let key = key(&folder);
        for (number, length) in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7].into_iter().enumerate() {
            for key in [None, Some(&key)] {
                let name = format!("store/{number}-{}", key.is_some());
                let text: Vec<u8> = (0..length).map(|at| (at * 31 % 251) as u8).collect();
                let mut writer = Writer::create(folder.path(), &name, key).unwrap();
                text.chunks(1_000).for_each(|part| writer.write_all(part).unwrap());
                let entry = writer.finish().unwrap();
                assert_eq!(read_all(&folder, &entry, key).unwrap(), text);
                let path = folder.path().join(&name);
                let stored = fs::read(&path).unwrap();
                for at in [0, stored.len() / 2, stored.len().saturating_sub(1)] {
                    let mut changed = stored.clone();
                    let Some(byte) = changed.get_mut(at) else { continue };
                    *byte ^= 1;
                    fs::write(&path, &changed).unwrap();
                    let error = read_all(&folder, &entry, key).unwrap_err();
                    assert!(error.contains(&name), "{error}");
                    // Whoever can change the manifest, too, is stopped by the encryption alone.
                    if key.is_some() {
                        let blake3 = blake3::hash(&changed).to_hex().to_string();
                        assert!(read_all(&folder, &Entry { blake3, ..entry.clone() }, key).is_err());
                    }
                }
                for cut in [&stored[..stored.len() / 2], &[&stored[..], b"more"].concat()] {
                    if cut != stored {
                        fs::write(&path, cut).unwrap();
                        assert!(read_all(&folder, &entry, key).is_err(), "{length}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_backup_names_no_file_outside_of_itself() {
        let folder = TempDir::new().unwrap();
        for name in ["../key", "/etc/passwd", "lake/../../key"] {
            let entry = Entry { name: name.into(), bytes: 0, blake3: String::new() };
            assert!(read_all(&folder, &entry, None).unwrap_err().contains("outside"));
        }
    }
}
