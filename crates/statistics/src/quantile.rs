//! Quantiles (type 7) and the order statistics that enclose them.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::Z95;

/// The quantile of values sorted ascending, type 7: linear between the neighbours of rank 1 + p·(n − 1) (Hyndman & Fan
/// 1996; PERCENTILE_CONT, numpy's default). `None` for no data or a `p` outside 0 to 1.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let place = p * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// The ranks (from 1) of the two order statistics that enclose a quantile with at least 95 % confidence, whatever the
/// distribution (Conover, "Practical Nonparametric Statistics", 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInterval {
    /// The rank of the lower end.
    pub low: u64,
    /// The rank of the upper end.
    pub high: u64,
}

impl OrderInterval {
    /// The ranks that enclose the p-quantile of n values; `None` when n is too small to enclose it on both sides (below
    /// 6 for a median, 72 for the 95th percentile).
    ///
    /// Exact from the binomial distribution; where its standard deviation exceeds 10 by the normal approximation, which
    /// by then is a matter of one rank in hundreds.
    pub fn of(n: u64, p: f64) -> Option<Self> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        let (size, spread) = (n as f64, (n as f64 * p * (1.0 - p)).sqrt());
        let (low, high) = if spread > 10.0 {
            let margin = Z95 * spread;
            ((size * p - margin).floor(), (size * p + margin).ceil() + 1.0)
        } else {
            // The number of values below the quantile is binomial: at most 2.5 % may lie on either side.
            let below = Binomial::new(p, n).ok()?;
            (below.inverse_cdf(0.025) as f64, below.inverse_cdf(0.975) as f64 + 1.0)
        };
        (low >= 1.0 && high <= size).then_some(Self { low: low as u64, high: high as u64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = [10.0, 20.0, 40.0, 80.0];
        for (p, expected) in [(0.0, 10.0), (0.25, 17.5), (0.5, 30.0), (0.75, 50.0), (0.9, 68.0), (1.0, 80.0)] {
            assert!((quantile(&values, p).unwrap() - expected).abs() < 1e-12, "{p}");
        }
        assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&values, 1.5), None);
        assert_eq!(quantile(&values, f64::NAN), None);
    }

    #[test]
    fn the_ranks_are_those_of_the_published_tables() {
        // Median: n = 6 needs all six, n = 10 takes 2 and 9, n = 25 takes 8 and 18 (Conover, 3.2).
        for (n, ranks) in [(5, None), (6, Some((1, 6))), (10, Some((2, 9))), (25, Some((8, 18)))] {
            assert_eq!(OrderInterval::of(n, 0.5).map(|found| (found.low, found.high)), ranks, "{n}");
        }
        assert_eq!(
            (OrderInterval::of(0, 0.5), OrderInterval::of(71, 0.95), OrderInterval::of(100, 1.0)),
            (None, None, None)
        );
    }

    #[test]
    fn the_approximation_takes_over_without_a_jump() {
        // At the median the standard deviation is 10 at 400 values.
        let (exact, approximate) = (OrderInterval::of(400, 0.5).unwrap(), OrderInterval::of(401, 0.5).unwrap());
        assert!(exact.low.abs_diff(approximate.low) <= 1 && exact.high.abs_diff(approximate.high) <= 1);
        let large = OrderInterval::of(10_000_000, 0.9).unwrap();
        assert!(large.low > 8_998_000 && large.high < 9_002_000);
    }

    proptest! {
        #[test]
        fn the_ends_enclose_the_quantile(values in prop::collection::vec(-1e6..1e6_f64, 1..300), p in 0.01..0.99_f64) {
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let found = quantile(&sorted, p).unwrap();
            if let Some(ranks) = OrderInterval::of(sorted.len() as u64, p) {
                prop_assert!(sorted[ranks.low as usize - 1] <= found + 1e-6);
                prop_assert!(sorted[ranks.high as usize - 1] >= found - 1e-6);
            }
        }
    }
}
