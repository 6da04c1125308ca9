//! A time as clocks show it every day: `22:00`.

use chrono::{Days, NaiveTime};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::{Error, Timestamp, Zone};

/// A time of day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(NaiveTime);

impl TimeOfDay {
    /// The first moment after another at which the clocks of a zone show this time. On a day whose clock change skips it, that
    /// is the moment after the change.
    pub fn next(self, after: Timestamp, zone: Zone) -> Timestamp {
        let today = after.to_utc().with_timezone(&zone).date_naive();
        let on =
            |days| today.checked_add_days(Days::new(days)).map(|day| Timestamp::from_local(day.and_time(self.0), zone));
        (0..=2).filter_map(on).find(|at| *at > after).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::invalid(format!("'{text}' is no time of day; write 22:00"));
        // Chrono would read 7:5 and spaces, too.
        let whole =
            matches!(text.as_bytes(), [a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()));
        whole.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten().map(Self).ok_or_else(wrong)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(time: &str, after: &str, zone: Zone) -> String {
        time.parse::<TimeOfDay>().unwrap().next(after.parse().unwrap(), zone).to_string()
    }

    #[test]
    fn the_next_time_is_later_today_or_tomorrow_by_the_zones_own_clocks() {
        let berlin = Zone::Europe__Berlin;
        assert_eq!(next("08:00", "2026-03-02T06:59:59Z", berlin), "2026-03-02T07:00:00Z");
        assert_eq!(next("08:00", "2026-03-02T07:00:00Z", berlin), "2026-03-03T07:00:00Z");
        assert_eq!(next("08:00", "2026-03-28T12:00:00Z", berlin), "2026-03-29T06:00:00Z", "summer time has begun");
        assert_eq!(next("02:30", "2026-03-28T12:00:00Z", berlin), "2026-03-29T01:00:00Z", "the clocks skip it");
        assert_eq!(next("00:00", "9999-12-31T23:59:59Z", berlin), Timestamp::MAX.to_string());
    }

    #[test]
    fn a_time_of_day_is_written_with_five_characters() {
        assert_eq!("07:05".parse::<TimeOfDay>().unwrap().to_string(), "07:05");
        for wrong in ["", "7:5", "24:00", "07:60", "07:05:00", " 7:05", "noon!"] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong:?}");
        }
    }
}
