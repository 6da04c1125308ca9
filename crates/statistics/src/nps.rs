//! Net Promoter Score (Reichheld 2003): how many more promoters than detractors there are, in percent of the answers.

use rand::{Rng, RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use serde::{Deserialize, Serialize};

use crate::{Estimate, Interval, Z95};

/// Answers to "how likely are you to recommend us", 0 to 10, by group: the sufficient statistic of an NPS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nps {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
}

/// The score and its interval after adding three answers, as `Nps::adjusted` explains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdjustedNps {
    /// The adjusted score, the middle of the interval.
    pub nps: f64,
    /// Clipped to −100..100.
    pub interval: Interval,
}

impl Nps {
    /// The lowest answer of a promoter.
    pub const PROMOTER_MIN: u8 = 9;
    /// The highest answer of a detractor.
    pub const DETRACTOR_MAX: u8 = 6;
    /// Below this many answers, and whenever all fall in one group, the adjusted interval is shown.
    pub const ADJUST_BELOW: u64 = 30;

    /// From a histogram: pairs of an answer (0 to 10) and how often it was given.
    pub fn of_counts(counts: impl IntoIterator<Item = (u8, u64)>) -> Self {
        counts.into_iter().fold(Self::default(), |mut groups, (answer, count)| {
            match answer {
                Self::PROMOTER_MIN.. => groups.promoters += count,
                0..=Self::DETRACTOR_MAX => groups.detractors += count,
                _ => groups.passives += count,
            }
            groups
        })
    }

    /// How many answers.
    pub fn n(self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// 100·(P − D)/N, from −100 to 100; `None` for no data.
    pub fn score(self) -> Option<f64> {
        // One rounding only, so that a score of exactly x.5 is one.
        (self.n() > 0).then(|| 100.0 * (self.promoters as f64 - self.detractors as f64) / self.n() as f64)
    }

    /// The score as it is shown: a whole number, halves away from zero.
    pub fn shown(self) -> Option<i64> {
        self.score().map(|score| score.round() as i64)
    }

    /// The variance of one answer coded +1, 0, −1: p + d − (p − d)².
    pub fn variance(self) -> Option<f64> {
        (self.n() > 0).then(|| variance(self.promoters as f64, self.detractors as f64, self.n() as f64))
    }

    /// The standard error of the score in points: 100·sqrt(v/n).
    pub fn standard_error(self) -> Option<f64> {
        self.variance().map(|variance| 100.0 * (variance / self.n() as f64).sqrt())
    }

    /// The score with its standard error after adding three answers, as `adjusted` has it, for comparing two of them: answers
    /// that all fall in one group are no certainty. `None` for no data.
    pub fn estimate(self) -> Option<Estimate> {
        let n = self.n() as f64 + 3.0;
        let variance = variance(self.promoters as f64 + 0.75, self.detractors as f64 + 0.75, n);
        Some(Estimate { value: self.score()?, standard_error: 100.0 * (variance / n).sqrt(), n: self.n() })
    }

    /// Wald's interval, score ± z·SE, clipped to −100..100 (closed form: cybaea.net, "NPS confidence intervals", 2016).
    pub fn wald(self) -> Option<Interval> {
        Some(Interval::around(self.score()?, Z95 * self.standard_error()?).clipped(-100.0, 100.0))
    }

    /// The adjusted Wald interval (Sauro & Lewis, "Quantifying the User Experience"): three quarters of an answer are
    /// added to the promoters and to the detractors, three answers to all. It keeps its coverage for few answers.
    pub fn adjusted(self) -> Option<AdjustedNps> {
        let (promoters, detractors) = (self.promoters as f64 + 0.75, self.detractors as f64 + 0.75);
        let n = self.n() as f64 + 3.0;
        let nps = 100.0 * (promoters - detractors) / n;
        let margin = Z95 * 100.0 * (variance(promoters, detractors, n) / n).sqrt();
        (self.n() > 0).then(|| AdjustedNps { nps, interval: Interval::around(nps, margin).clipped(-100.0, 100.0) })
    }

    /// The interval to show: Wald's, or the adjusted one below 30 answers and whenever all fall in one group, where
    /// Wald's has no width.
    pub fn interval(self) -> Option<Interval> {
        let in_one_group = [self.promoters, self.passives, self.detractors].contains(&self.n());
        if self.n() < Self::ADJUST_BELOW || in_one_group {
            self.adjusted().map(|adjusted| adjusted.interval)
        } else {
            self.wald()
        }
    }

    /// The percentile bootstrap interval (Efron 1979) of `resamples` draws (at least 2,000) of n answers each.
    ///
    /// A check of the closed form, not what is shown: it costs n·resamples steps. The same seed gives the same interval.
    pub fn bootstrap(self, resamples: usize, seed: u64) -> Option<Interval> {
        let n = self.n();
        if n == 0 {
            return None;
        }
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut scores: Vec<f64> = std::iter::repeat_with(|| self.resampled(&mut random))
            .filter_map(Self::score)
            .take(resamples.max(2_000))
            .collect();
        scores.sort_by(f64::total_cmp);
        Some(Interval { low: crate::quantile(&scores, 0.025)?, high: crate::quantile(&scores, 0.975)? })
    }

    fn resampled(self, random: &mut impl Rng) -> Self {
        let n = self.n();
        let mut drawn = Self::default();
        for _ in 0..n {
            let answer = random.random_range(0..n);
            if answer < self.promoters {
                drawn.promoters += 1;
            } else if answer < self.promoters + self.detractors {
                drawn.detractors += 1;
            } else {
                drawn.passives += 1;
            }
        }
        drawn
    }
}

fn variance(promoters: f64, detractors: f64, n: f64) -> f64 {
    let (p, d) = (promoters / n, detractors / n);
    p + d - (p - d) * (p - d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_fall_into_their_groups() {
        let each_once = Nps::of_counts((0..=10).map(|answer| (answer, 1)));
        assert_eq!(each_once, Nps { promoters: 2, passives: 2, detractors: 7 });
        assert_eq!(Nps::default().score(), None);
        assert_eq!(Nps::default().interval(), None);
        assert_eq!(Nps::default().bootstrap(2_000, 1), None);
    }

    #[test]
    fn halves_are_shown_away_from_zero() {
        let of_eight = |promoters, detractors| Nps { promoters, passives: 8 - promoters - detractors, detractors };
        assert_eq!((of_eight(1, 0).score(), of_eight(1, 0).shown()), (Some(12.5), Some(13)));
        assert_eq!((of_eight(0, 1).score(), of_eight(0, 1).shown()), (Some(-12.5), Some(-13)));
    }

    #[test]
    fn answers_all_in_one_group_still_have_an_interval_with_a_width() {
        let passives = Nps { promoters: 0, passives: 50, detractors: 0 };
        assert_eq!(passives.wald(), Some(Interval { low: 0.0, high: 0.0 }));
        let shown = passives.interval().unwrap();
        assert!(shown.low < -1.0 && shown.high > 1.0);
        let promoters = Nps { promoters: 50, passives: 0, detractors: 0 };
        assert_eq!(promoters.interval(), promoters.adjusted().map(|adjusted| adjusted.interval));
    }

    #[test]
    fn the_margin_is_ten_points_at_the_published_size() {
        // Half promoters and a fifth detractors: 235 answers for ±10 points, 938 for ±5, 5,859 for ±2.
        for (n, margin) in [(235.0, 10.0), (938.0, 5.0), (5_859.0, 2.0)] {
            let found = Z95 * 100.0 * (variance(0.5 * n, 0.2 * n, n) / n).sqrt();
            assert!((found - margin).abs() < 0.02, "{n}: {found}");
        }
    }

    #[test]
    fn the_bootstrap_agrees_with_the_closed_form_and_repeats_itself() {
        let nps = Nps { promoters: 120, passives: 90, detractors: 60 };
        let (drawn, wald) = (nps.bootstrap(2_000, 7).unwrap(), nps.wald().unwrap());
        assert!((drawn.low - wald.low).abs() < 1.5 && (drawn.high - wald.high).abs() < 1.5);
        assert_eq!(nps.bootstrap(2_000, 7), Some(drawn));
    }

    proptest! {
        #[test]
        fn scores_and_intervals_stay_on_the_scale(promoters in 0_u64..200, passives in 0_u64..200, detractors in 0_u64..200) {
            let nps = Nps { promoters, passives, detractors };
            if let (Some(score), Some(wald), Some(interval)) = (nps.score(), nps.wald(), nps.interval()) {
                prop_assert!((-100.0..=100.0).contains(&score) && wald.contains(score));
                prop_assert!(-100.0 <= interval.low && interval.low < interval.high && interval.high <= 100.0);
                let mirrored = Nps { promoters: detractors, passives, detractors: promoters };
                prop_assert_eq!(mirrored.score(), Some(-score));
            } else {
                prop_assert_eq!(nps.n(), 0);
            }
        }
    }
}
