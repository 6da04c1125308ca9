//! The rejects file: the rows that were kept out, each with its line and its reason, for whoever mends them.

use base::{Error, Result};
use csv::{Reader, Writer};
use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
};

use super::fault::Fault;

pub(super) const HEADER: [&str; 6] = ["file", "line", "reason", "field", "message", "row"];

/// Letters of a file's name in the name of its rejects file.
const LONGEST_STEM: usize = 50;

/// A row that was kept out.
#[derive(Clone, Debug)]
pub(super) struct Reject {
    pub(super) line: u64,
    pub(super) fault: Fault,
    /// The row as it stands in the file.
    pub(super) raw: String,
}

/// The rejects of one file, written only when there is the first.
pub(super) struct Rejects {
    path: PathBuf,
    file: String,
}

impl Rejects {
    /// `folder` is made where it does not exist. The file's name is text that anybody may have chosen: of it the path
    /// takes a little, without anything that has a meaning in one.
    pub(super) fn new(folder: &Path, file: &str, name: &str) -> Self {
        let stem = file.split('.').next().unwrap_or_default();
        let harmless = |letter: char| if letter.is_alphanumeric() || "-_ ".contains(letter) { letter } else { '_' };
        let stem: String = stem.chars().map(harmless).take(LONGEST_STEM).collect();
        Self { path: folder.join(format!("{stem}-{name}.csv")), file: file.to_owned() }
    }

    /// The file, if there is one.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.path.exists().then(|| self.path.clone())
    }

    /// Forgets the rejects from this line on: an import that was interrupted meets them again.
    pub(super) fn forget_from(&self, line: u64) -> Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        // A last record that was cut short by a crash has no number for a line, or too few columns.
        let kept: Vec<csv::StringRecord> = Reader::from_path(&self.path)
            .map_err(|error| self.failed(error))?
            .records()
            .flatten()
            .filter(|record| record.get(1).and_then(|at| at.parse::<u64>().ok()).is_some_and(|at| at < line))
            .collect();
        let mut writer = self.create()?;
        for record in &kept {
            writer.write_record(record).map_err(|error| self.failed(error))?;
        }
        self.sync(writer)
    }

    /// Adds rows at the end, durably.
    pub(super) fn add(&self, rejects: &[Reject]) -> Result<()> {
        if rejects.is_empty() {
            return Ok(());
        }
        let mut writer = if self.path.exists() {
            let file = OpenOptions::new().append(true).open(&self.path).map_err(|error| self.failed(error))?;
            Writer::from_writer(file)
        } else {
            self.create()?
        };
        for reject in rejects {
            let line = reject.line.to_string();
            let Fault { reason, field, message } = &reject.fault;
            let row =
                [&harmless(&self.file), &line, *reason, &harmless(field), &harmless(message), &harmless(&reject.raw)];
            writer.write_record(row).map_err(|error| self.failed(error))?;
        }
        self.sync(writer)
    }

    /// Waits until the disk has it: the ledger moves on after this.
    fn sync(&self, writer: Writer<File>) -> Result<()> {
        let file = writer.into_inner().map_err(|error| self.failed(error))?;
        file.sync_data().map_err(|error| self.failed(error))
    }

    /// An empty file that only its owner can read: its rows are about people.
    fn create(&self) -> Result<Writer<File>> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| self.failed(error))?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut writer = Writer::from_writer(options.open(&self.path).map_err(|error| self.failed(error))?);
        writer.write_record(HEADER).map_err(|error| self.failed(error))?;
        Ok(writer)
    }

    fn failed(&self, error: impl std::fmt::Display) -> Error {
        Error::internal(format!("the rejects file {}: {error}", self.path.display()))
    }
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: u64, raw: &str) -> Reject {
        Reject { line, fault: Fault::new("missing", "id", "there is none"), raw: raw.to_owned() }
    }

    #[test]
    fn rejects_are_kept_whole_and_without_formulas_and_forgotten_where_an_import_resumes() {
        let folder = tempfile::tempdir().unwrap();
        let rejects = Rejects::new(&folder.path().join("rejects"), "orders.csv", "abc");
        assert_eq!(rejects.path(), None);
        rejects.add(&[reject(2, "a,\"b\nc\""), reject(5, "=1+1,x")]).unwrap();
        rejects.add(&[reject(9, "z")]).unwrap();
        rejects.forget_from(9).unwrap();
        rejects.add(&[reject(10, "y")]).unwrap();
        let mut reader = Reader::from_path(rejects.path().unwrap()).unwrap();
        let rows: Vec<String> = reader.records().map(|row| row.unwrap().iter().collect::<Vec<_>>().join("|")).collect();
        let expected = [
            "2|missing|id|there is none|a,\"b\nc\"",
            "5|missing|id|there is none|'=1+1,x",
            "10|missing|id|there is none|y",
        ];
        assert_eq!(rows, expected.map(|row| format!("orders.csv|{row}")));
    }
}
