//! The fields by which groups are made: whatever has a few values that come again and again, found in a sample.

use base::{Field, Filter, Result};
use serde_json::{Map, Value as Json};
use signals::Signal;
use std::collections::{BTreeMap, BTreeSet};
use team::Scope;

use super::Span;
use crate::Insights;

const CUSTOMERS: u64 = 500;
/// More values than these are names or numbers, not groups.
const MOST_VALUES: usize = 24;
/// A field that fewer than one in so many have tells little.
const ONE_IN: usize = 4;
/// Of each kind; by every one of them the signals of every metric are counted once more.
const MOST_FIELDS: usize = 6;

impl Insights {
    /// Traits that make groups.
    pub(super) async fn few_valued_traits(&self, scope: &Scope) -> Result<Vec<Field>> {
        let sample = self.customers.sample_traits(scope, CUSTOMERS).await?;
        Ok(few_valued(sample.iter()).into_iter().map(Field::Trait).collect())
    }

    /// The signals of a time that happened last, at most so many.
    pub(super) async fn sample(&self, scope: &Scope, filter: &Filter, span: Span, most: usize) -> Result<Vec<Signal>> {
        let facts = self.facts(scope, filter.fields()).await?;
        let listed = self.lake.list(scope, filter, Some(span.from), Some(span.to), true, most, facts).await?;
        Ok(listed.signals)
    }
}

/// Properties that make groups of signals like these.
pub(super) fn few_valued_properties(sample: &[Signal]) -> Vec<Field> {
    let names = few_valued(sample.iter().map(|signal| &signal.body.properties));
    names.into_iter().map(|name| Field::Property(vec![name])).collect()
}

/// The names whose values are texts, a few that come again; in the order of their names.
fn few_valued<'a>(sample: impl Iterator<Item = &'a Map<String, Json>>) -> Vec<String> {
    let mut seen: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    let mut size = 0;
    for facts in sample {
        size += 1;
        for (name, value) in facts {
            let (times, values) = seen.entry(name).or_default();
            // A value that is no text counts as one more that never comes again.
            let Some(text) = value.as_str() else { continue };
            *times += 1;
            if values.len() <= MOST_VALUES {
                values.insert(text);
            }
        }
    }
    let makes_groups = |(times, values): &(usize, BTreeSet<&str>)| {
        *times * ONE_IN >= size && (2..=MOST_VALUES).contains(&values.len()) && values.len() * 3 <= *times
    };
    let found = seen.into_iter().filter(|(_, values)| makes_groups(values)).map(|(name, _)| name.to_owned());
    found.take(MOST_FIELDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_a_few_values_makes_groups_and_names_do_not() {
        let people: Vec<Map<String, Json>> = (0..40)
            .map(|number| {
                let person = json!({
                    "name": format!("Person {number}"), "plan": if number % 3 == 0 { "club" } else { "basic" },
                    "age": number, "planet": "Earth", "rare": if number == 7 { Some("x") } else { None },
                });
                person.as_object().unwrap().clone()
            })
            .collect();
        assert_eq!(few_valued(people.iter()), ["plan"]);
        assert!(few_valued([].into_iter()).is_empty());
    }
}
