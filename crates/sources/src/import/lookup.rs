//! Lookups: columns of another file beside a row, found by a key. The other file is held in memory.

use base::{Error, Result};
use serde_json::{Map, Value as Json};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use super::{
    map::Lookup,
    rows::{Rows, Shape},
};

/// The most rows of a file that is looked up in.
const MOST_ROWS: usize = 10_000_000;

/// A file that was read for looking up in.
pub(super) struct Table {
    /// The column here that holds the key.
    key: String,
    /// What the columns are called here.
    names: Vec<String>,
    rows: HashMap<String, Box<[Option<Json>]>>,
}

impl Table {
    /// Reads the file. Of several rows with the same key, the first one counts; bad rows and rows without a key are
    /// passed over, since they are not what is being imported.
    pub(super) fn read(lookup: &Lookup, path: &Path) -> Result<Self> {
        let named = |error: Error| error.context(format_args!("looking up in {}", path.display()));
        let (names, columns): (Vec<String>, Vec<&str>) =
            lookup.take.pairs().into_iter().map(|(name, column)| (name.to_owned(), column)).unzip();
        let there = lookup.key.there();
        let wanted: BTreeSet<String> = columns.iter().copied().chain([there]).map(str::to_owned).collect();
        let mut source = Rows::open(path, &Shape::from(lookup), &wanted, Arc::default()).map_err(named)?;
        let mut rows = HashMap::new();
        while let Some(row) = source.next().map_err(named)? {
            let Ok(cells) = row.cells else { continue };
            let Some(key) = cells.get(there).and_then(key) else { continue };
            rows.entry(key).or_insert_with(|| columns.iter().map(|column| cells.get(*column).cloned()).collect());
            if rows.len() > MOST_ROWS {
                return Err(named(Error::invalid(format!("more than {MOST_ROWS} rows do not fit in memory"))));
            }
        }
        Ok(Self { key: lookup.key.here().to_owned(), names, rows })
    }

    /// Puts the columns beside the row's own; what the other file does not know stays absent.
    pub(super) fn add_to(&self, cells: &mut Map<String, Json>) {
        let Some(row) = cells.get(&self.key).and_then(key).and_then(|key| self.rows.get(&key)) else { return };
        for (name, value) in self.names.iter().zip(row) {
            if let Some(value) = value {
                cells.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The same key in a CSV file and in a JSON file is one.
fn key(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
