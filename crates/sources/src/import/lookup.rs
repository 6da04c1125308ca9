//! Lookups: columns of another file beside a row, found by a key. The other file is held in memory.

use base::{Error, Result};
use serde_json::{Map, Value as Json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    inputs::Input,
    map::{Columns, Lookup},
    rows::{Rows, Shape},
};

/// The most rows of a file that is looked up in.
const MOST_ROWS: usize = 10_000_000;

/// A file that was read for looking up in.
pub(super) struct Table {
    /// The column here that holds the key.
    key: String,
    /// What the columns that are taken, and those that are summed, are called here.
    taken: Vec<String>,
    summed: Vec<String>,
    rows: HashMap<String, Found>,
}

/// What the rows with one key say.
struct Found {
    first: Box<[Option<Json>]>,
    sums: Box<[Option<f64>]>,
}

impl Table {
    /// Reads the file. Bad rows and rows without a key are passed over, since they are not what is being imported; a
    /// number that cannot be read is an error, since the sum without it would be wrong.
    pub(super) fn read(lookup: &Lookup, input: &Input) -> Result<Self> {
        let named = |error: Error| error.context(format_args!("looking up in {}", input.shown()));
        let (taken, take) = names_and_columns(&lookup.take);
        let (summed, sum) = names_and_columns(&lookup.sum);
        let there = lookup.key.there();
        let mut source = Self::open(lookup, input)?;
        let mut rows: HashMap<String, Found> = HashMap::new();
        while let Some(row) = source.next().map_err(named)? {
            let Ok(cells) = row.cells else { continue };
            let Some(key) = cells.get(there).and_then(text) else { continue };
            let found = rows.entry(key).or_insert_with(|| Found {
                first: take.iter().map(|column| cells.get(*column).cloned()).collect(),
                sums: vec![None; sum.len()].into(),
            });
            for (total, column) in found.sums.iter_mut().zip(&sum) {
                if let Some(number) =
                    number(&cells, column).map_err(|error| named(error.context(format_args!("line {}", row.line))))?
                {
                    *total = Some(total.unwrap_or(0.0) + number);
                }
            }
            if rows.len() > MOST_ROWS {
                return Err(named(Error::invalid(format!("more than {MOST_ROWS} rows do not fit in memory"))));
            }
        }
        Ok(Self { key: lookup.key.here().to_owned(), taken, summed, rows })
    }

    /// Whether the file can be opened and has the columns.
    pub(super) fn check(lookup: &Lookup, input: &Input) -> Result<()> {
        Self::open(lookup, input).map(drop)
    }

    fn open(lookup: &Lookup, input: &Input) -> Result<Rows> {
        let (take, sum) = (lookup.take.pairs(), lookup.sum.pairs());
        let columns = take.iter().chain(&sum).map(|(_, column)| *column).chain([lookup.key.there()]);
        let wanted: BTreeSet<String> = columns.map(str::to_owned).collect();
        let opened = Rows::open(input, &Shape::from(lookup), &wanted, Arc::default());
        opened.map_err(|error| error.context(format_args!("looking up in {}", input.shown())))
    }

    /// Puts the columns beside the row's own; what the other file does not know stays absent.
    pub(super) fn add_to(&self, cells: &mut Map<String, Json>) {
        let Some(found) = cells.get(&self.key).and_then(text).and_then(|key| self.rows.get(&key)) else { return };
        let sums = found.sums.iter().map(|sum| sum.map(Json::from));
        let values = found.first.iter().cloned().chain(sums);
        for (name, value) in self.taken.iter().chain(&self.summed).zip(values) {
            if let Some(value) = value {
                cells.insert(name.clone(), value);
            }
        }
    }
}

fn names_and_columns(columns: &Columns) -> (Vec<String>, Vec<&str>) {
    columns.pairs().into_iter().map(|(name, column)| (name.to_owned(), column)).unzip()
}

fn number(cells: &Map<String, Json>, column: &str) -> Result<Option<f64>> {
    let Some(text) = cells.get(column).and_then(text) else { return Ok(None) };
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Some).ok_or_else(|| Error::invalid(format!("'{text}' in {column} is not a number")))
}

/// The same key in a CSV file and in a JSON file is one.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
