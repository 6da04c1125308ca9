//! The map: how the columns of files become signals. Read from TOML; what it cannot mean is an error that names the key.

mod check;
mod columns;

use base::{Error, Result, Zone};
use serde::Deserialize;
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

use super::{rows::Format, template::Template};

/// A checked map. Its reference stands in `docs/sources.md`.
#[derive(Debug)]
pub struct Map {
    pub(in crate::import) source: String,
    pub(in crate::import) files: Vec<Arc<FileMap>>,
}

/// A map as it is written: how the columns of files become signals. The same keys as in TOML.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMap)]
pub(crate) struct Written {
    /// What the signals name as their source.
    #[serde(default = "default_source")]
    #[schema(required = false, default = "import", example = "shop")]
    source: String,
    /// Of times without an offset; UTC when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    zone: Option<Zone>,
    /// The files that it is about, in the order in which they are read.
    file: Vec<FileMap>,
}

fn default_source() -> String {
    "import".to_owned()
}

/// One `[[file]]`: how its rows are read and what each row says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMapFile)]
pub(in crate::import) struct FileMap {
    /// A file name, or a pattern with `*` and `?`.
    pub(in crate::import) file: String,
    #[serde(default)]
    pub(in crate::import) format: Option<Format>,
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1)]
    pub(in crate::import) delimiter: Option<char>,
    #[serde(default)]
    pub(in crate::import) encoding: Option<String>,
    /// Cells that mean nothing, beside the empty one: `NA`, `\N`.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) empty: Vec<String>,
    /// Of times without an offset.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::import) zone: Option<Zone>,
    /// In the notation of strftime, tried in order; also `unix` and `unix_ms`.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) time_formats: Vec<String>,
    /// `,` where the numbers are written 1.234,56.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1)]
    pub(in crate::import) decimal: Option<char>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) number: Vec<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) bool: Vec<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) lookup: Vec<Lookup>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) derive: BTreeMap<String, Derive>,
    /// Kind of identity to column, for every signal of the file.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) identities: BTreeMap<String, String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) traits: Columns,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) signal: Vec<SignalMap>,
    /// Of this part of the map as it is written; comments and order aside.
    #[serde(skip)]
    pub(in crate::import) fingerprint: String,
}

/// Columns of another file, found by a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMapLookup)]
pub(in crate::import) struct Lookup {
    pub(in crate::import) file: String,
    pub(in crate::import) key: Key,
    /// Columns of the first row with the key.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) take: Columns,
    /// Columns of numbers, added up over all rows with the key.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) sum: Columns,
    #[serde(default)]
    pub(in crate::import) format: Option<Format>,
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1)]
    pub(in crate::import) delimiter: Option<char>,
    #[serde(default)]
    pub(in crate::import) encoding: Option<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) empty: Vec<String>,
}

/// A column that both files have, or one of each.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportMapKey)]
#[serde(untagged, expecting = "a column's name, or { here = \"…\", there = \"…\" }")]
pub(in crate::import) enum Key {
    Same(String),
    Different { here: String, there: String },
}

/// A further column, computed from others of the same row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ImportMapDerive)]
pub(in crate::import) enum Derive {
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
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMapSignal)]
pub(in crate::import) struct SignalMap {
    #[serde(default)]
    pub(in crate::import) kind: Option<Term>,
    pub(in crate::import) time: Time,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "order:{id}")]
    pub(in crate::import) message_id: Option<Template>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) when: When,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) identities: BTreeMap<String, String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) traits: Columns,
    /// Whether a row may be about nobody.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) anonymous: bool,
    #[serde(default)]
    pub(in crate::import) channel: Option<Term>,
    #[serde(default)]
    pub(in crate::import) touchpoint: Option<Term>,
    #[serde(default)]
    pub(in crate::import) scale: Option<Term>,
    #[serde(default)]
    pub(in crate::import) score: Option<String>,
    #[serde(default)]
    pub(in crate::import) amount: Option<String>,
    #[serde(default)]
    pub(in crate::import) currency: Option<Term>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) text: Names,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) properties: Columns,
}

/// The same for every row, or what a column says.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportMapTerm)]
#[serde(untagged, expecting = "text, or { column = \"…\" }")]
pub(in crate::import) enum Term {
    Constant(String),
    Column { column: String },
}

/// A column, or the same moment for every row.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportMapTime)]
#[serde(untagged, expecting = "a column's name, or { constant = \"2026-01-31\" }")]
pub(in crate::import) enum Time {
    Column(String),
    Constant { constant: String },
}

/// Columns under their own names or under others: `["city"]`, `{ city = "customer_city" }`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportMapColumns)]
#[serde(untagged, expecting = "a list of columns, or a table of new name = \"column\"")]
pub(in crate::import) enum Columns {
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
    pub(in crate::import) fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Named(names) => names.iter().map(|name| (name.as_str(), name.as_str())).collect(),
            Self::Renamed(names) => names.iter().map(|(new, column)| (new.as_str(), column.as_str())).collect(),
        }
    }
}

/// One column or several.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportMapNames)]
#[serde(untagged, expecting = "a column's name, or a list of them")]
pub(in crate::import) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Names {
    pub(in crate::import) fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Which rows say this; all conditions must hold.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMapWhen)]
pub(in crate::import) struct When {
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) present: Vec<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) absent: Vec<String>,
    /// Column to the value, or one of the values, that it must have.
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) is: BTreeMap<String, Names>,
    #[serde(default)]
    #[schema(required = false)]
    pub(in crate::import) is_not: BTreeMap<String, Names>,
}

impl Written {
    /// A map in its JSON form as TOML, which says the same; what it cannot mean is an error that names the path.
    pub(crate) fn toml(json: &Json) -> Result<String> {
        let wrong = |path: String, message: String| Error::invalid_field(path, "wrong_map", message).context("the map");
        serde_path_to_error::deserialize::<_, Self>(json)
            .map_err(|error| wrong(format!("map.{}", error.path()), error.inner().to_string()))?;
        toml::to_string(&without_nulls(json)).map_err(|error| wrong("map".into(), error.to_string()))
    }
}

/// TOML has no null: what is null is left out.
fn without_nulls(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Json::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

impl Map {
    /// Reads a map in its JSON form: the same keys and the same checks.
    pub(crate) fn from_json(json: &Json) -> Result<Self> {
        Self::read(&Written::toml(json)?)
    }

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
pub(in crate::import) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FileMap {
    pub(in crate::import) fn zone(&self) -> Zone {
        self.zone.unwrap_or(Zone::UTC)
    }
}

impl Key {
    pub(in crate::import) fn here(&self) -> &str {
        match self {
            Self::Same(column) | Self::Different { here: column, .. } => column,
        }
    }

    pub(in crate::import) fn there(&self) -> &str {
        match self {
            Self::Same(column) | Self::Different { there: column, .. } => column,
        }
    }
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
    fn a_map_in_json_is_the_same_map() {
        let json: Json = toml::from_str(GOOD).unwrap();
        let (read, toml) = (Map::from_json(&json).unwrap(), Written::toml(&json).unwrap());
        let fingerprint = &Map::read(GOOD).unwrap().files[0].fingerprint;
        assert_eq!(&read.files[0].fingerprint, fingerprint);
        assert_eq!(&Map::read(&toml).unwrap().files[0].fingerprint, fingerprint, "{toml}");
        let mut nulls = json;
        nulls["file"][0]["encoding"] = Json::Null;
        assert_eq!(&Map::from_json(&nulls).unwrap().files[0].fingerprint, fingerprint);
        nulls["file"][0]["signal"][0]["kinds"] = "x".into();
        assert_eq!(Map::from_json(&nulls).unwrap_err().fields[0].field, "map.file[0].signal[0].kinds");
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
            ("identities", "time_formats = [\"%m/%Y\"]\nidentities", "'%m/%Y' does not say which day"),
            ("identities", "time_formats = [\"%Y-%m-%d %I:%M\"]\nidentities", "at what time"),
            ("\"order_placed\"", &format!("\"{}\"", "x".repeat(101)), "100 bytes"),
            ("identities", "zone = \"Mars/Base\"\nidentities", "Mars/Base"),
        ] {
            let error = Map::read(&GOOD.replacen(change, to, 1)).unwrap_err();
            assert!(error.message.contains(named), "{to}: {error}");
        }
    }

    #[test]
    fn a_key_stands_once_in_a_sentence_and_beside_its_field() {
        let error = Map::read(&GOOD.replacen("identities = { order = \"id\" }", "", 1)).unwrap_err();
        assert_eq!(error.message.matches("identities:").count(), 1, "{error}");
        let field = &error.fields[0];
        assert!(field.field == "identities" && field.message.starts_with("no column is an identity"), "{field:?}");
    }

    #[test]
    fn usual_formats_of_times_are_readable() {
        let formats = r#"["%d.%m.%Y %H:%M", "%d.%m.%Y", "%m/%d/%y %I:%M %p", "%+", "%s", "%Y-%j", "%e %b %Y", "%F %T%.f", "%a, %d %b %Y %T %z", "%FT%TZ", "unix", "unix_ms"]"#;
        Map::read(&GOOD.replacen("identities", &format!("time_formats = {formats}\nidentities"), 1)).unwrap();
    }
}
