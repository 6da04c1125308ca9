//! A change between two independent waves of answers.

use serde::{Deserialize, Serialize};

use crate::{Interval, Nps, Z95, normal::two_sided_p};

/// What one wave says: an estimate, how sure it is, and on how much it rests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The score, the mean or the share.
    pub value: f64,
    /// The standard error of a difference from it, in the same unit.
    pub standard_error: f64,
    /// How many answers it rests on.
    pub n: u64,
}

/// How much a figure moved from one wave to the next, and how surely.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// After minus before.
    pub difference: f64,
    /// sqrt(SE₁² + SE₂²), in the same unit.
    pub standard_error: f64,
    /// The difference ± z·SE.
    pub interval: Interval,
    /// The difference in standard errors; `None` when neither wave varies, where no test can decide.
    pub z: Option<f64>,
    /// The two-sided p-value of `z`.
    pub p: Option<f64>,
    /// The smaller wave's number of answers.
    pub smaller_n: u64,
}

impl Change {
    /// From this many answers in each wave on, a change is shown as an arrow even where it is not significant.
    pub const ARROWS_FROM: u64 = 100;

    /// From one wave to another: z = Δ/sqrt(SE₁² + SE₂²). As the normal distribution has it, so for waves of some thirty
    /// answers and more.
    pub fn between(before: Estimate, after: Estimate) -> Self {
        let difference = after.value - before.value;
        let standard_error = before.standard_error.hypot(after.standard_error);
        let z = (standard_error > 0.0).then(|| difference / standard_error);
        Self {
            difference,
            standard_error,
            interval: Interval::around(difference, Z95 * standard_error),
            z,
            p: z.map(two_sided_p),
            smaller_n: before.n.min(after.n),
        }
    }

    /// Whether the change is significant at 5 %.
    pub fn is_significant(self) -> bool {
        self.p.is_some_and(|p| p < 0.05)
    }

    /// Whether a screen may draw an arrow: significant, or enough answers in both waves.
    pub fn may_be_shown(self) -> bool {
        self.is_significant() || self.smaller_n >= Self::ARROWS_FROM
    }
}

/// The change of an NPS between two independent waves, each SE as in `Nps::standard_error`. `None` when either wave has no
/// answers.
pub fn nps_change(before: Nps, after: Nps) -> Option<Change> {
    let wave = |wave: Nps| Some(Estimate { value: wave.score()?, standard_error: wave.standard_error()?, n: wave.n() });
    Some(Change::between(wave(before)?, wave(after)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Moments, Proportion};

    #[test]
    fn equal_waves_do_not_differ() {
        let wave = Nps { promoters: 40, passives: 30, detractors: 30 };
        let change = nps_change(wave, wave).unwrap();
        assert_eq!((change.difference, change.z, change.p), (0.0, Some(0.0), Some(1.0)));
        assert!(!change.is_significant() && change.may_be_shown());
    }

    #[test]
    fn waves_without_variance_or_answers_decide_nothing() {
        let all = Nps { promoters: 40, passives: 0, detractors: 0 };
        let none = Nps { promoters: 0, passives: 0, detractors: 40 };
        let change = nps_change(none, all).unwrap();
        assert_eq!((change.difference, change.z, change.p), (200.0, None, None));
        assert!(!change.is_significant() && !change.may_be_shown());
        assert_eq!(nps_change(Nps::default(), all), None);
    }

    #[test]
    fn a_change_of_a_mean_is_welchs() {
        // Means 10 and 12, variances 4 and 9, 100 values each: z = 2 / sqrt(0.04 + 0.09).
        let wave = |mean: f64, variance: f64| {
            let sum_of_squares = 99.0 * variance + 100.0 * mean * mean;
            Moments { n: 100, sum: 100.0 * mean, sum_of_squares }.estimate().unwrap()
        };
        let change = Change::between(wave(10.0, 4.0), wave(12.0, 9.0));
        assert!((change.z.unwrap() - 2.0 / 0.13_f64.sqrt()).abs() < 1e-9);
        assert_eq!(Moments { n: 1, sum: 1.0, sum_of_squares: 1.0 }.estimate(), None);
    }

    #[test]
    fn shares_of_none_and_all_still_have_an_error() {
        let wave = |k| Proportion { k, n: 50 }.estimate().unwrap();
        let change = Change::between(wave(0), wave(50));
        assert!(change.difference == 1.0 && change.z.unwrap().is_finite() && change.is_significant());
        assert_eq!(Proportion { k: 0, n: 0 }.estimate(), None);
    }
}
