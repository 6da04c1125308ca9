//! Seasons: how much is wanted at a moment, by month, weekday and hour, beside the average of a year.

use base::Timestamp;
use chrono::{Datelike, Timelike};

/// January to December: the weeks before Christmas are the strongest, early summer the second.
const MONTHS: [f64; 12] = [0.80, 0.75, 0.85, 0.95, 1.10, 1.10, 0.95, 0.85, 0.90, 1.00, 1.35, 1.40];
/// Monday to Sunday.
const WEEKDAYS: [f64; 7] = [1.05, 0.90, 0.90, 0.90, 0.85, 1.05, 1.35];
/// By the hour, UTC: little at night, most in the evening.
const HOURS: [f64; 24] = [
    0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 0.8, 1.0, 1.1, 1.2, 1.3, 1.3, 1.2, 1.1, 1.2, 1.4, 1.7, 2.0, 2.1, 1.9, 1.5, 1.0,
    0.7,
];

/// The most that `demand` can be.
pub(crate) const MOST: f64 = 1.40 * 1.35 * 2.1;

/// How much more than on average is going on; about 1 over a whole year.
pub(crate) fn demand(at: i64) -> f64 {
    let at = Timestamp::from_micros(at).to_utc();
    let weekday = WEEKDAYS[at.weekday().num_days_from_monday() as usize];
    MONTHS[at.month0() as usize] * weekday * HOURS[at.hour() as usize]
}

/// The moment at which something arranged for `at` happens in working hours: between 08:00 and 18:00 of that day.
pub(crate) fn by_day(at: i64, share_of_day: f64) -> i64 {
    let midnight = at - at.rem_euclid(Timestamp::DAY);
    midnight + 8 * Timestamp::HOUR + (share_of_day * 10.0 * Timestamp::HOUR as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demand_averages_one_over_a_year_and_never_exceeds_its_most() {
        let start: Timestamp = "2025-01-01T00:30:00Z".parse().unwrap();
        let hours: Vec<f64> = (0..365 * 24).map(|hour| demand(start.micros() + hour * Timestamp::HOUR)).collect();
        let mean = hours.iter().sum::<f64>() / hours.len() as f64;
        assert!((0.97..1.03).contains(&mean), "{mean}");
        assert!(hours.iter().all(|demand| *demand <= MOST));
    }
}
