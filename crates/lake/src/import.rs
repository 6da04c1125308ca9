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
/// Fails as invalid when the file is no Parquet file; a later item fails when the file is damaged further on. Errors call the
/// file `shown`.
pub fn parquet_rows(
    path: &Path,
    shown: &str,
) -> Result<impl Iterator<Item = Result<(u64, Map<String, Json>)>> + use<>> {
    let shown = shown.to_owned();
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

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::{
        arrow::{
            array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMillisecondArray},
            datatypes::Int64Type,
        },
        parquet::arrow::ArrowWriter,
    };
    use std::{io::Write, sync::Arc};

    #[test]
    fn rows_come_as_plain_json_in_order() {
        let rows = BATCH + 2;
        let columns: [(&str, ArrayRef); 6] = [
            ("n", Arc::new((0..rows).map(|row| i64::try_from(row).ok()).collect::<Int64Array>())),
            ("name", Arc::new((0..rows).map(|row| (row % 2 == 0).then(|| format!("ü{row}"))).collect::<StringArray>())),
            ("score", Arc::new(Float64Array::from(vec![0.5; rows]))),
            ("paid", Arc::new(Decimal128Array::from(vec![12_345; rows]).with_precision_and_scale(10, 2).unwrap())),
            ("at", Arc::new(TimestampMillisecondArray::from(vec![1_767_225_600_123; rows]).with_timezone("UTC"))),
            ("tags", {
                let lists = (0..rows).map(|_| Some([Some(1), None]));
                Arc::new(datafusion::arrow::array::ListArray::from_iter_primitive::<Int64Type, _, _>(lists))
            }),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.as_file_mut(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let read: Vec<_> = parquet_rows(file.path(), "a file").unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows);
        let (number, last) = &read[rows - 1];
        assert_eq!(*number, rows as u64);
        let expected = serde_json::json!({"n": rows - 1, "name": null, "score": 0.5, "paid": 123.45,
            "at": "2026-01-01T00:00:00.123Z", "tags": [1, null]});
        assert_eq!(Json::Object(last.clone()), expected);
    }

    #[test]
    fn what_is_no_parquet_is_said_to_be_none() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a,b\n1,2\n").unwrap();
        let error = parquet_rows(file.path(), "a file").err().unwrap();
        assert!(error.message.contains("cannot be read as Parquet"), "{error}");
        assert!(parquet_rows(Path::new("/nowhere"), "a file").is_err());
    }
}
