//! The map: how the columns of files become signals. Read from TOML; what it cannot mean is an error that names the key.

use base::{Error, Result, Timestamp, Zone};
use serde::Deserialize;
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{rows::Format, template::Template};
use crate::{
    collect::{context::CHANNELS, kinds::snake_case},
    currency::currency,
};

/// A checked map. Its reference stands in `docs/sources.md`.
#[derive(Debug)]
pub struct Map {
    pub(super) source: String,
    pub(super) files: Vec<Arc<FileMap>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "default_source")]
    source: String,
    #[serde(default)]
    zone: Option<Zone>,
    file: Vec<FileMap>,
}

fn default_source() -> String {
    "import".to_owned()
}

/// One `[[file]]`: how its rows are read and what each row says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileMap {
    /// A file name, or a pattern with `*` and `?`.
    pub(super) file: String,
    #[serde(default)]
    pub(super) format: Option<Format>,
    #[serde(default)]
    pub(super) delimiter: Option<char>,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    /// Cells that mean nothing, beside the empty one: `NA`, `\N`.
    #[serde(default)]
    pub(super) empty: Vec<String>,
    /// Of times without an offset.
    #[serde(default)]
    pub(super) zone: Option<Zone>,
    /// In the notation of strftime, tried in order; also `unix` and `unix_ms`.
    #[serde(default)]
    pub(super) time_formats: Vec<String>,
    /// `,` where the numbers are written 1.234,56.
    #[serde(default)]
    pub(super) decimal: Option<char>,
    #[serde(default)]
    pub(super) number: Vec<String>,
    #[serde(default)]
    pub(super) bool: Vec<String>,
    #[serde(default)]
    pub(super) lookup: Vec<Lookup>,
    #[serde(default)]
    pub(super) derive: BTreeMap<String, Derive>,
    /// Kind of identity to column, for every signal of the file.
    #[serde(default)]
    pub(super) identities: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) traits: Columns,
    #[serde(default)]
    pub(super) signal: Vec<SignalMap>,
    /// Of this part of the map as it is written; comments and order aside.
    #[serde(skip)]
    pub(super) fingerprint: String,
}

/// Columns of another file, found by a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lookup {
    pub(super) file: String,
    pub(super) key: Key,
    /// Columns of the first row with the key.
    #[serde(default)]
    pub(super) take: Columns,
    /// Columns of numbers, added up over all rows with the key.
    #[serde(default)]
    pub(super) sum: Columns,
    #[serde(default)]
    pub(super) format: Option<Format>,
    #[serde(default)]
    pub(super) delimiter: Option<char>,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    #[serde(default)]
    pub(super) empty: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a column's name, or { here = \"…\", there = \"…\" }")]
pub(super) enum Key {
    Same(String),
    Different { here: String, there: String },
}

/// A further column, computed from others of the same row.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Derive {
    /// Days of 24 hours from the first time to the second.
    DaysBetween([String; 2]),
    /// Hours from the first time to the second.
    HoursBetween([String; 2]),
    /// Whether the first time's calendar date lies after the second's.
    DateAfter([String; 2]),
    /// Whether the cell holds anything.
    Present(String),
    /// The same for every row.
    Constant(Json),
    /// Other words for a column's values; a value that the table does not name becomes `otherwise`, or stays.
    Values {
        column: String,
        table: BTreeMap<String, Json>,
        #[serde(default)]
        otherwise: Option<Json>,
    },
}

/// One `[[file.signal]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalMap {
    #[serde(default)]
    pub(super) kind: Option<Value>,
    pub(super) time: Time,
    #[serde(default)]
    pub(super) message_id: Option<Template>,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) identities: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) traits: Columns,
    /// Whether a row may be about nobody.
    #[serde(default)]
    pub(super) anonymous: bool,
    #[serde(default)]
    pub(super) channel: Option<Value>,
    #[serde(default)]
    pub(super) touchpoint: Option<Value>,
    #[serde(default)]
    pub(super) scale: Option<Value>,
    #[serde(default)]
    pub(super) score: Option<String>,
    #[serde(default)]
    pub(super) amount: Option<String>,
    #[serde(default)]
    pub(super) currency: Option<Value>,
    #[serde(default)]
    pub(super) text: Names,
    #[serde(default)]
    pub(super) properties: Columns,
}

/// The same for every row, or what a column says.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "text, or { column = \"…\" }")]
pub(super) enum Value {
    Constant(String),
    Column { column: String },
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a column's name, or { constant = \"2026-01-31\" }")]
pub(super) enum Time {
    Column(String),
    Constant { constant: String },
}

/// Columns under their own names or under others: `["city"]`, `{ city = "customer_city" }`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a list of columns, or a table of new name = \"column\"")]
pub(super) enum Columns {
    Named(Vec<String>),
    Renamed(BTreeMap<String, String>),
}

impl Default for Columns {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

impl Columns {
    /// Pairs of new name and column.
    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Named(names) => names.iter().map(|name| (name.as_str(), name.as_str())).collect(),
            Self::Renamed(names) => names.iter().map(|(new, column)| (new.as_str(), column.as_str())).collect(),
        }
    }
}

/// One column or several.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a column's name, or a list of them")]
pub(super) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Names {
    pub(super) fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Which rows say this; all conditions must hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    #[serde(default)]
    pub(super) present: Vec<String>,
    #[serde(default)]
    pub(super) absent: Vec<String>,
    /// Column to the value, or one of the values, that it must have.
    #[serde(default)]
    pub(super) is: BTreeMap<String, Names>,
    #[serde(default)]
    pub(super) is_not: BTreeMap<String, Names>,
}

impl Map {
    /// Reads a map and checks whatever can be checked before a file is opened.
    pub fn read(text: &str) -> Result<Self> {
        let written: Written = toml::from_str(text).map_err(|error| Error::invalid(format!("the map: {error}")))?;
        let table: toml::Table = text.parse().map_err(|error| Error::invalid(format!("the map: {error}")))?;
        let tables = table.get("file").and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let zone = written.zone.unwrap_or(Zone::UTC);
        let mut files = Vec::new();
        for (index, (mut file, table)) in written.file.into_iter().zip(tables).enumerate() {
            file.zone = Some(file.zone.unwrap_or(zone));
            file.check()
                .map_err(|error| error.context(format_args!("the map: file {} ('{}')", index + 1, file.file)))?;
            let said = format!("{}\n{}\n{table}", written.source, file.zone());
            file.fingerprint = hex(&blake3::hash(said.as_bytes()).as_bytes()[..16]);
            files.push(Arc::new(file));
        }
        if files.is_empty() {
            return Err(Error::invalid("the map names no file"));
        }
        Ok(Self { source: written.source, files })
    }
}

/// Bytes as text.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FileMap {
    pub(super) fn zone(&self) -> Zone {
        self.zone.unwrap_or(Zone::UTC)
    }

    /// The columns that the file itself must have: those that anything reads, less those that are made before it reads.
    pub(super) fn columns(&self) -> BTreeSet<String> {
        let mut read: BTreeSet<&str> = self.identities.values().map(String::as_str).collect();
        read.extend(self.traits.pairs().iter().map(|(_, column)| *column));
        for signal in &self.signal {
            signal.read_columns(&mut read);
        }
        for name in self.derive.keys() {
            read.remove(name.as_str());
        }
        read.extend(self.derive.values().flat_map(Derive::columns).map(String::as_str));
        read.extend(self.number.iter().chain(&self.bool).map(String::as_str));
        for lookup in self.lookup.iter().rev() {
            for (name, _) in lookup.take.pairs().into_iter().chain(lookup.sum.pairs()) {
                read.remove(name);
            }
            read.insert(lookup.key.here());
        }
        read.into_iter().map(str::to_owned).collect()
    }

    fn check(&self) -> Result<()> {
        if self.signal.is_empty() {
            return Err(Error::invalid("it has no [[file.signal]], so its rows would say nothing"));
        }
        glob::Pattern::new(&self.file).map_err(|error| wrong("file", error))?;
        check_shape(self.delimiter, self.encoding.as_deref())?;
        if self.decimal.is_some_and(|sign| sign != '.' && sign != ',') {
            return Err(wrong("decimal", "it is '.' or ','"));
        }
        for format in &self.time_formats {
            let unknown = chrono::format::StrftimeItems::new(format).any(|item| item == chrono::format::Item::Error);
            if unknown {
                return Err(wrong("time_formats", format_args!("'{format}' is no format of strftime")));
            }
        }
        for (name, derive) in &self.derive {
            if derive.constants().any(|value| value.is_object() || value.is_array()) {
                return Err(wrong(
                    "derive",
                    format_args!("'{name}' has a constant that is neither text, number nor bool"),
                ));
            }
        }
        for lookup in &self.lookup {
            glob::Pattern::new(&lookup.file).map_err(|error| wrong("lookup.file", error))?;
            check_shape(lookup.delimiter, lookup.encoding.as_deref())?;
        }
        for (index, signal) in self.signal.iter().enumerate() {
            signal.check(self.zone()).map_err(|error| error.context(format_args!("signal {}", index + 1)))?;
            let nobody = self.identities.is_empty() && signal.identities.is_empty();
            if nobody && !signal.anonymous {
                let message = "no column is an identity; if its rows are about nobody, write anonymous = true";
                return Err(wrong("identities", message).context(format_args!("signal {}", index + 1)));
            }
        }
        Ok(())
    }
}

impl Derive {
    fn constants(&self) -> impl Iterator<Item = &Json> {
        let (one, several) = match self {
            Self::Constant(value) => (Some(value), None),
            Self::Values { table, otherwise, .. } => (otherwise.as_ref(), Some(table.values())),
            Self::DaysBetween(_) | Self::HoursBetween(_) | Self::DateAfter(_) | Self::Present(_) => (None, None),
        };
        one.into_iter().chain(several.into_iter().flatten())
    }

    fn columns(&self) -> &[String] {
        match self {
            Self::DaysBetween(pair) | Self::HoursBetween(pair) | Self::DateAfter(pair) => pair,
            Self::Present(column) | Self::Values { column, .. } => std::slice::from_ref(column),
            Self::Constant(_) => &[],
        }
    }
}

impl Key {
    pub(super) fn here(&self) -> &str {
        match self {
            Self::Same(column) | Self::Different { here: column, .. } => column,
        }
    }

    pub(super) fn there(&self) -> &str {
        match self {
            Self::Same(column) | Self::Different { there: column, .. } => column,
        }
    }
}

impl SignalMap {
    fn read_columns<'a>(&'a self, read: &mut BTreeSet<&'a str>) {
        let values = [&self.kind, &self.channel, &self.touchpoint, &self.scale, &self.currency];
        read.extend(values.into_iter().flatten().filter_map(Value::column));
        read.extend(self.score.iter().chain(&self.amount).map(String::as_str));
        read.extend(self.identities.values().map(String::as_str));
        read.extend(self.traits.pairs().into_iter().chain(self.properties.pairs()).map(|(_, column)| column));
        read.extend(self.text.all().iter().map(String::as_str));
        read.extend(self.message_id.iter().flat_map(Template::columns));
        read.extend(self.when.present.iter().chain(&self.when.absent).map(String::as_str));
        read.extend(self.when.is.keys().chain(self.when.is_not.keys()).map(String::as_str));
        if let Time::Column(column) = &self.time {
            read.insert(column);
        }
    }

    fn check(&self, zone: Zone) -> Result<()> {
        if let Time::Constant { constant } = &self.time {
            Timestamp::parse(constant, zone).map_err(|error| wrong("time", error))?;
        }
        match &self.kind {
            Some(Value::Constant(kind)) if kind.is_empty() || snake_case(kind) != *kind => {
                Err(wrong("kind", format_args!("'{kind}' is not snake_case")))
            }
            _ => Ok(()),
        }?;
        match &self.channel {
            Some(Value::Constant(channel)) if !CHANNELS.contains(&channel.as_str()) => {
                Err(wrong("channel", format_args!("'{channel}' is none of {}", CHANNELS.join(", "))))
            }
            _ => Ok(()),
        }?;
        match &self.currency {
            Some(Value::Constant(code)) if currency(code).is_none() => {
                Err(wrong("currency", format_args!("'{code}' is no code of ISO 4217")))
            }
            _ => Ok(()),
        }?;
        if self.scale.is_some() != self.score.is_some() {
            return Err(wrong("score", "a scale and a score go together"));
        }
        Ok(())
    }
}

impl Value {
    fn column(&self) -> Option<&str> {
        match self {
            Self::Constant(_) => None,
            Self::Column { column } => Some(column),
        }
    }
}

fn check_shape(delimiter: Option<char>, encoding: Option<&str>) -> Result<()> {
    if delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) {
        return Err(wrong("delimiter", "it is one ASCII character"));
    }
    match encoding {
        Some(label) if encoding_rs::Encoding::for_label(label.as_bytes()).is_none() => {
            Err(wrong("encoding", format_args!("'{label}' is not known; write utf-8, windows-1252, utf-16le, …")))
        }
        _ => Ok(()),
    }
}

fn wrong(key: &str, message: impl std::fmt::Display) -> Error {
    Error::invalid_field(key, "wrong_map", format!("{key}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[file]]
        file = "orders.csv"
        identities = { order = "id" }
        derive = { late = { date_after = ["delivered", "promised"] } }
        [[file.lookup]]
        file = "people.csv"
        key = { here = "person", there = "id" }
        take = { city = "town" }
        [[file.signal]]
        kind = "order_placed"
        time = "at"
        message_id = "order:{id}"
        traits = ["city"]
        properties = ["late"]
    "#;

    #[test]
    fn a_map_knows_the_columns_it_needs() {
        let map = Map::read(GOOD).unwrap();
        let columns: Vec<String> = map.files[0].columns().into_iter().collect();
        assert_eq!(columns, ["at", "delivered", "id", "person", "promised"]);
    }

    #[test]
    fn comments_and_order_change_nothing_and_everything_else_does() {
        let fingerprint = |text: &str| Map::read(text).unwrap().files[0].fingerprint.clone();
        assert_eq!(fingerprint(GOOD), fingerprint(&format!("# The orders\n{GOOD}")));
        assert_ne!(fingerprint(GOOD), fingerprint(&GOOD.replace("\"late\"", "")));
        assert_ne!(fingerprint(GOOD), fingerprint(&format!("zone = \"Europe/Berlin\"\n{GOOD}")));
    }

    #[test]
    fn what_a_map_cannot_mean_is_named() {
        for (change, to, named) in [
            ("kind =", "kinds =", "kinds"),
            ("\"order_placed\"", "\"Order Placed\"", "snake_case"),
            ("time = \"at\"", "time = { constant = \"soon\" }", "'soon' is not a time"),
            ("order:{id}", "order:{id", "message_id"),
            ("date_after", "date_before", "date_before"),
            ("{ date_after = [\"delivered\", \"promised\"] }", "{ constant = 2026-01-31 }", "'late' has a constant"),
            ("identities = { order = \"id\" }", "", "anonymous"),
            ("traits = [\"city\"]", "traits = 7", "a list of columns"),
            ("traits = [\"city\"]", "channel = \"pigeon\"", "pigeon"),
            ("traits = [\"city\"]", "scale = \"nps\"", "score"),
            ("traits = [\"city\"]", "currency = \"EURO\"", "EURO"),
            ("identities", "encoding = \"klingon\"\nidentities", "klingon"),
            ("identities", "time_formats = [\"%Q\"]\nidentities", "%Q"),
            ("identities", "zone = \"Mars/Base\"\nidentities", "Mars/Base"),
        ] {
            let error = Map::read(&GOOD.replacen(change, to, 1)).unwrap_err();
            assert!(error.message.contains(named), "{to}: {error}");
        }
    }
}
