//! Rows of a file, whatever its format: one object of named cells after another, each with its line.

use base::{Error, Result};
use lake::ParquetRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
    sync::{Arc, atomic::AtomicU64},
};
use utoipa::ToSchema;

use super::{
    decode::{self, Stream},
    fault::Fault,
    inputs::Input,
    map::{FileMap, Lookup},
    records::{LONGEST, Records, WIDEST},
};
use crate::nul;

/// The formats that rows come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportFormat)]
pub(crate) enum Format {
    /// Delimited text with a header line.
    Csv,
    /// One JSON object on each line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// How a file is read.
pub(super) struct Shape<'a> {
    format: Option<Format>,
    delimiter: Option<char>,
    encoding: Option<&'a str>,
    empty: &'a [String],
}

impl<'a> From<&'a FileMap> for Shape<'a> {
    fn from(map: &'a FileMap) -> Self {
        let (format, delimiter) = (map.format, map.delimiter);
        Self { format, delimiter, encoding: map.encoding.as_deref(), empty: &map.empty }
    }
}

impl<'a> From<&'a Lookup> for Shape<'a> {
    fn from(map: &'a Lookup) -> Self {
        let (format, delimiter) = (map.format, map.delimiter);
        Self { format, delimiter, encoding: map.encoding.as_deref(), empty: &map.empty }
    }
}

impl<'a> Shape<'a> {
    /// What is stated; the rest is told by the file's name.
    pub(super) fn stated(format: Format, delimiter: Option<u8>, encoding: Option<&'a str>) -> Self {
        Self { format: Some(format), delimiter: delimiter.map(char::from), encoding, empty: &[] }
    }

    /// The format that the map states, else the one that the name ends in, a `.gz` aside.
    fn format(&self, name: &str) -> Result<Format> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let name = name.to_ascii_lowercase();
        match name.strip_suffix(".gz").unwrap_or(&name).rsplit('.').next() {
            Some("csv" | "tsv" | "txt") => Ok(Format::Csv),
            Some("jsonl" | "ndjson" | "json") => Ok(Format::Jsonl),
            Some("parquet") => Ok(Format::Parquet),
            _ => Err(Error::invalid(format!("the map has to say the format of '{name}': csv, jsonl or parquet"))),
        }
    }

    fn delimiter(&self, name: &str) -> u8 {
        let by_name = if name.to_ascii_lowercase().contains(".tsv") { b'\t' } else { b',' };
        self.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or(by_name)
    }
}

/// A row: where it stands and what it says, or what is wrong with it. Cells that are empty or null are left out, and so
/// are the columns that nobody asked for.
pub(super) struct Row {
    /// From 1; of a CSV file, the line on which the row begins; of a Parquet file, the row's number.
    pub(super) line: u64,
    pub(super) cells: std::result::Result<Map<String, Json>, Fault>,
}

/// Reads the rows of one file.
pub(super) struct Rows {
    source: Source,
    columns: Vec<String>,
    empty: Vec<String>,
    /// Of a JSON lines file, the columns that no row had so far; `None` before the first row.
    unseen: Option<Vec<String>>,
}

enum Source {
    Csv { records: Box<Records>, places: Vec<usize> },
    Jsonl { lines: Lines },
    Parquet { rows: ParquetRows, last: Map<String, Json> },
}

type ParquetRows = Box<dyn Iterator<Item = Result<ParquetRow>> + Send>;

fn parquet(input: &Input) -> Result<ParquetRows> {
    Ok(Box::new(lake::parquet_rows(input.path(), &input.shown(), LONGEST)?))
}

/// The first row of a Parquet file; each has all columns of the schema, those without a value as null.
fn first_of_parquet(input: &Input) -> Result<Option<Map<String, Json>>> {
    parquet(input)?.find_map(|row| row.map(|(_, row)| row).transpose()).transpose()
}

/// The names of a file's columns in their order, as many as `most`; of JSON lines, those of the first `rows` objects, with
/// paths into the objects in them.
pub(super) fn names(input: &Input, shape: &Shape<'_>, rows: usize, most: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    match shape.format(input.name())? {
        Format::Csv => {
            let stream = decode::open(input, shape.encoding, Arc::default())?;
            let mut records = Records::new(stream, shape.delimiter(input.name()));
            names = header_names(&mut records)?;
        }
        Format::Jsonl => {
            let mut lines = Lines::new(decode::open(input, shape.encoding, Arc::default())?);
            let mut known = BTreeSet::new();
            for _ in 0..rows {
                let Some(line) = lines.next()? else { break };
                if let Ok(row) = line.and_then(|()| object(lines.raw())) {
                    paths(&row, "", most, &mut known, &mut names);
                }
            }
        }
        Format::Parquet => {
            if let Some(row) = first_of_parquet(input)? {
                paths(&row, "", most, &mut BTreeSet::new(), &mut names);
            }
        }
    }
    Ok(names)
}

/// How deep a look goes into objects in objects.
const DEEPEST: usize = 4;

fn paths(row: &Map<String, Json>, prefix: &str, most: usize, known: &mut BTreeSet<String>, names: &mut Vec<String>) {
    for (key, value) in row {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Json::Object(inner) if path.matches('.').count() < DEEPEST => paths(inner, &path, most, known, names),
            _ if names.len() <= most && known.insert(path.clone()) => names.push(path),
            _ => {}
        }
    }
}

impl Rows {
    /// Opens a file for these columns; one that the header of a CSV file or the schema of a Parquet file lacks is
    /// an error that names it.
    pub(super) fn open(
        input: &Input,
        shape: &Shape<'_>,
        columns: &BTreeSet<String>,
        read: Arc<AtomicU64>,
    ) -> Result<Self> {
        let columns: Vec<String> = columns.iter().cloned().collect();
        let source = match shape.format(input.name())? {
            Format::Csv => {
                let mut records =
                    Records::new(decode::open(input, shape.encoding, read)?, shape.delimiter(input.name()));
                let places = header(&mut records, &columns)?;
                Source::Csv { records: Box::new(records), places }
            }
            Format::Jsonl => Source::Jsonl { lines: Lines::new(decode::open(input, shape.encoding, read)?) },
            Format::Parquet => {
                if let Some(first) = first_of_parquet(input)? {
                    check_schema(&first, &columns)?;
                }
                Source::Parquet { rows: parquet(input)?, last: Map::new() }
            }
        };
        Ok(Self { source, columns, empty: shape.empty.to_vec(), unseen: None })
    }

    /// The next row; an error means that the file cannot be read any further.
    pub(super) fn next(&mut self) -> Result<Option<Row>> {
        match &mut self.source {
            Source::Csv { records, places } => {
                let found = records.next()?;
                Ok(found.map(|found| match found {
                    Ok(line) => Row { line, cells: csv_cells(records, places, &self.columns, &self.empty) },
                    Err((line, fault)) => Row { line, cells: Err(fault) },
                }))
            }
            Source::Jsonl { lines } => Ok(lines.next()?.map(|whole| {
                let object = whole.and_then(|()| object(lines.raw()));
                if let Ok(row) = &object {
                    self.unseen.get_or_insert_with(|| self.columns.clone()).retain(|column| !has(row, column));
                }
                let cells = object.and_then(|object| json_cells(&object, &self.columns, &self.empty));
                Row { line: lines.line, cells }
            })),
            Source::Parquet { rows, last } => {
                let Some((line, row)) = rows.next().transpose()? else { return Ok(None) };
                let cells = match &row {
                    Some(row) => json_cells(row, &self.columns, &self.empty),
                    None => Err(Fault::new("too_long", "", format_args!("the row is longer than {LONGEST} bytes"))),
                };
                *last = row.unwrap_or_default();
                Ok(Some(Row { line, cells }))
            }
        }
    }

    /// Of a JSON lines file that has rows, the columns that none of those read so far had.
    pub(super) fn never_seen(self) -> Vec<String> {
        self.unseen.unwrap_or_default()
    }

    /// The row at hand as it stands in the file.
    pub(super) fn raw(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Csv { records, .. } => String::from_utf8_lossy(records.raw()),
            Source::Jsonl { lines } => String::from_utf8_lossy(lines.raw()),
            Source::Parquet { last, .. } => Cow::Owned(Json::Object(last.clone()).to_string()),
        }
    }
}

/// Reads the header and answers where each column stands in a row.
fn header(records: &mut Records, columns: &[String]) -> Result<Vec<usize>> {
    let names = header_names(records)?;
    let place = |column: &String| {
        let mut places = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => Err(Error::invalid(format!("the header has two columns '{column}'"))),
            (None, _) => Err(no_column(column, &names)),
        }
    };
    columns.iter().map(place).collect()
}

fn header_names(records: &mut Records) -> Result<Vec<String>> {
    match records.next()? {
        Some(Ok(_)) => records.fix_width(),
        Some(Err((_, fault))) => return Err(Error::invalid(format!("the header: {}", fault.message))),
        None => return Err(Error::invalid("the file is empty: it has no header")),
    }
    if records.count() > WIDEST {
        return Err(Error::invalid(format!("the header: a row may have {WIDEST} columns")));
    }
    let name = |index| String::from_utf8_lossy(records.field(index).unwrap_or_default()).trim().to_owned();
    Ok((0..records.count()).map(name).collect())
}

fn csv_cells(
    records: &Records,
    places: &[usize],
    columns: &[String],
    empty: &[String],
) -> std::result::Result<Map<String, Json>, Fault> {
    let mut cells = Map::new();
    for (column, place) in columns.iter().zip(places) {
        let bytes = records.field(*place).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| {
            Fault::new(
                "not_utf8",
                column,
                "the cell is not UTF-8; the map can name another encoding such as windows-1252",
            )
        })?;
        if text.contains('\0') {
            return Err(nul_character(column));
        }
        if !text.is_empty() && !empty.iter().any(|nothing| nothing == text) {
            cells.insert(column.clone(), Json::String(text.to_owned()));
        }
    }
    Ok(cells)
}

fn json_cells(
    row: &Map<String, Json>,
    columns: &[String],
    empty: &[String],
) -> std::result::Result<Map<String, Json>, Fault> {
    let mut cells = Map::new();
    for column in columns {
        let Some(value) = cell(row, column).filter(|value| !value.is_null()) else { continue };
        if let Some(path) = nul::find(column, value) {
            return Err(nul_character(&path));
        }
        let nothing = value.as_str().is_some_and(|text| text.is_empty() || empty.iter().any(|nothing| nothing == text));
        if !nothing {
            cells.insert(column.clone(), value.clone());
        }
    }
    Ok(cells)
}

/// A column of that very name, else the value at that path: `address.city`.
fn cell<'a>(row: &'a Map<String, Json>, column: &str) -> Option<&'a Json> {
    row.get(column).or_else(|| {
        let (first, rest) = column.split_once('.')?;
        cell(row.get(first)?.as_object()?, rest)
    })
}

/// Whether a row has a column of that name or path, whatever is in it. What is null has all paths: nobody knows.
fn has(row: &Map<String, Json>, column: &str) -> bool {
    row.contains_key(column)
        || column.split_once('.').is_some_and(|(first, rest)| match row.get(first) {
            Some(Json::Object(inner)) => has(inner, rest),
            found => found.is_some_and(Json::is_null),
        })
}

fn check_schema(row: &Map<String, Json>, columns: &[String]) -> Result<()> {
    let Some(missing) = columns.iter().find(|column| !has(row, column)) else { return Ok(()) };
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    Err(no_column(missing, &names))
}

fn no_column(missing: &str, names: &[impl AsRef<str>]) -> Error {
    const SHOWN: usize = 50;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let message = format!("there is no column '{missing}'; there are {}{more}", shown.join(", "));
    Error::invalid_field(missing, "no_column", message)
}

fn nul_character(column: &str) -> Fault {
    Fault::new("nul_character", column, nul::MESSAGE)
}

fn object(line: &[u8]) -> std::result::Result<Map<String, Json>, Fault> {
    serde_json::from_slice(line)
        .map_err(|error| Fault::new("not_json", "", format_args!("the line is not a JSON object: {error}")))
}

/// Lines of a JSON lines file, in bounded memory.
struct Lines {
    input: BufReader<Stream>,
    line: u64,
    raw: Vec<u8>,
}

impl Lines {
    fn new(input: Stream) -> Self {
        Self { input: BufReader::with_capacity(64 * 1024, input), line: 0, raw: Vec::new() }
    }

    /// Moves to the next line that is not blank, or says why it cannot be taken whole.
    fn next(&mut self) -> Result<Option<std::result::Result<(), Fault>>> {
        loop {
            self.raw.clear();
            if self.read_line()? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.raw.len() > LONGEST {
                let begin = std::mem::take(&mut self.raw);
                while !self.raw.ends_with(b"\n") {
                    self.raw.clear();
                    if self.read_line()? == 0 {
                        break;
                    }
                }
                self.raw = begin;
                let message = format_args!("the line is longer than {LONGEST} bytes").to_string();
                return Ok(Some(Err(Fault::new("too_long", "", message))));
            }
            if !self.raw().is_empty() {
                return Ok(Some(Ok(())));
            }
        }
    }

    fn read_line(&mut self) -> Result<usize> {
        let read = self.input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut self.raw);
        read.map_err(|error| Error::invalid(format!("reading failed: {error}")))
    }

    fn raw(&self) -> &[u8] {
        self.raw.trim_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(
        name: &str,
        text: &[u8],
        shape: &Shape<'_>,
        columns: &[&str],
    ) -> Result<Vec<(u64, std::result::Result<Json, &'static str>)>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        let mut rows = Rows::open(&Input::at(path), shape, &columns, Arc::default())?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((row.line, row.cells.map(Json::Object).map_err(|fault| fault.reason)));
        }
        Ok(all)
    }

    const PLAIN: Shape<'static> = Shape { format: None, delimiter: None, encoding: None, empty: &[] };

    #[test]
    fn only_the_columns_of_the_map_are_read_and_nothing_is_made_of_nothing() {
        let empty = ["NA".to_owned()];
        let rows = read("a.csv", b"x, y ,z\n1,NA,3\n4,5,\n", &Shape { empty: &empty, ..PLAIN }, &["y", "z"]).unwrap();
        assert_eq!(rows, [(2, Ok(json!({"z": "3"}))), (3, Ok(json!({"y": "5"})))]);
        let error = read("a.csv", b"x,x\n", &PLAIN, &["x"]).unwrap_err();
        assert!(error.message.contains("two columns 'x'"));
        let error = read("a.csv", b"x,y\n", &PLAIN, &["w"]).unwrap_err();
        assert!(error.message.contains("no column 'w'; there are x, y"));
        assert!(read("a.csv", b"", &PLAIN, &[]).is_err());
        assert!(read("a.bin", b"", &PLAIN, &[]).unwrap_err().message.contains("format"));
    }

    #[test]
    fn a_bad_cell_is_named_and_its_neighbours_are_read() {
        let rows = read("a.csv", b"x\nol\xe1\n\"a\0b\"\ngood\n", &PLAIN, &["x"]).unwrap();
        assert_eq!(rows, [(2, Err("not_utf8")), (3, Err("nul_character")), (4, Ok(json!({"x": "good"})))]);
        let latin = Shape { encoding: Some("windows-1252"), delimiter: Some(';'), ..PLAIN };
        assert_eq!(read("a.csv", b"x;y\nol\xe1;1\n", &latin, &["x"]).unwrap(), [(2, Ok(json!({"x": "olá"})))]);
    }

    #[test]
    fn json_lines_are_read_by_name_and_by_path() {
        let long = format!("{{\"x\": \"{}\"}}\n", "x".repeat(3 << 20));
        let text = format!(
            "{{\"x\": 1, \"a\": {{\"b\": [2]}}}}\n\n[1]\n{{\"x\": \"\\u0000\"}}\n{long}{{\"a.b\": 3, \"x\": null}}"
        );
        let rows = read("a.jsonl", text.as_bytes(), &PLAIN, &["x", "a.b"]).unwrap();
        let expected = [
            (1, Ok(json!({"x": 1, "a.b": [2]}))),
            (3, Err("not_json")),
            (4, Err("nul_character")),
            (5, Err("too_long")),
            (6, Ok(json!({"a.b": 3}))),
        ];
        assert_eq!(rows, expected);
    }
}
