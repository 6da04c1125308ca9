//! A mean, its spread and its t interval.

use serde::{Deserialize, Serialize};

use crate::{Estimate, Interval, normal::t95};

/// How many, their sum and the sum of their squares: the sufficient statistic of a mean.
///
/// The variance comes from a difference of sums and loses digits when the mean is much larger than the spread (six of
/// sixteen digits at a thousand times); scores, durations and order values do not come near that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many values.
    pub n: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub sum_of_squares: f64,
}

impl Moments {
    /// From a histogram: pairs of a value and how often it occurs.
    pub fn of_counts(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        counts.into_iter().fold(Self::default(), |sums, (value, count)| {
            let times = count as f64;
            Self {
                n: sums.n + count,
                sum: sums.sum + times * value,
                sum_of_squares: sums.sum_of_squares + times * value * value,
            }
        })
    }

    /// The arithmetic mean; `None` for no data.
    pub fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }

    /// The unbiased variance, Σ(x − x̄)² / (n − 1); `None` for fewer than two values.
    pub fn variance(self) -> Option<f64> {
        let n = self.n as f64;
        (self.n > 1).then(|| ((self.sum_of_squares - self.sum * (self.sum / n)) / (n - 1.0)).max(0.0))
    }

    /// The standard deviation, the root of `variance`.
    pub fn sd(self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The mean with its standard error s/√n, for comparing two of them (Welch 1947); `None` for fewer than two values.
    pub fn estimate(self) -> Option<Estimate> {
        let standard_error = (self.variance()? / self.n as f64).sqrt();
        Some(Estimate { value: self.mean()?, standard_error, n: self.n })
    }

    /// Student's interval of the mean: x̄ ± t(n − 1)·s/√n (Student 1908); `None` for fewer than two values.
    pub fn interval(self) -> Option<Interval> {
        let margin = t95(self.n.saturating_sub(1))? * (self.variance()? / self.n as f64).sqrt();
        Some(Interval::around(self.mean()?, margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_a_mean_and_no_interval() {
        let one = Moments::of_counts([(4.5, 1)]);
        assert_eq!((one.mean(), one.sd(), one.interval()), (Some(4.5), None, None));
        assert_eq!(Moments::default().mean(), None);
        assert_eq!(Moments::default().interval(), None);
    }

    #[test]
    fn three_values_have_the_interval_of_the_table() {
        let three = Moments::of_counts([(1.0, 1), (2.0, 1), (3.0, 1)]);
        assert_eq!((three.mean(), three.sd()), (Some(2.0), Some(1.0)));
        // t(2) = 4.302653 and s/√3 = 0.577350.
        let interval = three.interval().unwrap();
        assert!((interval.low + 0.484_137_7).abs() < 1e-6 && (interval.high - 4.484_137_7).abs() < 1e-6);
    }

    #[test]
    fn equal_values_never_have_a_negative_variance() {
        for value in [0.1, 0.7, 1e9 + 0.1] {
            let equal = Moments::of_counts([(value, 7)]);
            assert!(equal.variance().unwrap() >= 0.0, "{value}");
        }
    }
}
