//! What must be said beside a figure that rests on few answers.

use serde::{Deserialize, Serialize};

/// A warning that is shown with a figure, never silently dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// n = 0.
    NoData,
    /// n < 10: only counts should be shown.
    TooFew,
    /// n < 30.
    LowSample,
}

impl Warning {
    /// Below this many answers only counts are shown.
    pub const TOO_FEW_BELOW: u64 = 10;
    /// Below this many answers a sample is low.
    pub const LOW_BELOW: u64 = 30;

    /// The warning that a figure over n answers needs, if any.
    pub fn of(n: u64) -> Option<Self> {
        match n {
            0 => Some(Self::NoData),
            1..Self::TOO_FEW_BELOW => Some(Self::TooFew),
            Self::TOO_FEW_BELOW..Self::LOW_BELOW => Some(Self::LowSample),
            _ => None,
        }
    }

    /// The warning as a sentence for a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoData => "No data.",
            Self::TooFew => "Fewer than 10 answers: read the counts, not the figure.",
            Self::LowSample => "Low sample: fewer than 30 answers.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_follow_the_sample() {
        let found = [0, 1, 9, 10, 29, 30].map(Warning::of);
        let low = Some(Warning::LowSample);
        assert_eq!(found, [Some(Warning::NoData), Some(Warning::TooFew), Some(Warning::TooFew), low, low, None]);
        assert_eq!(serde_json::to_string(&low).unwrap(), "\"low_sample\"");
    }
}
