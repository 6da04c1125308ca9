//! A change between two independent waves of answers.

use serde::{Deserialize, Serialize};

use crate::{Interval, Nps, Z95, normal::two_sided_p};

/// How much a score moved from one wave to the next, and how surely.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// After minus before, in points.
    pub difference: f64,
    /// sqrt(SE₁² + SE₂²), in points.
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

    /// Whether the change is significant at 5 %.
    pub fn is_significant(self) -> bool {
        self.p.is_some_and(|p| p < 0.05)
    }

    /// Whether a screen may draw an arrow: significant, or enough answers in both waves.
    pub fn may_be_shown(self) -> bool {
        self.is_significant() || self.smaller_n >= Self::ARROWS_FROM
    }
}

/// The change of an NPS between two independent waves: z = Δ/sqrt(SE₁² + SE₂²), each SE as in `Nps::standard_error`.
/// `None` when either wave has no answers.
pub fn nps_change(before: Nps, after: Nps) -> Option<Change> {
    let difference = after.score()? - before.score()?;
    let standard_error = before.standard_error()?.hypot(after.standard_error()?);
    let z = (standard_error > 0.0).then(|| difference / standard_error);
    Some(Change {
        difference,
        standard_error,
        interval: Interval::around(difference, Z95 * standard_error),
        z,
        p: z.map(two_sided_p),
        smaller_n: before.n().min(after.n()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
