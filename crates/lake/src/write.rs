//! Writing one file of signals: under a temporary name, hashed as its bytes pass, synced before it is published.

use base::{Error, Result};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        compute::{max, min},
        datatypes::{Int64Type, TimestampMicrosecondType},
    },
    parquet::{
        arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
        errors::ParquetError,
    },
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    failure::{disk_failed, while_doing},
    file::{Facts, LiveFile, MOST_COUNTS},
    layout::{SCHEMA, writer_properties},
};

/// A file that is being written. Dropped before it is finished, it leaves nothing behind.
pub(crate) struct Draft {
    writer: ArrowWriter<Hashing>,
    path: DraftPath,
    rows: u64,
    times: (i64, i64),
    seqs: (i64, i64),
    /// Signals of each kind: rows come sorted by kind, so the last one is the one that still grows.
    counts: Vec<(String, u64)>,
}

/// A file that is complete and synced, but still under its temporary name.
pub(crate) struct Finished {
    path: DraftPath,
    file: LiveFile,
}

/// A temporary file that disappears with its owner.
struct DraftPath(PathBuf);

impl Draft {
    /// Begins a file in a folder, which must exist.
    pub(crate) fn begin(folder: &Path) -> Result<Self> {
        let path = folder.join(format!(".{}.tmp", uuid::Uuid::new_v4().simple()));
        let file = fs::File::create_new(&path).map_err(while_doing("cannot begin a file in the lake"))?;
        let path = DraftPath(path);
        let hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0 };
        // Plain Parquet types say it all; an Arrow schema beside them would only confuse older readers.
        let options = ArrowWriterOptions::new().with_properties(writer_properties()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(hashing, SCHEMA.clone(), options).map_err(parquet_failed)?;
        Ok(Self { writer, path, rows: 0, times: (i64::MAX, i64::MIN), seqs: (i64::MAX, i64::MIN), counts: Vec::new() })
    }

    /// Appends rows; all rows of a file come in the order of `layout::SORTED_BY`.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let column =
            |name: &str| batch.column_by_name(name).ok_or_else(|| Error::internal(format!("no column {name}")));
        let wrong = || Error::internal("a column of the lake has another type");
        let kinds = column("kind")?.as_string_view_opt().ok_or_else(wrong)?;
        let times = column("occurred_at")?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(wrong)?;
        let seqs = column("seq")?.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?;
        let widen = |(low, high): (i64, i64), least: Option<i64>, most: Option<i64>| {
            (least.map_or(low, |least| low.min(least)), most.map_or(high, |most| high.max(most)))
        };
        self.times = widen(self.times, min(times), max(times));
        self.seqs = widen(self.seqs, min(seqs), max(seqs));
        for kind in kinds.iter().flatten() {
            match self.counts.last_mut() {
                Some((last, count)) if last == kind => *count += 1,
                _ => self.counts.push((kind.to_owned(), 1)),
            }
        }
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch).map_err(parquet_failed)
    }

    /// Completes the file and syncs its bytes.
    pub(crate) fn finish(self) -> Result<Finished> {
        let hashing = self.writer.into_inner().map_err(parquet_failed)?;
        hashing.file.sync_all().map_err(while_doing("cannot sync a file of the lake"))?;
        let kinds = self.counts.first().zip(self.counts.last());
        let kinds = kinds.map(|((first, _), (last, _))| (first.clone(), last.clone()));
        let facts = Facts {
            blake3: hashing.hasher.finalize().to_hex().to_string(),
            rows: self.rows,
            times: self.times,
            kinds: kinds.ok_or_else(|| Error::internal("a file of the lake would be empty"))?,
            seqs: self.seqs,
            counts: if self.counts.len() > MOST_COUNTS { Vec::new() } else { self.counts },
        };
        let (first, last) = facts.seqs;
        // Two nodes may write the same signals, and the one that commits later deletes its file: names differ by chance.
        let unique = uuid::Uuid::new_v4().simple();
        let path = format!("signals-{first:012}-{last:012}-{unique}.parquet");
        Ok(Finished { path: self.path, file: LiveFile { path, size: hashing.bytes, facts } })
    }
}

impl Finished {
    /// Gives the file its name. The folder must be synced before a commit may name it.
    pub(crate) fn publish(self) -> Result<LiveFile> {
        let target = self.path.0.with_file_name(&self.file.path);
        fs::rename(&self.path.0, target).map_err(while_doing("cannot name a file of the lake"))?;
        Ok(self.file)
    }
}

impl Drop for DraftPath {
    fn drop(&mut self) {
        // After publishing there is nothing under this name; what cannot be removed is left to vacuuming.
        let _ = fs::remove_file(&self.0);
    }
}

/// Hashes what passes through, so that the hash is of what was meant, not of what the disk made of it.
struct Hashing {
    file: fs::File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn parquet_failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(io) => disk_failed(&io).context("writing a file of the lake"),
            Err(other) => Error::internal(format!("writing a file of the lake: {other}")),
        },
        other => Error::internal(format!("writing a file of the lake: {other}")),
    }
}
