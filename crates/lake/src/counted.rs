//! Counting without reading: how many signals of each kind a file holds stands in the table's log.

use base::{
    Calendar, Field,
    filter::{Column, Facts, Value},
};
use std::collections::BTreeMap;

use crate::{AnswerRow, Bucket, Measure, Question, file::LiveFile, plan::times};

/// Whether a question asks for nothing but counts that need no column but the kind.
pub(crate) fn counts_kinds(question: &Question) -> bool {
    let only_kind = |field: &Field| *field == Field::Column(Column::Kind);
    question.per.is_none()
        && question.measures.iter().all(|measure| matches!(measure, Measure::Count))
        && question.by.iter().all(only_kind)
        && question.filter.fields().into_iter().all(only_kind)
}

/// Signals counted by bucket and kind.
#[derive(Default)]
pub(crate) struct Counted(BTreeMap<(Option<i64>, Option<String>), u64>);

impl Counted {
    /// Counts a file by what the log says of it, for a question that `counts_kinds`. False where its signals have to be
    /// read: when only some of them are of the time that is asked about, or they fall into several buckets.
    pub(crate) fn take(&mut self, file: &LiveFile, question: &Question, calendar: Option<Calendar>) -> bool {
        let (earliest, latest) = file.facts.times;
        let asked = times(question);
        let bucket = |micros| calendar.map(|calendar| calendar.bucket(base::Timestamp::from_micros(micros)).start);
        if file.facts.counts.is_empty()
            || !asked.contains(&earliest)
            || !asked.contains(&latest)
            || bucket(earliest) != bucket(latest)
        {
            return false;
        }
        let start = bucket(earliest).map(base::Timestamp::micros);
        for (kind, rows) in &file.facts.counts {
            if question.filter.matches(&OfKind(kind)) {
                let kind = (!question.by.is_empty()).then(|| kind.clone());
                *self.0.entry((start, kind)).or_insert(0) += rows;
            }
        }
        true
    }

    /// Adds what was counted to the rows that were found by reading.
    pub(crate) fn add_to(self, rows: &mut Vec<AnswerRow>, question: &Question, calendar: Option<Calendar>) {
        let mut counts = self.0;
        for row in rows.iter_mut() {
            let start = row.bucket.as_ref().map(|bucket| bucket.start.micros());
            let kind = match row.keys.first() {
                Some(Some(Value::Text(kind))) => Some(kind.clone()),
                _ => None,
            };
            if let Some(count) = counts.remove(&(start, kind)) {
                row.measures.iter_mut().flatten().for_each(|measure| *measure += count as f64);
            }
        }
        rows.extend(counts.into_iter().map(|((start, kind), count)| {
            let bucket = calendar.zip(start).map(|(calendar, start)| {
                let start = base::Timestamp::from_micros(start);
                Bucket { start, label: calendar.label(start) }
            });
            AnswerRow {
                bucket,
                keys: kind.into_iter().map(|kind| Some(Value::Text(kind))).collect(),
                measures: vec![Some(count as f64); question.measures.len()],
            }
        }));
    }
}

/// A signal of which only the kind matters.
struct OfKind<'a>(&'a str);

impl Facts for OfKind<'_> {
    fn value(&self, field: &Field) -> Option<Value> {
        (*field == Field::Column(Column::Kind)).then(|| Value::Text(self.0.to_owned()))
    }
}
