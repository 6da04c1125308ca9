//! A quantile of a group's numbers by linear interpolation between order statistics, and the two that enclose it.

use datafusion::{arrow::datatypes::Float64Type, logical_expr::AggregateUDF};
use statistics::OrderInterval;

use super::aggregate::{Memory, aggregate};

/// `quantile(number)`: type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996); null when there is
/// no number. With it the ends of its 95 % interval, null where there are too few numbers to enclose it.
pub(crate) fn quantile(at: f64) -> AggregateUDF {
    aggregate::<Sample>(at.clamp(0.0, 1.0).to_bits())
}

/// All numbers of a group: an exact quantile needs them.
#[derive(Clone, Debug, Default)]
struct Sample(Vec<f64>);

impl Memory for Sample {
    type Input = Float64Type;
    type Setting = u64;
    /// The quantile, and the lower and upper end of its interval.
    type Outcome = [Option<f64>; 3];
    const NAME: &'static str = "quantile";
    const BYTES_PER_VALUE: usize = size_of::<f64>();

    fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    fn merge(&mut self, bytes: &[u8]) -> bool {
        let (numbers, rest) = bytes.as_chunks::<8>();
        self.0.extend(numbers.iter().map(|number| f64::from_le_bytes(*number)));
        rest.is_empty()
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn outcome(mut self, at: &u64) -> [Option<f64>; 3] {
        let at = f64::from_bits(*at);
        let ends = OrderInterval::of(self.0.len() as u64, at);
        [self.quantile(at), ends.and_then(|ends| self.ranked(ends.low)), ends.and_then(|ends| self.ranked(ends.high))]
    }
}

impl Sample {
    fn quantile(&mut self, at: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        let place = at * last as f64;
        let below = (place.floor() as usize).min(last);
        let (_, low, above) = self.0.select_nth_unstable_by(below, f64::total_cmp);
        let low = *low;
        let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
        Some(low + (place - below as f64) * (high - low))
    }

    /// The number of this rank, the smallest being of rank 1.
    fn ranked(&mut self, rank: u64) -> Option<f64> {
        let place = usize::try_from(rank.checked_sub(1)?).ok().filter(|place| *place < self.0.len())?;
        Some(*self.0.select_nth_unstable_by(place, f64::total_cmp).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures_of(numbers: &[f64], at: f64) -> [Option<f64>; 3] {
        let mut sample = Sample::default();
        assert!(sample.merge(&Sample(numbers.to_vec()).to_bytes()));
        sample.outcome(&at.to_bits())
    }

    fn quantile_of(numbers: &[f64], at: f64) -> Option<f64> {
        figures_of(numbers, at)[0]
    }

    #[test]
    fn quantiles_interpolate_as_type_7_does() {
        let numbers = [7.0, 1.0, 4.0, 2.0];
        for (at, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.1), (1.0, 7.0)] {
            assert!((quantile_of(&numbers, at).unwrap() - expected).abs() < 1e-12, "{at}");
        }
        assert_eq!(quantile_of(&[], 0.5), None);
        assert_eq!(quantile_of(&[3.5], 0.9), Some(3.5));
    }

    #[test]
    fn the_interval_ends_at_the_order_statistics_of_the_published_tables() {
        // Of ten values the second and the ninth enclose the median (Conover, 3.2); five cannot.
        let ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        assert_eq!(figures_of(&ten, 0.5), [Some(5.5), Some(2.0), Some(9.0)]);
        assert_eq!(figures_of(&ten[..5], 0.5), [Some(8.0), None, None]);
    }
}
