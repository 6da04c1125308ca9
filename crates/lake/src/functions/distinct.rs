//! How many different customers a group has. Customer numbers count up, so a compressed bitmap holds them well.

use datafusion::{arrow::datatypes::Int64Type, logical_expr::AggregateUDF};
use roaring::RoaringTreemap;

use super::aggregate::{Memory, aggregate};

/// `distinct_customers(number)`; 0 when there is none.
pub(crate) fn distinct_customers() -> AggregateUDF {
    aggregate::<Numbers>(())
}

#[derive(Clone, Debug, Default)]
struct Numbers(RoaringTreemap);

impl Memory for Numbers {
    type Input = Int64Type;
    type Setting = ();
    const NAME: &'static str = "distinct_customers";
    const BYTES_PER_VALUE: usize = 2;

    fn add(&mut self, value: i64) {
        self.0.insert(value.cast_unsigned());
    }

    fn merge(&mut self, bytes: &[u8]) -> bool {
        RoaringTreemap::deserialize_from(bytes).is_ok_and(|other| {
            self.0 |= other;
            true
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.serialized_size());
        // Writing to memory cannot fail.
        let _ = self.0.serialize_into(&mut bytes);
        bytes
    }

    fn outcome(self, (): &()) -> Option<f64> {
        Some(self.0.len() as f64)
    }
}
