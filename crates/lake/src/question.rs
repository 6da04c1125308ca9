//! What can be asked of the lake and what it answers: plain data, so that nobody outside sees an Arrow type.

use base::{Field, Filter, Grain, Timestamp, Zone, filter::Value};
use std::collections::BTreeMap;

/// One question: which signals, grouped how, measured how.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which signals count.
    pub filter: Filter,
    /// Inclusive, on `occurred_at`.
    pub from: Option<Timestamp>,
    /// Exclusive, on `occurred_at`.
    pub to: Option<Timestamp>,
    /// The dimensions; an absent value is a group of its own.
    pub by: Vec<Field>,
    /// A series of calendar buckets in a zone.
    pub every: Option<(Grain, Zone)>,
    /// Aggregate per unit first (an order, a customer), then over the units.
    pub per: Option<Per>,
    /// What to compute for each group, in this order.
    pub measures: Vec<Measure>,
    /// The most groups an answer may have; more is an error, never a silent cut.
    pub limit: usize,
}

/// The inner aggregation: signals of one unit become one value. A signal without the unit is left out.
#[derive(Clone, Debug)]
pub struct Per {
    /// What makes a unit: `properties.order_id`, `customer`.
    pub unit: Field,
    /// The unit's value.
    pub value: UnitValue,
}

/// The value of one unit.
#[derive(Clone, Debug)]
pub enum UnitValue {
    /// How many signals it has.
    Count,
    /// The sum of a numeric field over its signals; absent when none of them has one.
    Sum(Field),
}

/// What a measure is taken of.
#[derive(Clone, Debug)]
pub enum Operand {
    /// A numeric field of each signal.
    Field(Field),
    /// The inner value of `Per`.
    Unit,
}

/// One figure per group.
#[derive(Clone, Debug)]
pub enum Measure {
    /// Signals; with `Per`, units.
    Count,
    /// Signals (or units) that pass a condition.
    CountIf(Condition),
    /// The sum, exact and rounded once; absent when there is no value.
    Sum(Operand),
    /// The sum of squares, exact in the same way.
    SumOfSquares(Operand),
    /// Different values of a field; merged customers count once.
    Distinct(Field),
    /// A quantile between 0 and 1 by linear interpolation: type 7 of Hyndman and Fan (1996). It takes three places in the
    /// answer: the quantile, and the order statistics that enclose it with 95 % confidence, absent where there are too
    /// few values.
    Quantile(Operand, f64),
    /// Signals that have the field.
    Present(Field),
}

/// What `CountIf` counts.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Signals that pass a filter; not for units.
    Filter(Filter),
    /// Units whose value is at least this.
    UnitAtLeast(f64),
}

/// The figures, with what is known to be missing from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// One row for each group, by bucket and then by key; without `by` and `every` always exactly one.
    pub rows: Vec<AnswerRow>,
    /// Damaged files whose signals could have counted and did not.
    pub missing: Vec<Missing>,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRow {
    /// The calendar bucket, where the question has a grain.
    pub bucket: Option<Bucket>,
    /// One for each dimension, in the order of `Question::by`.
    pub keys: Vec<Option<Value>>,
    /// One for each measure (three for a quantile), in the order of `Question::measures`.
    pub measures: Vec<Option<f64>>,
}

/// A calendar bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its first moment.
    pub start: Timestamp,
    /// Its name: `2026-03`.
    pub label: String,
}

/// A file that cannot be trusted, and what it held.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Its path within the lake's folder.
    pub file: String,
    /// What is wrong with it, in a sentence.
    pub reason: String,
    /// How many signals it holds.
    pub rows: u64,
    /// When the earliest of them happened.
    pub from: Timestamp,
    /// When the latest of them happened.
    pub to: Timestamp,
}

/// What the lake must know of customers to answer: dense columns, indexed by customer number.
#[derive(Clone, Debug, Default)]
pub struct CustomerFacts {
    /// Whom a customer was merged into; 0, or beyond the end: themself.
    pub canonical: Vec<i64>,
    /// The traits that the question names.
    pub traits: BTreeMap<String, TraitColumn>,
}

/// One trait of all customers.
#[derive(Clone, Debug, Default)]
pub struct TraitColumn {
    /// The distinct values.
    pub values: Vec<Value>,
    /// By customer number as logged (merges already applied): 0 for absent, k for `values[k - 1]`.
    pub codes: Vec<u32>,
}
