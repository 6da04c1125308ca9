//! Which columns a map reads.

use std::collections::BTreeSet;

use super::{Derive, FileMap, SignalMap, Term, Time};
use crate::import::template::Template;

impl FileMap {
    /// The columns that the file itself must have: those that anything reads, less those that are made before it reads.
    pub(in crate::import) fn columns(&self) -> BTreeSet<String> {
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
}

impl Derive {
    fn columns(&self) -> &[String] {
        match self {
            Self::DaysBetween(pair) | Self::HoursBetween(pair) | Self::DateAfter(pair) => pair,
            Self::Present(column) | Self::Values { column, .. } => std::slice::from_ref(column),
            Self::Constant(_) => &[],
        }
    }
}

impl SignalMap {
    fn read_columns<'a>(&'a self, read: &mut BTreeSet<&'a str>) {
        let values = [&self.kind, &self.channel, &self.touchpoint, &self.scale, &self.currency];
        read.extend(values.into_iter().flatten().filter_map(Term::column));
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
}

impl Term {
    fn column(&self) -> Option<&str> {
        match self {
            Self::Constant(_) => None,
            Self::Column { column } => Some(column),
        }
    }
}
