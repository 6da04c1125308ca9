//! A look into a file before there is a map: how it is written, which columns it has, and what they seem to be.

use base::{Error, Result};
use encoding_rs::Encoding;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    sync::Arc,
};
use team::Scope;
use utoipa::ToSchema;

use super::{
    decode,
    inputs::Input,
    map::Written,
    preview::cut,
    records::Records,
    rows::{Format, Rows, Shape, names},
    run::blocking,
    suggest::{Because, Becomes, Column, Holds, Suggestion, suggest},
};
use crate::Sources;

/// Rows that are looked at.
const ROWS: usize = 200;
/// Columns that are told of; a map may name further ones.
const COLUMNS: usize = 500;
/// Values of a column that are shown, and letters of each.
const SAMPLES: usize = 3;
const LONGEST_SAMPLE: usize = 80;
/// Bytes from which encoding and delimiter are told.
const HEAD: usize = 64 << 10;

/// What is known of a file before it is looked at.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Its format.
    #[param(inline)]
    format: Option<Format>,
    /// What stands between two cells of delimited text.
    #[param(min_length = 1, max_length = 1, pattern = r"^[\x01-\x7f]$", example = ";")]
    delimiter: Option<String>,
    /// How its text is encoded: a label of the WHATWG's encoding standard.
    #[param(max_length = 40, example = "windows-1252")]
    encoding: Option<String>,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Seen {
    /// What it is called.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// What stands between two cells of delimited text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// How its text is encoded, where that is neither UTF-8 nor said by a byte order mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// How many rows were looked at.
    pub rows: u64,
    /// Its columns, in their order: at most five hundred.
    pub columns: Vec<SeenColumn>,
    /// How many further columns it has.
    pub more_columns: u64,
    /// A map that may be right; at least it is one to begin with.
    #[schema(value_type = Written)]
    pub map: Json,
}

/// One column of a file.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SeenColumn {
    /// Its name.
    pub name: String,
    /// Whether a map can name it: it has a name, and no other column has the same.
    pub usable: bool,
    /// Of the rows that were looked at, how many have a value.
    pub filled: u64,
    /// A few different values.
    pub samples: Vec<String>,
    /// What its values are.
    pub holds: Holds,
    /// How its times can be read, the likeliest first; empty where they are written as ISO 8601 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_formats: Option<Vec<String>>,
    /// What it may become.
    pub becomes: Becomes,
    /// Under which name: a property's or trait's, or the kind of an identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Why.
    pub because: Because,
}

impl Look {
    fn check(&self) -> Result<()> {
        let wrong = |field, message| Err(Error::invalid_field(field, "wrong_type", message));
        if self.delimiter.as_ref().is_some_and(|sign| sign.len() != 1 || sign == "\0") {
            return wrong("delimiter", "it is one ASCII character");
        }
        if self.encoding.as_ref().is_some_and(|label| Encoding::for_label(label.as_bytes()).is_none()) {
            return wrong("encoding", "it is not known; write utf-8, windows-1252, utf-16le, …");
        }
        Ok(())
    }
}

impl Sources {
    /// Looks into an upload.
    pub(crate) async fn look_at_upload(&self, scope: &Scope, id: Uuid, look: Look) -> Result<Seen> {
        look.check()?;
        let input = self.upload(scope, id).await?.input(&self.files.folder)?;
        blocking(move || see(&input, &look)).await
    }
}

/// Looks into a file.
pub(super) fn see(input: &Input, look: &Look) -> Result<Seen> {
    let mut head = Vec::new();
    let cannot = |error: std::io::Error| Error::invalid(format!("{} cannot be read: {error}", input.shown()));
    let file = File::open(input.path()).map_err(cannot)?;
    file.take(HEAD as u64).read_to_end(&mut head).map_err(cannot)?;
    let format = match look.format {
        Some(format) => format,
        None => format_of(input.name(), &head)?,
    };
    let encoding = match (&look.encoding, format) {
        (Some(label), Format::Csv | Format::Jsonl) => Some(label.clone()),
        (None, Format::Csv | Format::Jsonl) => foreign_encoding(&head).map(str::to_owned),
        (_, Format::Parquet) => None,
    };
    let delimiter = match (&look.delimiter, format) {
        (Some(sign), Format::Csv) => sign.bytes().next(),
        (None, Format::Csv) => Some(delimiter_of(input, encoding.as_deref())?),
        _ => None,
    };
    let shape = Shape::stated(format, delimiter, encoding.as_deref());
    let mut all = names(input, &shape, ROWS, COLUMNS)?;
    let more_columns = all.len().saturating_sub(COLUMNS) as u64;
    let mut counts = BTreeMap::new();
    all.iter().for_each(|name| *counts.entry(name.clone()).or_insert(0) += 1);
    all.truncate(COLUMNS);
    let usable = |name: &String| !name.is_empty() && counts.get(name) == Some(&1);
    let read: BTreeSet<String> = all.iter().filter(|name| usable(name)).cloned().collect();
    let mut values: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let mut rows = Rows::open(input, &shape, &read, Arc::default())?;
    let mut count = 0;
    while count < ROWS {
        let Some(row) = rows.next()? else { break };
        count += 1;
        let Ok(cells) = row.cells else { continue };
        for name in &read {
            if let Some(value) = cells.get(name) {
                values.entry(name).or_default().push(value.clone());
            }
        }
    }
    let columns: Vec<Column> = all
        .iter()
        .map(|name| Column::new(name, usable(name), values.remove(name.as_str()).unwrap_or_default(), count))
        .collect();
    let Suggestion { columns: suggested, map } =
        suggest(&columns, input.name(), format, delimiter, encoding.as_deref());
    let seen = columns.iter().zip(suggested).map(|(column, role)| SeenColumn {
        name: column.name.clone(),
        usable: column.usable,
        filled: column.values.len() as u64,
        samples: samples(&column.values),
        holds: column.holds,
        time_formats: column.time_formats.clone(),
        becomes: role.becomes,
        called: role.called,
        because: role.because,
    });
    Ok(Seen {
        name: input.name().to_owned(),
        format,
        delimiter: delimiter.map(|sign| char::from(sign).to_string()),
        columns: seen.collect(),
        encoding,
        rows: count as u64,
        more_columns,
        map,
    })
}

/// The format, by the first bytes where they tell, else by the name.
fn format_of(name: &str, head: &[u8]) -> Result<Format> {
    let wrong = |message: &str| Err(Error::invalid_field("upload", "wrong_format", message));
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let lower = name.to_ascii_lowercase();
    match text.first() {
        _ if head.starts_with(b"PAR1") => Ok(Format::Parquet),
        _ if head.starts_with(b"\x1f\x8b") => wrong("the file is packed with gzip; unpack it first"),
        _ if head.starts_with(b"PK\x03\x04") => wrong("the file is a spreadsheet or an archive; save its sheet as CSV"),
        None => wrong("the file is empty"),
        Some(b'{') => Ok(Format::Jsonl),
        Some(b'[') if [".json", ".jsonl", ".ndjson"].iter().any(|ending| lower.ends_with(ending)) => {
            wrong("the file is one JSON list; write one object on each line")
        }
        Some(b'<') if lower.ends_with(".xml") || lower.ends_with(".html") => {
            wrong("the file is neither CSV, JSON lines nor Parquet")
        }
        _ if [".jsonl", ".ndjson", ".json"].iter().any(|ending| lower.ends_with(ending)) => Ok(Format::Jsonl),
        _ => Ok(Format::Csv),
    }
}

/// The encoding to name, where the bytes are not UTF-8 and no mark tells: windows-1252, which spreadsheets write. A file in
/// UTF-8 with a bad byte here and there stays one: those rows are kept out, rather than all umlauts misread.
fn foreign_encoding(head: &[u8]) -> Option<&'static str> {
    if Encoding::for_bom(head).is_some() {
        return None;
    }
    let (mut good, mut bad) = (0, 0);
    for chunk in head.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // The piece may end in the middle of a letter.
    let cut = std::str::from_utf8(head).is_err_and(|error| error.error_len().is_none());
    (bad - usize::from(cut) > good).then_some("windows-1252")
}

/// The sign that cuts the first lines into the same number of cells, and into most.
fn delimiter_of(input: &Input, encoding: Option<&str>) -> Result<u8> {
    const LINES: usize = 20;
    let mut best = (0, if input.name().to_ascii_lowercase().ends_with(".tsv") { b'\t' } else { b',' });
    for sign in [b',', b';', b'\t', b'|'] {
        let stream = decode::open(input, encoding, Arc::default())?;
        let mut records = Records::new(Box::new(stream.take(HEAD as u64)), sign);
        let (mut width, mut alike, mut all) = (0, 0, 0);
        while all < LINES {
            let Ok(Some(found)) = records.next() else { break };
            if all == 0 {
                width = records.count();
            }
            alike += usize::from(found.is_ok() && records.count() == width);
            all += 1;
        }
        // Most lines must agree; a bad one among them does not decide.
        let fits = width > 1 && alike * 10 >= all * 8;
        if fits && width > best.0 {
            best = (width, sign);
        }
    }
    Ok(best.1)
}

fn samples(values: &[Json]) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for value in values {
        let text = match value {
            Json::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let shown = cut(&text, LONGEST_SAMPLE);
        if !shown.is_empty() && !samples.contains(&shown) {
            samples.push(shown);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(name: &str, bytes: &[u8]) -> Result<Seen> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        see(&Input::uploaded(name.into(), path), &Look::default())
    }

    fn names(seen: &Seen) -> Vec<&str> {
        seen.columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn format_delimiter_and_encoding_are_found_out() {
        let seen = look("a.csv", b"id;name;paid\n1;Ada;1,5\n2;\"Bo; Jr.\";2,5\n").unwrap();
        assert_eq!((seen.format, seen.delimiter.as_deref(), seen.encoding.as_deref()), (Format::Csv, Some(";"), None));
        assert_eq!((names(&seen), seen.rows), (vec!["id", "name", "paid"], 2));
        let seen = look("a.txt", "name\tort\nAda\tKöln\n".as_bytes()).unwrap();
        assert_eq!((seen.delimiter.as_deref(), seen.encoding), (Some("\t"), None));
        let latin = encoding_rs::WINDOWS_1252.encode("name,ort\nAda,Köln\n").0.into_owned();
        let seen = look("a.csv", &latin).unwrap();
        assert_eq!(
            (seen.encoding.as_deref(), &*seen.columns[1].samples),
            (Some("windows-1252"), &["Köln".to_owned()][..])
        );
        // One bad byte makes no other encoding.
        let seen = look("a.csv", b"name,ort\nAda,K\xc3\xb6ln\nBo,M\xc3\xbcnchen\nCy,\xff\n").unwrap();
        assert_eq!(seen.encoding, None);
        let seen = look("a.json", b"{\"id\": 1, \"who\": {\"mail\": \"ada@example.org\"}}\n{\"id\": 2, \"x\": true}\n")
            .unwrap();
        assert_eq!((seen.format, names(&seen)), (Format::Jsonl, vec!["id", "who.mail", "x"]));
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (name, bytes, why) in [
            ("a.csv", b"".as_slice(), "empty"),
            ("a.csv", b"\n \n", "empty"),
            ("a.csv", b"\x1f\x8b\x08\x00", "gzip"),
            ("a.xlsx", b"PK\x03\x04", "spreadsheet"),
            ("a.json", b"[{\"a\": 1}]", "one object on each line"),
        ] {
            let error = look(name, bytes).unwrap_err();
            assert!(error.message.contains(why), "{name}: {error}");
        }
    }

    #[test]
    fn ten_thousand_columns_are_cut_and_more_are_refused() {
        let header = |width: usize| (0..width).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
        let seen = look("a.csv", format!("{}\n{}\n", header(10_000), header(10_000)).as_bytes()).unwrap();
        assert_eq!((seen.columns.len(), seen.more_columns), (500, 9_500));
        let error = look("a.csv", format!("{}\n{}\n", header(10_001), header(10_001)).as_bytes()).unwrap_err();
        assert!(error.message.contains("10000 columns"), "{error}");
    }

    #[test]
    fn a_column_that_no_map_can_name_says_so() {
        let seen = look("a.csv", b"id,,mail,mail\n1,2,a@example.org,b@example.org\n").unwrap();
        let usable: Vec<bool> = seen.columns.iter().map(|column| column.usable).collect();
        assert_eq!(usable, [true, false, false, false]);
    }
}
