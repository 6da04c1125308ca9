//! Reading somebody else's Parquet file as plain JSON rows, for imports.

use base::{Error, Result};
use datafusion::{
    arrow::{
        array::RecordBatch,
        json::writer::{LineDelimited, WriterBuilder},
    },
    parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};
use serde_json::{Map, Value as Json};
use std::{fmt::Display, fs::File, path::Path, vec};

/// Rows that are decoded at once.
const BATCH: usize = 4_096;

/// The rows of a Parquet file, numbered from 1, streamed: dates and times as ISO 8601, lists and structs nested, null
/// where there is no value.
///
/// Fails as invalid when the file is no Parquet file; a later item fails when the file is damaged further on.
pub fn parquet_rows(path: &Path) -> Result<impl Iterator<Item = Result<(u64, Map<String, Json>)>> + use<>> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| wrong(&shown, error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| wrong(&shown, error))?;
    let batches = builder.with_batch_size(BATCH).build().map_err(|error| wrong(&shown, error))?;
    Ok(Rows { batches, rows: Vec::new().into_iter(), number: 0, shown })
}

struct Rows {
    batches: ParquetRecordBatchReader,
    rows: vec::IntoIter<Map<String, Json>>,
    number: u64,
    shown: String,
}

impl Iterator for Rows {
    type Item = Result<(u64, Map<String, Json>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                self.number += 1;
                return Some(Ok((self.number, row)));
            }
            let batch = self.batches.next()?;
            match batch.map_err(|error| wrong(&self.shown, error)).and_then(|batch| plain(&batch)) {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn plain(batch: &RecordBatch) -> Result<Vec<Map<String, Json>>> {
    let failed = |error: &dyn Display| Error::invalid(format!("a row cannot be written as JSON: {error}"));
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(batch).and_then(|()| writer.finish()).map_err(|error| failed(&error))?;
    let text = writer.into_inner();
    serde_json::Deserializer::from_slice(&text).into_iter().collect::<Result<_, _>>().map_err(|error| failed(&error))
}

fn wrong(shown: &str, error: impl Display) -> Error {
    Error::invalid(format!("{shown} cannot be read as Parquet: {error}"))
}
