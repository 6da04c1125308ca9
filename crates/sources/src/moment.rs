//! When things can have happened: a time outside of these years is a broken clock or a misread column.

use base::Timestamp;

/// The first moment of 2101, in microseconds.
const END: i64 = 4_133_980_800 * Timestamp::SECOND;

/// What is said of any other time.
pub(crate) const MESSAGE: &str = "a time must lie in the years 1970 to 2100";

/// Whether something can have happened then.
pub(crate) fn is_plausible(at: Timestamp) -> bool {
    (0..END).contains(&at.micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_from_1970_to_2100_are_plausible() {
        let plausible = |text: &str| is_plausible(text.parse().unwrap());
        assert!(plausible("1970-01-01T00:00:00Z") && plausible("2100-12-31T23:59:59.999999Z"));
        assert!(!plausible("1969-12-31T23:59:59.999999Z") && !plausible("2101-01-01T00:00:00Z"));
    }
}
