//! Customer Effort Score: how hard customers say it was, 1 to 7, on one of two opposite wordings.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{Moments, Proportion};

/// Which way a question's answers point; a property of the question, stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// "How much effort did it take?", 1 very low to 7 very high: lower is better (after CEB 2010).
    Effort,
    /// "They made it easy for me", 1 disagree to 7 agree: higher is better (CES 2.0; Dixon, Toman & DeLisi 2013).
    Agreement,
}

/// Answers of 1 to 7 to questions that point the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ces {
    /// Which way they point.
    pub direction: Direction,
    counts: [u64; 7],
}

/// Answers of both wordings were to be summed up in one figure, which would mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixedDirections;

impl fmt::Display for MixedDirections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("effort and agreement answers point in opposite directions and are never combined")
    }
}

impl std::error::Error for MixedDirections {}

impl Ces {
    /// From how often each answer from 1 to 7 was given.
    pub fn new(direction: Direction, counts: [u64; 7]) -> Self {
        Self { direction, counts }
    }

    /// Both together, if they point the same way.
    pub fn combined(self, other: Self) -> Result<Self, MixedDirections> {
        if self.direction != other.direction {
            return Err(MixedDirections);
        }
        let mut counts = self.counts;
        counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        Ok(Self { counts, ..self })
    }

    /// For the mean of the answers as given and its t interval.
    pub fn moments(self) -> Moments {
        Moments::of_counts((1..=7_u8).map(f64::from).zip(self.counts))
    }

    /// The mean on the ease scale, where 7 is easiest: the mean of agreement, or 8 − the mean of effort.
    pub fn ease(self) -> Option<f64> {
        let mean = self.moments().mean()?;
        Some(match self.direction {
            Direction::Effort => 8.0 - mean,
            Direction::Agreement => mean,
        })
    }

    /// The share who found it easy: 5–7 of agreement, 1–3 of effort.
    pub fn easy(self) -> Proportion {
        self.best(3)
    }

    /// The share who found it hard: 1–3 of agreement, 5–7 of effort.
    pub fn hard(self) -> Proportion {
        Self { counts: reversed(self.counts), ..self }.best(3)
    }

    /// The share in the two best boxes, as some vendors report it: 6–7 of agreement, 1–2 of effort.
    pub fn two_best(self) -> Proportion {
        self.best(2)
    }

    /// Percent easy minus percent hard, from −100 to 100; `None` for no data.
    pub fn net_easy(self) -> Option<f64> {
        let (easy, hard) = (self.easy(), self.hard());
        (easy.n > 0).then(|| 100.0 * (easy.k as f64 - hard.k as f64) / easy.n as f64)
    }

    fn best(self, boxes: usize) -> Proportion {
        let best_first = match self.direction {
            Direction::Effort => self.counts,
            Direction::Agreement => reversed(self.counts),
        };
        Proportion { k: best_first.iter().take(boxes).sum(), n: self.counts.iter().sum() }
    }
}

fn reversed(mut counts: [u64; 7]) -> [u64; 7] {
    counts.reverse();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: [u64; 7] = [3, 5, 9, 14, 30, 24, 15];

    #[test]
    fn the_same_answers_mean_the_opposite_on_the_other_wording() {
        let agreement = Ces::new(Direction::Agreement, ANSWERS);
        let effort = Ces::new(Direction::Effort, ANSWERS);
        assert_eq!(agreement.easy(), effort.hard());
        assert_eq!(agreement.easy(), Proportion { k: 69, n: 100 });
        assert_eq!(agreement.two_best(), Proportion { k: 39, n: 100 });
        assert_eq!((agreement.net_easy(), effort.net_easy()), (Some(52.0), Some(-52.0)));
        assert_eq!((agreement.ease(), effort.ease()), (Some(4.95), Some(8.0 - 4.95)));
    }

    #[test]
    fn directions_are_never_mixed() {
        let agreement = Ces::new(Direction::Agreement, ANSWERS);
        let effort = Ces::new(Direction::Effort, ANSWERS);
        assert_eq!(agreement.combined(effort), Err(MixedDirections));
        assert_eq!(effort.combined(effort).unwrap().easy(), Proportion { k: 34, n: 200 });
    }

    #[test]
    fn no_answers_are_no_data() {
        let nothing = Ces::new(Direction::Effort, [0; 7]);
        assert_eq!((nothing.ease(), nothing.net_easy(), nothing.easy().percent()), (None, None, None));
    }
}
