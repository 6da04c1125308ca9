//! The map at work: one row in, its signals out, or the one reason why the row says nothing. Pure.

use base::Timestamp;
use serde_json::{Map, Value as Json};
use signals::{Body, Draft, Identity};
use std::{collections::HashMap, sync::Arc};

use super::{
    cells::Reading,
    fault::Fault,
    lookup::Table,
    map::{Columns, Derive, FileMap, SignalMap, Term, Time, When, hex},
};
use crate::{
    collect::{
        context::CHANNELS,
        kinds::{self, snake_case},
    },
    currency::currency,
    identity::{self, Unusable},
    moment, scale,
};

/// The longest message id and touchpoint, in bytes.
const LONGEST: usize = 255;

/// Turns rows of one file into drafts.
pub(super) struct Mapper {
    map: Arc<FileMap>,
    source: String,
    tables: Vec<Table>,
    /// How often each row has been met so far, by its hash; kept only where message ids are made from it.
    met: HashMap<u64, u32>,
}

impl Mapper {
    pub(super) fn new(map: Arc<FileMap>, source: String, tables: Vec<Table>) -> Self {
        Self { map, source, tables, met: HashMap::new() }
    }

    /// The signals of a row: all of them, or none and the first reason why. No signal at all is no fault: the row's
    /// conditions did not hold.
    pub(super) fn drafts(&mut self, mut cells: Map<String, Json>) -> Result<Vec<Draft>, Fault> {
        let made_id = self.made_id(&cells);
        for table in &self.tables {
            table.add_to(&mut cells);
        }
        let row = Reader { reading: Reading::of(&self.map), map: &self.map, source: &self.source };
        row.give_types(&mut cells)?;
        row.derive(&mut cells)?;
        let said = self.map.signal.iter().enumerate().filter(|(_, signal)| row.holds(&signal.when, &cells));
        said.map(|(index, signal)| row.draft(signal, &cells, || format!("{made_id}:{index}"))).collect()
    }

    /// Lets a row pass that was logged before.
    pub(super) fn skip(&mut self, cells: &Map<String, Json>) {
        self.made_id(cells);
    }

    /// An id made from what the map reads of the row, and from how many rows before it said the very same: the same
    /// in every copy of the file, wherever in it the row stands.
    fn made_id(&mut self, cells: &Map<String, Json>) -> String {
        if self.map.signal.iter().all(|signal| signal.message_id.is_some()) {
            return String::new();
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.map.file.as_bytes());
        // A JSON map cannot fail to serialise.
        let _ = serde_json::to_writer(&mut hasher, cells);
        let hash = hasher.finalize();
        let mut short = [0; 8];
        short.copy_from_slice(&hash.as_bytes()[..8]);
        let before = self.met.entry(u64::from_le_bytes(short)).or_insert(0);
        let id = format!("import:{}:{before}", hex(&hash.as_bytes()[..16]));
        *before += 1;
        id
    }
}

/// One row in the hands of its map.
struct Reader<'a> {
    reading: Reading<'a>,
    map: &'a FileMap,
    source: &'a str,
}

impl Reader<'_> {
    /// Turns the text of the columns that the map calls numbers and booleans into such.
    fn give_types(&self, cells: &mut Map<String, Json>) -> Result<(), Fault> {
        for column in &self.map.number {
            let number = self.reading.number(cells, column)?.map(Json::Number);
            put(cells, column, number);
        }
        for column in &self.map.bool {
            let bool = self.reading.bool(cells, column)?.map(Json::Bool);
            put(cells, column, bool);
        }
        Ok(())
    }

    fn derive(&self, cells: &mut Map<String, Json>) -> Result<(), Fault> {
        let mut derived = Vec::with_capacity(self.map.derive.len());
        for (name, derive) in &self.map.derive {
            derived.push((name, self.derived(derive, cells)?));
        }
        for (name, value) in derived {
            put(cells, name, value);
        }
        Ok(())
    }

    fn derived(&self, derive: &Derive, cells: &Map<String, Json>) -> Result<Option<Json>, Fault> {
        let between = |[from, to]: &[String; 2], unit: i64| -> Result<Option<Json>, Fault> {
            let (from, to) = (self.reading.time(cells, from)?, self.reading.time(cells, to)?);
            Ok(from.zip(to).map(|(from, to)| Json::from((to.micros() - from.micros()) as f64 / unit as f64)))
        };
        match derive {
            Derive::DaysBetween(pair) => between(pair, Timestamp::DAY),
            Derive::HoursBetween(pair) => between(pair, Timestamp::HOUR),
            Derive::DateAfter([left, right]) => {
                let (left, right) = (self.reading.time(cells, left)?, self.reading.time(cells, right)?);
                Ok(left.zip(right).map(|(left, right)| Json::Bool(self.reading.date(left) > self.reading.date(right))))
            }
            Derive::Present(column) => Ok(Some(Json::Bool(cells.contains_key(column)))),
            Derive::Constant(value) => Ok(Some(value.clone())),
            Derive::Values { column, table, otherwise } => {
                let Some(value) = cells.get(column) else { return Ok(None) };
                let named = self.reading.text(cells, column)?.and_then(|text| table.get(&text));
                Ok(named.or(otherwise.as_ref()).or(Some(value)).cloned())
            }
        }
    }

    fn holds(&self, when: &When, cells: &Map<String, Json>) -> bool {
        let is = |column: &String, values: &[String]| {
            let value = self.reading.text(cells, column).ok().flatten();
            value.is_some_and(|value| values.contains(&value))
        };
        when.present.iter().all(|column| cells.contains_key(column))
            && !when.absent.iter().any(|column| cells.contains_key(column))
            && when.is.iter().all(|(column, values)| is(column, values.all()))
            && !when.is_not.iter().any(|(column, values)| is(column, values.all()))
    }

    fn draft(
        &self,
        signal: &SignalMap,
        cells: &Map<String, Json>,
        made_id: impl FnOnce() -> String,
    ) -> Result<Draft, Fault> {
        let occurred_at = self.time(&signal.time, cells)?;
        let kind = match &signal.kind {
            None => "customer_identified".to_owned(),
            Some(kind) => snake_case(&self.value("kind", kind, cells)?.unwrap_or_default()),
        };
        if kind.is_empty() {
            return Err(Fault::new("missing", "kind", "the row does not say what happened"));
        }
        let message_id = match &signal.message_id {
            None => made_id(),
            Some(template) => {
                let filled = template.fill(|column| self.reading.text(cells, column).ok().flatten());
                filled.map_err(|column| {
                    Fault::new("missing", column, format_args!("the message id needs {column}, which is empty"))
                })?
            }
        };
        for (field, text, longest) in [("message_id", &message_id, LONGEST), ("kind", &kind, kinds::LONGEST)] {
            if text.len() > longest {
                return Err(Fault::new("too_long", field, format_args!("{field} may have {longest} bytes")));
            }
        }
        let mut traits = self.columns(&self.map.traits, cells);
        traits.extend(self.columns(&signal.traits, cells));
        Ok(Draft {
            message_id,
            occurred_at,
            identities: self.identities(signal, cells)?,
            traits,
            kind,
            body: self.body(signal, cells)?,
        })
    }

    fn time(&self, time: &Time, cells: &Map<String, Json>) -> Result<Timestamp, Fault> {
        let (field, at) = match time {
            Time::Column(column) => {
                let missing = || Fault::new("missing", column, format_args!("the time in {column} is missing"));
                (column.as_str(), self.reading.time(cells, column)?.ok_or_else(missing)?)
            }
            Time::Constant { constant } => {
                let wrong = |error| Fault::new("not_a_time", "time", error);
                ("time", Timestamp::parse(constant, self.reading.zone).map_err(wrong)?)
            }
        };
        if moment::is_plausible(at) { Ok(at) } else { Err(Fault::new("out_of_range", field, moment::MESSAGE)) }
    }

    fn identities(&self, signal: &SignalMap, cells: &Map<String, Json>) -> Result<Vec<Identity>, Fault> {
        let mut identities = Vec::new();
        for (kind, column) in self.map.identities.iter().chain(&signal.identities) {
            let Some(value) = self.reading.text(cells, column)? else { continue };
            match identity::identity(kind, &value) {
                Ok(identity) => identities.push(identity),
                Err(Unusable::Nobody) => {}
                Err(Unusable::TooLong) => {
                    let message = format_args!("an identity may have {} bytes", identity::LONGEST).to_string();
                    return Err(Fault::new("too_long", column, message));
                }
            }
        }
        if identities.is_empty() && !signal.anonymous {
            return Err(Fault::new("missing", "identities", "no identity says whom the row is about"));
        }
        Ok(identities)
    }

    fn body(&self, signal: &SignalMap, cells: &Map<String, Json>) -> Result<Body, Fault> {
        let optional = |field: &'static str, value: &Option<Term>| match value {
            Some(value) => self.value(field, value, cells),
            None => Ok(None),
        };
        let mut body = Body { source: Some(self.source.to_owned()), ..Body::default() };
        body.channel = optional("channel", &signal.channel)?.map(|channel| known_channel(&channel)).transpose()?;
        body.touchpoint = optional("touchpoint", &signal.touchpoint)?;
        if body.touchpoint.as_ref().is_some_and(|name| name.len() > LONGEST) {
            return Err(Fault::new("too_long", "touchpoint", format_args!("a touchpoint may have {LONGEST} bytes")));
        }
        if let Some(column) = &signal.score
            && let Some(score) = self.reading.number(cells, column)?
        {
            let scale = optional("scale", &signal.scale)?.unwrap_or_default().to_lowercase();
            if scale.is_empty() || scale.len() > scale::LONGEST_NAME {
                return Err(Fault::new("missing", "scale", "the score's scale is not named, or at too great length"));
            }
            let score = scale::check(&scale, score.as_f64().unwrap_or(f64::NAN));
            body.score = Some(score.map_err(|message| Fault::new("out_of_range", column, message))?);
            body.scale = Some(scale);
        }
        if let Some(column) = &signal.amount {
            body.amount = self.reading.amount(cells, column)?;
        }
        if body.amount.is_some()
            && let Some(code) = optional("currency", &signal.currency)?
        {
            let known = currency(&code);
            let wrong = || Fault::new("not_a_currency", "currency", format_args!("'{code}' is no code of ISO 4217"));
            body.currency = Some(known.ok_or_else(wrong)?);
        }
        body.text = self.verbatim(signal, cells)?;
        body.properties = self.columns(&signal.properties, cells);
        Ok(body)
    }

    /// The columns of the verbatim, one below the other.
    fn verbatim(&self, signal: &SignalMap, cells: &Map<String, Json>) -> Result<Option<String>, Fault> {
        let mut parts = Vec::new();
        for column in signal.text.all() {
            parts.extend(self.reading.text(cells, column)?.filter(|text| !text.trim().is_empty()));
        }
        Ok((!parts.is_empty()).then(|| parts.join("\n")))
    }

    fn value(&self, field: &str, value: &Term, cells: &Map<String, Json>) -> Result<Option<String>, Fault> {
        match value {
            Term::Constant(text) => Ok(Some(text.clone())),
            Term::Column { column } => {
                let text =
                    self.reading.text(cells, column).map_err(|fault| Fault { field: field.to_owned(), ..fault })?;
                Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
        }
    }

    fn columns(&self, columns: &Columns, cells: &Map<String, Json>) -> Map<String, Json> {
        let values = columns.pairs().into_iter().filter_map(|(name, column)| Some((name, cells.get(column)?)));
        values.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

fn known_channel(name: &str) -> Result<String, Fault> {
    let known = CHANNELS.iter().find(|channel| channel.eq_ignore_ascii_case(name));
    let unknown =
        || Fault::new("unknown_channel", "channel", format_args!("'{name}' is none of {}", CHANNELS.join(", ")));
    known.map(|channel| (*channel).to_owned()).ok_or_else(unknown)
}

fn put(cells: &mut Map<String, Json>, column: &str, value: Option<Json>) {
    match value {
        Some(value) => cells.insert(column.to_owned(), value),
        None => cells.remove(column),
    };
}
