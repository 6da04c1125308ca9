//! A preview: what a map makes of the first rows of its files, by the same hands as an import, and nothing is written.

use base::{Result, Timestamp};
use serde::Serialize;
use serde_json::{Map as Object, Value as Json};
use signals::{Body, Draft, Identity};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use team::Scope;
use utoipa::ToSchema;

use super::{
    Input, Map, Step, Written,
    fault::Fault,
    inputs::Inputs,
    lookup::Table,
    mapper::Mapper,
    plan,
    rows::{Rows, Shape},
    run::blocking,
};
use crate::{Sources, runs::NewImport};

/// Rows of each file that are tried.
const ROWS: u64 = 1_000;
/// Signals, and rows that are kept out, that are shown of each file.
const SHOWN: usize = 20;
/// Letters of a row that is kept out, and of a value, that are shown.
const LONGEST: usize = 500;

/// What an import would bring.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Preview {
    /// File by file, in the order of the map.
    pub files: Vec<FilePreview>,
    /// Files that the map does not name.
    pub ignored: Vec<String>,
    /// Names and patterns of the map that no file has.
    pub missing: Vec<String>,
    /// The map as TOML, for `harken import --map`.
    pub toml: String,
}

/// What the first rows of one file would bring.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct FilePreview {
    /// Its name.
    pub name: String,
    /// How many rows were tried: the first thousand.
    pub rows: u64,
    /// Whether these are all of them.
    pub whole: bool,
    /// How many signals come of them.
    pub signals: u64,
    /// How many customers these are about, as far as these rows tell.
    pub customers: u64,
    /// How many signals are about nobody.
    pub anonymous: u64,
    /// How many signals have the message id of an earlier one of these rows: of each id, the first is kept.
    pub repeated: u64,
    /// How many rows are kept out.
    pub refused: u64,
    /// The same by reason.
    pub reasons: BTreeMap<String, u64>,
    /// The first signals, as they would be.
    pub first: Vec<PreviewedSignal>,
    /// The first rows that are kept out.
    pub rejects: Vec<PreviewedReject>,
}

/// A signal as it would be.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PreviewedSignal {
    /// The line of the file on which its row begins; of a Parquet file, the row's number.
    pub line: u64,
    /// What happened.
    pub kind: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// By which it is recognised when it comes again.
    pub message_id: String,
    /// Whom it is about.
    pub identities: Vec<Identity>,
    /// What becomes known of them.
    #[schema(value_type = BTreeMap<String, Json>)]
    pub traits: Object<String, Json>,
    /// The rest.
    #[serde(flatten)]
    pub body: Body,
}

/// A row that would be kept out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PreviewedReject {
    /// Its line.
    pub line: u64,
    /// Why, in a short word.
    #[schema(example = "not_a_time")]
    pub reason: String,
    /// The column, or the key of the map; empty when the whole row is at fault.
    pub field: String,
    /// Why, in a sentence.
    pub message: String,
    /// Its beginning, as it stands in the file.
    pub row: String,
}

impl Sources {
    /// Tries a map on the first rows of uploads.
    pub async fn preview_import(&self, scope: &Scope, new: NewImport) -> Result<Preview> {
        let toml = Written::toml(&new.map)?;
        let inputs = self.inputs(scope, &new.uploads).await?;
        blocking(move || preview(&Map::read(&toml)?, inputs, toml)).await
    }
}

fn preview(map: &Map, inputs: Vec<Input>, toml: String) -> Result<Preview> {
    let plan = plan(map, Inputs::of(inputs))?;
    let tried = plan.steps.into_iter().map(|step| {
        let name = step.input.name().to_owned();
        try_out(step, &map.source).map_err(|error| error.context(format_args!("'{name}'")))
    });
    let ignored = plan.ignored.iter().map(|input| input.name().to_owned()).collect();
    Ok(Preview { files: tried.collect::<Result<_>>()?, ignored, missing: plan.missing, toml })
}

fn try_out(step: Step, source: &str) -> Result<FilePreview> {
    let Step { input, map, lookups } = step;
    let tables = map.lookup.iter().zip(&lookups).map(|(lookup, input)| Table::read(lookup, input));
    let tables = tables.collect::<Result<Vec<Table>>>()?;
    let mut rows = Rows::open(&input, &Shape::from(&*map), &map.columns(), Arc::default())?;
    let mut mapper = Mapper::new(map, source.to_owned(), tables);
    let mut file = FilePreview { name: input.name().to_owned(), ..FilePreview::default() };
    let (mut people, mut ids) = (People::default(), HashSet::new());
    loop {
        let Some(row) = rows.next()? else {
            file.whole = true;
            break;
        };
        if file.rows == ROWS {
            break;
        }
        file.rows += 1;
        match row.cells.and_then(|cells| mapper.drafts(cells)) {
            Ok(drafts) => {
                for draft in drafts {
                    file.signals += 1;
                    file.repeated += u64::from(!ids.insert(draft.message_id.clone()));
                    file.anonymous += u64::from(draft.identities.is_empty());
                    people.meets(&draft.identities);
                    if file.first.len() < SHOWN {
                        file.first.push(PreviewedSignal::of(row.line, draft));
                    }
                }
            }
            Err(fault) => {
                file.refused += 1;
                *file.reasons.entry(fault.reason.to_owned()).or_insert(0) += 1;
                if file.rejects.len() < SHOWN {
                    file.rejects.push(PreviewedReject::of(row.line, fault, &rows.raw()));
                }
            }
        }
    }
    file.customers = people.count();
    Ok(file)
}

impl PreviewedSignal {
    fn of(line: u64, draft: Draft) -> Self {
        let Draft { message_id, occurred_at, identities, traits, kind, mut body } = draft;
        body.text = body.text.map(|text| cut(&text, LONGEST));
        Self { line, kind, occurred_at, message_id, identities, traits, body }
    }
}

impl PreviewedReject {
    fn of(line: u64, fault: Fault, raw: &str) -> Self {
        let Fault { reason, field, message } = fault;
        Self { line, reason: reason.to_owned(), field, message: cut(&message, LONGEST), row: cut(raw, LONGEST) }
    }
}

/// The beginning of a text, with a sign where there is more.
pub(super) fn cut(text: &str, most: usize) -> String {
    let shown: String = text.chars().take(most).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

/// The customers that rows are about: identities that stand in one row are of one, and so are those that share any.
#[derive(Default)]
struct People {
    numbers: HashMap<Identity, usize>,
    /// For each number, one that is the same customer; its own where it is the first.
    same_as: Vec<usize>,
}

impl People {
    fn meets(&mut self, identities: &[Identity]) {
        let mut met = None;
        for identity in identities {
            let next = self.same_as.len();
            let number = *self.numbers.entry(identity.clone()).or_insert(next);
            if number == next {
                self.same_as.push(next);
            }
            let number = self.first(number);
            let met = *met.get_or_insert(number);
            let met = self.first(met);
            if let Some(same) = self.same_as.get_mut(number) {
                *same = met;
            }
        }
    }

    fn first(&self, mut number: usize) -> usize {
        while let Some(same) = self.same_as.get(number).filter(|same| **same != number) {
            number = *same;
        }
        number
    }

    fn count(&self) -> u64 {
        self.same_as.iter().enumerate().filter(|(number, same)| number == *same).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_that_meet_are_one_customer() {
        let is = |kind: &str, value: &str| Identity { kind: kind.into(), value: value.into() };
        let mut people = People::default();
        people.meets(&[is("email", "ada@example.org")]);
        people.meets(&[is("user_id", "7"), is("phone", "+1")]);
        people.meets(&[]);
        assert_eq!(people.count(), 2);
        people.meets(&[is("email", "ada@example.org"), is("phone", "+1")]);
        people.meets(&[is("email", "bo@example.org")]);
        assert_eq!(people.count(), 2);
    }
}
