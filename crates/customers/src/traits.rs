//! Traits: what is known about a customer, the same whatever the order in which it became known.

use base::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What was said about one customer number: of each trait the latest value, and when that happened.
///
/// Of two values of one moment the greater JSON text stays. A removal stays as a null with its time, so that an older
/// value which arrives later does not bring the trait back. Both make the result independent of the order of arrival.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Statements(BTreeMap<String, Statement>);

/// A value and the microsecond it is of; as JSON `[value, time]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Statement(Json, i64);

impl Statement {
    fn supersedes(&self, other: &Self) -> bool {
        match self.1.cmp(&other.1) {
            std::cmp::Ordering::Equal => {
                let (ours, theirs) = (self.0.to_string(), other.0.to_string());
                ours > theirs
            }
            order => order.is_gt(),
        }
    }
}

/// What became of what a signal says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    /// Something is different now.
    pub(crate) changed: bool,
    /// How many names there was no room for.
    pub(crate) left_out: i64,
}

impl Statements {
    /// How many traits are kept of one number: a sender that makes up names without end must not slow everybody down.
    pub(crate) const MOST: usize = 500;
    /// Nothing said, as it is stored.
    pub(crate) const NONE: &str = "{}";

    /// Reads them as they are stored.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(damaged)
    }

    /// As they are stored.
    pub(crate) fn to_text(&self) -> String {
        Json::from_iter(
            self.0.iter().map(|(name, Statement(value, at))| (name.clone(), serde_json::json!([value, at]))),
        )
        .to_string()
    }

    /// Reads a stored `view`.
    pub(crate) fn read_view(text: &str) -> Result<Map<String, Json>> {
        serde_json::from_str(text).map_err(damaged)
    }

    /// Takes in what a signal of this moment says. A new name beyond the `MOST` is left out.
    pub(crate) fn say(&mut self, traits: &Map<String, Json>, at: Timestamp) -> Heard {
        let mut heard = Heard::default();
        for (name, value) in traits {
            if self.0.len() >= Self::MOST && !self.0.contains_key(name) {
                heard.left_out += 1;
            } else {
                heard.changed |= self.take(name, Statement(value.clone(), at.micros()));
            }
        }
        heard
    }

    /// Takes in what was said about another number of the same customer.
    pub(crate) fn join(&mut self, other: &Self) {
        for (name, statement) in &other.0 {
            self.take(name, statement.clone());
        }
    }

    /// The traits that stand.
    pub(crate) fn view(self) -> Map<String, Json> {
        self.0.into_iter().filter(|(_, said)| !said.0.is_null()).map(|(name, said)| (name, said.0)).collect()
    }

    fn take(&mut self, name: &str, statement: Statement) -> bool {
        match self.0.get_mut(name) {
            Some(standing) => {
                let newer = statement.supersedes(standing);
                if newer {
                    *standing = statement;
                }
                newer
            }
            None => {
                self.0.insert(name.to_owned(), statement);
                true
            }
        }
    }
}

fn damaged(error: serde_json::Error) -> Error {
    Error::internal(format!("stored traits are damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn said(all: &[(i64, Json)]) -> Statements {
        let mut statements = Statements::default();
        for (at, traits) in all {
            statements.say(traits.as_object().unwrap(), Timestamp::from_micros(*at));
        }
        statements
    }

    #[test]
    fn the_latest_value_of_each_trait_stands_also_when_it_arrives_first() {
        let traits = said(&[(3, json!({"plan": "pro"})), (1, json!({"plan": "free", "city": "Lyon"}))]);
        assert_eq!(Json::Object(traits.view()), json!({"plan": "pro", "city": "Lyon"}));
    }

    #[test]
    fn a_removed_trait_stays_removed_when_an_older_value_arrives_late() {
        let traits = said(&[(1, json!({"phone": "+33"})), (3, json!({"phone": null})), (2, json!({"phone": "+44"}))]);
        assert_eq!(Statements::parse(&traits.to_text()).unwrap(), traits);
        assert!(traits.view().is_empty());
    }

    #[test]
    fn names_without_end_are_left_out_and_known_ones_still_change() {
        let endless: Map<String, Json> =
            (0..Statements::MOST + 7).map(|name| (format!("{name:04}"), json!(1))).collect();
        let mut traits = Statements::default();
        assert_eq!(traits.say(&endless, Timestamp::from_micros(1)).left_out, 7);
        let again = traits.say(&Map::from_iter([("0000".to_owned(), json!(2))]), Timestamp::from_micros(2));
        assert!(again.changed && again.left_out == 0);
        assert_eq!(traits.view().len(), Statements::MOST);
    }

    fn any_saying() -> impl Strategy<Value = (i64, Json)> {
        let value = prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!("a")), Just(json!({"b": true}))];
        (0_i64..3, prop::collection::btree_map("[ab]", value, 0..3)).prop_map(|(at, traits)| (at, json!(traits)))
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_never_shows(sayings in prop::collection::vec(any_saying(), 0..8).prop_shuffle(), split in 0_usize..8) {
            let mut sorted = sayings.clone();
            sorted.sort_by_key(|(at, traits)| (*at, traits.to_string()));
            prop_assert_eq!(said(&sayings), said(&sorted));
            let (left, right) = sayings.split_at(split.min(sayings.len()));
            let mut joined = said(right);
            joined.join(&said(left));
            prop_assert_eq!(joined, said(&sayings));
        }
    }
}
