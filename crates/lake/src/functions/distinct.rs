//! How many different customers a group has. Customer numbers count up, so a compressed bitmap holds them well.

use datafusion::{arrow::datatypes::Int64Type, logical_expr::AggregateUDF};
use roaring::{RoaringBitmap, RoaringTreemap};

use super::aggregate::{Memory, aggregate};

/// `distinct_customers(number)`; 0 when there is none.
pub(crate) fn distinct_customers() -> AggregateUDF {
    aggregate::<Numbers>(())
}

/// The numbers seen. Those of 32 bits, in practice all, have a bitmap without the detour over their upper half.
#[derive(Clone, Debug, Default)]
struct Numbers {
    usual: RoaringBitmap,
    large: RoaringTreemap,
}

impl Memory for Numbers {
    type Input = Int64Type;
    type Setting = ();
    type Outcome = Option<f64>;
    const NAME: &'static str = "distinct_customers";
    const BYTES_PER_VALUE: usize = 2;

    fn add(&mut self, value: i64) {
        match u32::try_from(value) {
            Ok(value) => self.usual.insert(value),
            Err(_) => self.large.insert(value.cast_unsigned()),
        };
    }

    fn merge(&mut self, mut bytes: &[u8]) -> bool {
        let usual = RoaringBitmap::deserialize_from(&mut bytes);
        let large = RoaringTreemap::deserialize_from(&mut bytes);
        let (Ok(usual), Ok(large)) = (usual, large) else { return false };
        self.usual |= usual;
        self.large |= large;
        bytes.is_empty()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.usual.serialized_size() + self.large.serialized_size());
        // Writing to memory cannot fail.
        let _ = self.usual.serialize_into(&mut bytes);
        let _ = self.large.serialize_into(&mut bytes);
        bytes
    }

    fn outcome(self, (): &()) -> Option<f64> {
        Some((self.usual.len() + self.large.len()) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_once_however_they_are_split() {
        let mut left = Numbers::default();
        let mut right = Numbers::default();
        for number in [1, 7, 1, i64::from(u32::MAX), i64::from(u32::MAX) + 1, i64::MAX] {
            left.add(number);
        }
        for number in [7, 8, i64::MAX, -1] {
            right.add(number);
        }
        assert!(left.merge(&right.to_bytes()));
        assert_eq!(left.outcome(&()), Some(7.0));
        assert!(!right.merge(&[1, 2, 3]));
    }
}
