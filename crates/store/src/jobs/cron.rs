//! Cron expressions of five fields, in a time zone.

use base::{Error, Result, Timestamp, Zone};
use croner::parser::{CronParser, Seconds, Year};
use std::{fmt, str::FromStr};

/// Moments that come again: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday).
///
/// Where a zone's clocks are changed, it follows what people expect of a clock on the wall. A fixed time that does not
/// exist that day ticks at the first moment after the gap; one that exists twice ticks the first time only. An expression
/// with `*` or a step in its minutes or hours goes by real time: it leaves the gap out and ticks in both of two equal
/// hours. (These are the rules of Vixie cron.)
#[derive(Clone, Debug)]
pub struct Cron(croner::Cron);

impl FromStr for Cron {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let read = parser.parse(text);
        read.map(Self).map_err(|error| {
            let message =
                format!("'{text}' is no schedule; write minute, hour, day, month, weekday as 0 9 * * 1: {error}");
            Error::invalid_field("cron", "wrong_type", message)
        })
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Cron {
    /// The first tick after a moment; `None` when there never is one.
    pub fn after(&self, moment: Timestamp, zone: Zone) -> Option<Timestamp> {
        let found = self.0.find_next_occurrence(&moment.to_utc().with_timezone(&zone), false).ok()?;
        Some(Timestamp::from_micros(found.timestamp_micros()))
    }

    /// The last tick at or before a moment; `None` when there never was one.
    pub fn latest(&self, moment: Timestamp, zone: Zone) -> Option<Timestamp> {
        let found = self.0.find_previous_occurrence(&moment.to_utc().with_timezone(&zone), true).ok()?;
        Some(Timestamp::from_micros(found.timestamp_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BERLIN: Zone = Zone::Europe__Berlin;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ticks(cron: &str, from: &str, count: usize) -> Vec<String> {
        let cron: Cron = cron.parse().unwrap();
        let next = |last: &Timestamp| cron.after(*last, BERLIN);
        std::iter::successors(Some(at(from)), next).skip(1).take(count).map(|tick| tick.to_string()).collect()
    }

    #[test]
    fn a_fixed_time_ticks_once_a_day_also_when_the_clocks_are_changed() {
        // 2026-03-29: 02:00 to 03:00 does not exist in Berlin.
        let spring = ticks("30 2 * * *", "2026-03-28T00:00:00Z", 3);
        assert_eq!(spring, ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        // 2026-10-25: 02:00 to 03:00 exists twice.
        let autumn = ticks("30 2 * * *", "2026-10-24T00:00:00Z", 3);
        assert_eq!(autumn, ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn every_half_hour_goes_by_real_time_through_both_changes() {
        for from in ["2026-03-28T23:00:00Z", "2026-10-24T23:00:00Z"] {
            let found = ticks("*/30 * * * *", from, 10);
            let real: Vec<String> =
                (1..=10).map(|half| at(from).plus(half * 30 * 60 * Timestamp::SECOND).to_string()).collect();
            assert_eq!(found, real);
        }
    }

    #[test]
    fn what_is_no_schedule_says_why() {
        for wrong in ["", "* * * *", "* * * * * *", "60 * * * *", "0 9 * * noday", "0 9 31 2 x"] {
            let error = wrong.parse::<Cron>().unwrap_err();
            assert_eq!(error.fields[0].field, "cron", "{wrong}");
        }
        assert_eq!("0 0 30 2 *".parse::<Cron>().unwrap().after(at("2026-01-01"), BERLIN), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_latest_tick_is_the_last_of_those_before(
            minute in prop::sample::select(vec!["0", "30", "*/20", "15,45"]),
            hour in prop::sample::select(vec!["*", "2", "3", "*/6", "1-3"]),
            start in prop::sample::select(vec!["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z", "2026-06-01T00:00:00Z"]),
            minutes in 0_i64..2_000,
        ) {
            let cron: Cron = format!("{minute} {hour} * * *").parse().unwrap();
            let moment = at(start).plus(minutes * 60 * Timestamp::SECOND);
            let walked = std::iter::successors(Some(moment.plus(-3 * Timestamp::DAY)), |last| cron.after(*last, BERLIN))
                .take_while(|tick| *tick <= moment)
                .last();
            prop_assert_eq!(cron.latest(moment, BERLIN), walked);
        }
    }
}
