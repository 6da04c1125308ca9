//! The sum of a group's numbers, exact in whatever order they come.

use datafusion::{arrow::datatypes::Float64Type, logical_expr::AggregateUDF};

use super::{
    aggregate::{Memory, aggregate},
    exact::ExactSum,
};

/// `exact_sum(number)`; null when there is none.
pub(crate) fn exact_sum() -> AggregateUDF {
    aggregate::<ExactSum>(())
}

impl Memory for ExactSum {
    type Input = Float64Type;
    type Setting = ();
    type Outcome = Option<f64>;
    const NAME: &'static str = "exact_sum";
    const BYTES_PER_VALUE: usize = 0;

    fn add(&mut self, value: f64) {
        Self::add(self, value);
    }

    fn merge(&mut self, bytes: &[u8]) -> bool {
        Self::from_bytes(bytes).is_some_and(|other| {
            Self::merge(self, &other);
            true
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        Self::to_bytes(self)
    }

    fn outcome(self, (): &()) -> Option<f64> {
        self.value()
    }
}
