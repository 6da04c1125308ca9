//! A share: k of n.

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

use crate::{Estimate, Interval, Z95};

/// k of n: the sufficient statistic of a share. Shares and their intervals lie between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    /// How many hold; at most `n`.
    pub k: u64,
    /// Of how many.
    pub n: u64,
}

impl Proportion {
    /// k / n; `None` for no data.
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.k as f64 / self.n as f64)
    }

    /// 100 · k / n; `None` for no data.
    pub fn percent(self) -> Option<f64> {
        (self.n > 0).then(|| 100.0 * self.k as f64 / self.n as f64)
    }

    /// The share with its standard error after adding one answer to each side (Agresti & Caffo 2000), for comparing two of
    /// them: that keeps its level for few answers and for shares near 0 or 1. `None` for no data.
    pub fn estimate(self) -> Option<Estimate> {
        let n = self.n as f64 + 2.0;
        let p = (self.k as f64 + 1.0) / n;
        Some(Estimate { value: self.share()?, standard_error: (p * (1.0 - p) / n).sqrt(), n: self.n })
    }

    /// The Wilson score interval (Wilson 1927): (p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    ///
    /// It stays between 0 and 1 and keeps its coverage for few answers and for shares near 0 or 1.
    pub fn wilson(self) -> Option<Interval> {
        let (p, n, z2) = (self.share()?, self.n as f64, Z95 * Z95);
        let centre = p + z2 / (2.0 * n);
        let margin = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let width = 1.0 + z2 / n;
        // At 0 of n and n of n one end is 0 or 1 exactly; rounding may leave it a hair outside.
        Some(Interval { low: (centre - margin) / width, high: (centre + margin) / width }.clipped(0.0, 1.0))
    }

    /// The Agresti–Coull interval (Agresti & Coull 1998): Wald's, after adding z²/2 to k and z² to n.
    pub fn agresti_coull(self) -> Option<Interval> {
        let z2 = Z95 * Z95;
        let n = self.n as f64 + z2;
        let p = (self.k as f64 + z2 / 2.0) / n;
        (self.n > 0).then(|| Interval::around(p, Z95 * (p * (1.0 - p) / n).sqrt()).clipped(0.0, 1.0))
    }

    /// The exact interval (Clopper & Pearson 1934): quantiles of Beta(k, n−k+1) and Beta(k+1, n−k). It is never too
    /// narrow and mostly too wide; a check beside Wilson's. Good to ten digits up to some 10,000 answers.
    pub fn clopper_pearson(self) -> Option<Interval> {
        let (k, n) = (self.k as f64, self.n as f64);
        (self.n > 0).then(|| Interval {
            low: if self.k == 0 { 0.0 } else { beta_quantile(k, n - k + 1.0, 0.025) },
            high: if self.k >= self.n { 1.0 } else { beta_quantile(k + 1.0, n - k, 0.975) },
        })
    }
}

/// The quantile of a beta distribution by bisection. Slower than Newton's method, which for large parameters runs away.
fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // Each step halves the bracket: after 80 it is narrower than neighbouring floats above 1e-8.
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if beta_reg(a, b, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_of_nothing_is_no_data() {
        let nothing = Proportion { k: 0, n: 0 };
        assert_eq!((nothing.share(), nothing.percent(), nothing.wilson()), (None, None, None));
        assert_eq!((nothing.agresti_coull(), nothing.clopper_pearson()), (None, None));
    }

    #[test]
    fn none_and_all_have_the_intervals_of_their_closed_forms() {
        let z2 = Z95 * Z95;
        let none = Proportion { k: 0, n: 20 }.wilson().unwrap();
        assert!(none.low.abs() < 1e-15 && (none.high - z2 / (20.0 + z2)).abs() < 1e-15);
        let all = Proportion { k: 20, n: 20 };
        assert!((all.wilson().unwrap().low - 20.0 / (20.0 + z2)).abs() < 1e-15);
        // The exact interval of n of n is [0.025^(1/n), 1].
        let exact = all.clopper_pearson().unwrap();
        assert!((exact.low - 0.025_f64.powf(1.0 / 20.0)).abs() < 1e-12 && exact.high == 1.0);
    }

    proptest! {
        #[test]
        fn every_interval_holds_its_share(n in 1_u64..5_000, part in 0.0..=1.0_f64) {
            let share = Proportion { k: (n as f64 * part) as u64, n };
            let p = share.share().unwrap();
            for interval in [share.wilson(), share.agresti_coull(), share.clopper_pearson()].into_iter().flatten() {
                prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
                prop_assert!(interval.low - 1e-12 <= p && p <= interval.high + 1e-12, "{share:?} {interval:?}");
            }
        }
    }
}
