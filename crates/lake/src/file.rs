//! A live file of the table: what the log says of it, so that it can be skipped, trusted or reported without opening it.

use base::Timestamp;
use deltalake_core::kernel::{Action, Add, Remove};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::HashMap, ops::RangeInclusive};

use crate::Missing;

/// The tag of an `add` action under which `Facts` are kept.
const TAG: &str = "harken";

/// What is known of a file from the moment it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// BLAKE3 of all its bytes, in hexadecimal.
    pub blake3: String,
    /// How many signals it holds.
    pub rows: u64,
    /// The earliest and latest `occurred_at`, in microseconds UTC.
    pub times: (i64, i64),
    /// The first and last kind, in the order of bytes.
    pub kinds: (String, String),
    /// The lowest and highest sequence number.
    pub seqs: (i64, i64),
    /// How many signals of each kind it holds, in the order of the kinds; empty where there are too many kinds to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<(String, u64)>,
}

/// The most kinds that a file's entry in the log lists with their counts.
pub(crate) const MOST_COUNTS: usize = 200;

/// A file that belongs to a snapshot of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveFile {
    /// Its path within the table's folder.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// What the log says it holds.
    pub facts: Facts,
}

/// `Facts` in the log, with a hash over the whole entry: a flipped bit in the log may not make a query skip a file.
#[derive(Serialize, Deserialize)]
struct Tag {
    #[serde(flatten)]
    facts: Facts,
    check: String,
}

impl LiveFile {
    /// Reads an entry of the log, or says why it cannot be believed.
    pub(crate) fn read(add: &Add) -> Result<Self, Missing> {
        let tag = add.tags.as_ref().and_then(|tags| tags.get(TAG)?.as_deref());
        let tag = tag.and_then(|tag| serde_json::from_str::<Tag>(tag).ok());
        let file = tag.and_then(|Tag { facts, check }| {
            let file = Self { path: add.path.clone(), size: u64::try_from(add.size).ok()?, facts };
            (file.check() == check).then_some(file)
        });
        file.ok_or_else(|| Missing {
            file: add.path.clone(),
            reason: "its entry in the table's log is damaged".into(),
            rows: 0,
            from: Timestamp::MIN,
            to: Timestamp::MAX,
        })
    }

    /// The action that brings the file into the table. With `moved`, it holds rows that were in the table before.
    pub(crate) fn add(&self, at: Timestamp, moved: bool) -> Action {
        let tag = serde_json::to_string(&Tag { facts: self.facts.clone(), check: self.check() }).unwrap_or_default();
        Action::Add(Add {
            path: self.path.clone(),
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            modification_time: at.micros() / 1_000,
            data_change: !moved,
            stats: Some(self.facts.stats()),
            tags: Some(HashMap::from([(TAG.to_owned(), Some(tag))])),
            ..Add::default()
        })
    }

    /// The action that takes the file out of the table, its rows having moved to another.
    pub(crate) fn remove(&self, at: Timestamp) -> Action {
        Action::Remove(Remove {
            path: self.path.clone(),
            data_change: false,
            deletion_timestamp: Some(at.micros() / 1_000),
            extended_file_metadata: Some(true),
            partition_values: Some(HashMap::new()),
            size: i64::try_from(self.size).ok(),
            ..Remove::default()
        })
    }

    /// The file as an entry of an answer's or a check's list of damage.
    pub(crate) fn missing(&self, reason: impl Into<String>) -> Missing {
        Missing {
            file: self.path.clone(),
            reason: reason.into(),
            rows: self.facts.rows,
            from: Timestamp::from_micros(self.facts.times.0),
            to: Timestamp::from_micros(self.facts.times.1),
        }
    }

    /// Whether it may hold signals of one of these kinds (any, if `None`) that happened in these microseconds.
    pub(crate) fn may_hold(&self, kinds: Option<&[&str]>, times: &RangeInclusive<i64>) -> bool {
        let Facts { times: (from, to), kinds: (first, last), .. } = &self.facts;
        let timely = from <= times.end() && to >= times.start();
        timely && kinds.is_none_or(|kinds| kinds.iter().any(|kind| (first.as_str()..=last.as_str()).contains(kind)))
    }

    fn check(&self) -> String {
        let entry = json!([self.path, self.size, self.facts]).to_string();
        blake3::hash(entry.as_bytes()).to_hex()[..16].to_owned()
    }
}

impl Facts {
    /// Statistics as the Delta protocol wants them, for other engines.
    fn stats(&self) -> String {
        let (from, to) = self.times;
        // The protocol keeps milliseconds; the latest time is rounded up so that it still bounds.
        let time =
            |micros: i64| Timestamp::from_micros(micros).to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        json!({
            "numRecords": self.rows,
            "minValues": {"seq": self.seqs.0, "kind": self.kinds.0, "occurred_at": time(from)},
            "maxValues": {"seq": self.seqs.1, "kind": self.kinds.1, "occurred_at": time(to.saturating_add(999))},
            "nullCount": {"seq": 0, "kind": 0, "occurred_at": 0},
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> LiveFile {
        let facts = Facts {
            blake3: "ab".repeat(32),
            rows: 3,
            times: (1_000_001, 2_000_001),
            kinds: ("order_completed".into(), "review_posted".into()),
            seqs: (1, 3),
            counts: vec![("order_completed".into(), 1), ("review_posted".into(), 2)],
        };
        LiveFile { path: "a.parquet".into(), size: 99, facts }
    }

    fn add(file: &LiveFile) -> Add {
        match file.add(Timestamp::from_micros(0), false) {
            Action::Add(add) => add,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_entry_of_the_log_reads_back_and_any_change_to_it_is_noticed() {
        let add = add(&file());
        assert_eq!(LiveFile::read(&add), Ok(file()));
        let tag = add.tags.as_ref().unwrap()[TAG].clone().unwrap();
        for changed in [
            Add { path: "b.parquet".into(), ..add.clone() },
            Add { size: 98, ..add.clone() },
            Add { tags: None, ..add.clone() },
            Add { tags: Some(HashMap::from([(TAG.into(), Some(tag.replace("2000001", "1500001")))])), ..add },
        ] {
            assert!(LiveFile::read(&changed).is_err(), "{changed:?}");
        }
    }

    #[test]
    fn a_file_is_skipped_only_when_it_cannot_hold_what_is_asked() {
        let file = file();
        let always = i64::MIN..=i64::MAX;
        assert!(file.may_hold(None, &always));
        assert!(file.may_hold(Some(&["page_viewed"]), &always), "between the first and the last kind");
        assert!(!file.may_hold(Some(&["call_ended", "vital_measured"]), &always));
        assert!(file.may_hold(None, &(2_000_001..=3_000_000)));
        assert!(!file.may_hold(None, &(2_000_002..=3_000_000)));
        assert!(!file.may_hold(None, &(0..=1_000_000)));
    }
}
