//! The answer to a query: rows of keys, value, n and interval, as they go over the wire.

use base::{Timestamp, filter::Value};
use serde::{Serialize, Serializer, ser::SerializeMap};
use statistics::Warning;
use utoipa::ToSchema;

use crate::{Unit, formula::Figure};

/// `{"metric":…,"unit":…,"rows":[…]}`, with `"currency"` for money and `"incomplete":[…]` when damaged data was left out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// The metric's name.
    pub metric: String,
    /// What its values are.
    pub unit: Unit,
    /// Whose money it is; `None` when it is no money, and when the currency is one of the dimensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "EUR")]
    pub currency: Option<Currency>,
    /// By time, then by keys. Groups and buckets without signals have no row; without `by` and `every` there is always
    /// one. A series so shows a gap as a gap, never as 0.
    pub rows: Vec<Row>,
    /// What should have counted and could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub incomplete: Vec<Incomplete>,
}

/// The one currency of an answer's money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Currency {
    /// No signal names one: the workspace's. `null` on the wire.
    Workspace,
    /// A code of ISO 4217.
    Code(String),
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Row {
    /// The group it is about: `{"time":"2026-03","channel":"web"}`.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub keys: Keys,
    /// `None` for no data.
    #[schema(required)]
    pub value: Option<f64>,
    /// How many answers, signals or (for a formula over units) units it rests on.
    pub n: u64,
    /// The lower end of its 95 % interval; `None` where it has none.
    #[schema(required)]
    pub low: Option<f64>,
    /// The upper end.
    #[schema(required)]
    pub high: Option<f64>,
    /// What must be said beside it. Below 10 answers a face shows the counts and not the value.
    #[schema(value_type = Option<WarningName>, required)]
    pub warning: Option<Warning>,
}

impl Row {
    pub(crate) fn new(keys: Keys, figure: Figure) -> Self {
        let Figure { value, n, interval, warning } = figure;
        Self { keys, value, n, low: interval.map(|ends| ends.low), high: interval.map(|ends| ends.high), warning }
    }
}

/// What must be said beside a figure: no data; fewer than 10 answers, where only the counts are shown; fewer than 30.
#[derive(ToSchema)]
#[schema(as = Warning, rename_all = "snake_case")]
#[expect(dead_code, reason = "describes statistics::Warning, which knows nothing of HTTP")]
pub(crate) enum WarningName {
    NoData,
    TooFew,
    LowSample,
}

/// The name and value of each dimension: first `time`, the bucket's label, where the query has a grain, then the fields
/// of `by` in their order; `None` for signals without the field. A JSON object on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys(pub Vec<(String, Option<Value>)>);

impl Keys {
    /// The key under which a bucket's label stands.
    pub const TIME: &str = "time";
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A damaged file whose signals could have counted and did not.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Incomplete {
    /// Its path within the lake's folder.
    pub file: String,
    /// What is wrong with it, in a sentence.
    pub reason: String,
    /// How many signals it held.
    pub rows: u64,
    /// When the earliest of them happened.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// When the latest of them happened.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

impl From<lake::Missing> for Incomplete {
    fn from(missing: lake::Missing) -> Self {
        let lake::Missing { file, reason, rows, from, to } = missing;
        Self { file, reason, rows, from, to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statistics::Interval;

    #[test]
    fn rows_go_over_the_wire_in_the_documented_form() {
        let keys = Keys(vec![
            (Keys::TIME.to_owned(), Some(Value::Text("2026-03".to_owned()))),
            ("customer.state".to_owned(), Some(Value::Text("SP".to_owned()))),
            ("properties.late".to_owned(), None),
        ]);
        let interval = Some(Interval { low: -4.5, high: 30.0 });
        let figure = Figure { value: Some(12.5), n: 20, interval, warning: Some(Warning::LowSample) };
        let mut figures = Figures {
            metric: "nps".to_owned(),
            unit: Unit::Points,
            currency: None,
            rows: vec![Row::new(keys, figure)],
            incomplete: Vec::new(),
        };
        assert_eq!(serde_json::to_string(&figures).unwrap(), {
            r#"{"metric":"nps","unit":"points","rows":[{"keys":{"time":"2026-03","customer.state":"SP","properties.late":null},"value":12.5,"n":20,"low":-4.5,"high":30.0,"warning":"low_sample"}]}"#
        });
        figures.rows.clear();
        for (currency, written) in [(Currency::Workspace, "null"), (Currency::Code("BRL".to_owned()), "\"BRL\"")] {
            figures = Figures { unit: Unit::Money, currency: Some(currency), ..figures };
            let expected = format!(r#"{{"metric":"nps","unit":"money","currency":{written},"rows":[]}}"#);
            assert_eq!(serde_json::to_string(&figures).unwrap(), expected);
        }
    }
}
