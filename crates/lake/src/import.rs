//! Reading somebody else's Parquet file as plain JSON rows, for imports.

use base::{Error, Result};
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BinaryViewArray, RecordBatch, StringViewArray},
        datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef},
        json::writer::{LineDelimited, WriterBuilder},
    },
    parquet::arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    },
};
use serde_json::{Map, Value as Json};
use std::{fmt::Display, fs::File, path::Path, sync::Arc, vec};

/// Rows that are decoded at once.
const BATCH: usize = 4_096;

/// Bytes of text that are written as JSON at once.
const SLICE: usize = 4 << 20;

/// A row and its number; nothing where its texts take more room than a row may.
pub type ParquetRow = (u64, Option<Map<String, Json>>);

/// The rows of a Parquet file, numbered from 1, streamed: dates and times as ISO 8601, lists and structs nested, null
/// where there is no value. A row whose texts have more than `longest` bytes is only counted.
///
/// A long text that many rows share stands in the file once, and in memory too, or a small file could fill it.
///
/// Fails as invalid when the file is no Parquet file; a later item fails when the file is damaged further on. Errors call the
/// file `shown`.
pub fn parquet_rows(
    path: &Path,
    shown: &str,
    longest: usize,
) -> Result<impl Iterator<Item = Result<ParquetRow>> + use<>> {
    open(path, shown, longest)
}

fn open(path: &Path, shown: &str, longest: usize) -> Result<Rows> {
    let shown = shown.to_owned();
    let file = File::open(path).map_err(|error| wrong(&shown, error))?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| wrong(&shown, error))?;
    let shared = ArrowReaderOptions::new().with_schema(sharing(metadata.schema()));
    let batches = ArrowReaderMetadata::try_new(metadata.metadata().clone(), shared)
        .and_then(|metadata| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_batch_size(BATCH).build()
        })
        .map_err(|error| wrong(&shown, error))?;
    Ok(Rows {
        batches,
        batch: RecordBatch::new_empty(Arc::new(Schema::empty())),
        begin: 0,
        rows: Vec::new().into_iter(),
        number: 0,
        shown,
        longest,
    })
}

/// The schema with each column of texts or bytes as views, of which equal ones share their bytes.
fn sharing(schema: &Schema) -> SchemaRef {
    let share = |field: &FieldRef| {
        let kind = match field.data_type() {
            DataType::Dictionary(_, values) => values,
            kind => kind,
        };
        let shared = match kind {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            _ => return field.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(shared))
    };
    Arc::new(Schema::new_with_metadata(
        schema.fields().iter().map(share).collect::<Fields>(),
        schema.metadata().clone(),
    ))
}

struct Rows {
    batches: ParquetRecordBatchReader,
    batch: RecordBatch,
    /// The first row of the batch that is not among `rows`, nor was before.
    begin: usize,
    rows: vec::IntoIter<Map<String, Json>>,
    number: u64,
    shown: String,
    longest: usize,
}

impl Iterator for Rows {
    type Item = Result<ParquetRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                self.number += 1;
                return Some(Ok((self.number, Some(row))));
            }
            if self.begin < self.batch.num_rows() {
                let (begin, mut end, mut bytes) = (self.begin, self.begin, 0);
                while end < self.batch.num_rows() && bytes < SLICE {
                    let row = text_bytes(&self.batch, end);
                    if row > self.longest {
                        break;
                    }
                    (end, bytes) = (end + 1, bytes + row);
                }
                self.begin = end.max(begin + 1);
                if begin == end {
                    self.number += 1;
                    return Some(Ok((self.number, None)));
                }
                match plain(&self.batch.slice(begin, end - begin)) {
                    Ok(rows) => self.rows = rows.into_iter(),
                    Err(error) => return Some(Err(error)),
                }
            } else {
                match self.batches.next()? {
                    Ok(batch) => (self.batch, self.begin) = (batch, 0),
                    Err(error) => return Some(Err(wrong(&self.shown, error))),
                }
            }
        }
    }
}

/// How many bytes the texts of a row have.
fn text_bytes(batch: &RecordBatch, row: usize) -> usize {
    let bytes = |column: &ArrayRef| {
        let texts = column.as_string_view_opt().map(StringViewArray::views);
        let views = texts.or_else(|| column.as_binary_view_opt().map(BinaryViewArray::views));
        // The lower half of a view is its length.
        views.map_or(0, |views| views[row] as u32 as usize)
    };
    batch.columns().iter().map(bytes).sum()
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
            array::{
                Decimal128Array, DictionaryArray, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
            },
            datatypes::{Int32Type, Int64Type},
        },
        parquet::arrow::ArrowWriter,
    };
    use std::io::Write;

    /// As many bytes as no row here has.
    const LONG: usize = 1 << 20;

    fn written(columns: impl IntoIterator<Item = (&'static str, ArrayRef)>) -> tempfile::NamedTempFile {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.as_file_mut(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    }

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
        let file = written(columns);
        let read: Vec<_> = parquet_rows(file.path(), "a file", LONG).unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows);
        let (number, last) = &read[rows - 1];
        assert_eq!(*number, rows as u64);
        let expected = serde_json::json!({"n": rows - 1, "name": null, "score": 0.5, "paid": 123.45,
            "at": "2026-01-01T00:00:00.123Z", "tags": [1, null]});
        assert_eq!(Json::Object(last.clone().unwrap()), expected);
    }

    #[test]
    fn a_text_that_all_rows_share_takes_its_room_once_and_a_row_that_is_too_long_is_only_counted() {
        let (long, longer) = ("x".repeat(LONG / 2), "y".repeat(LONG));
        let text = |row| if row == 7 { &*longer } else { &*long };
        let shared: DictionaryArray<Int32Type> = (0..300).map(text).collect();
        let numbers = (0..300).map(Some).collect::<Int64Array>();
        let file = written([("n", Arc::new(numbers) as ArrayRef), ("text", Arc::new(shared))]);
        let mut rows = open(file.path(), "a file", LONG - 1).unwrap();
        for line in 1..=300 {
            let (number, row) = rows.next().unwrap().unwrap();
            assert_eq!((number, row.is_none()), (line, line == 8));
            assert!(row.is_none_or(|row| row["n"] == line - 1 && row["text"] == *long));
            assert!(rows.batch.get_array_memory_size() < 4 * LONG);
            assert!(rows.rows.len() * LONG / 2 <= SLICE);
        }
        assert!(rows.next().is_none());
    }

    #[test]
    fn what_is_no_parquet_is_said_to_be_none() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a,b\n1,2\n").unwrap();
        let error = parquet_rows(file.path(), "a file", LONG).err().unwrap();
        assert!(error.message.contains("cannot be read as Parquet"), "{error}");
        assert!(parquet_rows(Path::new("/nowhere"), "a file", LONG).is_err());
    }
}
