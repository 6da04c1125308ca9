//! Time: microseconds UTC, and calendar buckets in a workspace's zone.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range, str::FromStr};

use crate::Error;

/// A time zone by its IANA name.
pub type Zone = chrono_tz::Tz;

/// A moment in microseconds since 1970 UTC, between the years 0001 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The end of 9999-12-31.
    pub const MAX: Self = Self(253_402_300_799_999_999);
    /// One second in microseconds.
    pub const SECOND: i64 = 1_000_000;
    /// One hour in microseconds.
    pub const HOUR: i64 = 3_600 * Self::SECOND;
    /// Twenty-four hours in microseconds.
    pub const DAY: i64 = 24 * Self::HOUR;

    /// From microseconds since 1970 UTC, kept within `MIN` and `MAX`.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since 1970 UTC.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// This moment moved by so many microseconds, kept within `MIN` and `MAX`.
    pub fn plus(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// As chrono's type.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The earliest moment of a local time in a zone; a local time that a clock change skips counts as the moment after.
    pub fn from_local(local: NaiveDateTime, zone: Zone) -> Self {
        // Clock changes skip an hour at most twice a year, never more than a day: step forward until the time exists.
        (0..=48)
            .find_map(|half_hours| {
                zone.from_local_datetime(&(local + chrono::TimeDelta::minutes(30 * half_hours))).earliest()
            })
            .map_or(Self::MIN, |at| Self::from_micros(at.timestamp_micros()))
    }

    /// Reads RFC 3339, or a plain date or date and time as local time in `zone`.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, Error> {
        let text = text.trim();
        let wrong = || Error::invalid(format!("'{text}' is not a time; write 2026-01-31 or 2026-01-31T08:30:00Z"));
        let in_range =
            |at: DateTime<Utc>| (1..=9999).contains(&at.year()).then(|| Self(at.timestamp_micros())).ok_or_else(wrong);
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return in_range(at.to_utc());
        }
        let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
            .filter(|local| (1..=9999).contains(&local.year()))
            .ok_or_else(wrong)?;
        Ok(Self::from_local(local, zone))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, Zone::UTC)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How long one bucket of a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Sixty minutes, starting where the local clock shows :00.
    Hour,
    /// A local calendar day.
    Day,
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

impl Grain {
    /// All grains, shortest first.
    pub const ALL: [Self; 6] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Its name on the command line and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    fn first_day(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Hour | Self::Day => day,
            Self::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day),
        }
    }

    fn next_day(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Hour | Self::Day => first + Days::new(1),
            Self::Week => first + Days::new(7),
            Self::Month => first + Months::new(1),
            Self::Quarter => first + Months::new(3),
            Self::Year => first + Months::new(12),
        }
    }
}

impl FromStr for Grain {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|grain| grain.name() == text)
            .ok_or_else(|| Error::invalid(format!("'{text}' is no time grain; there are {}", names())))
    }
}

/// The calendar of a zone, cut into buckets of one grain. It has no first and no last bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    grain: Grain,
    zone: Zone,
}

impl Calendar {
    /// The buckets of `grain` as the clocks of `zone` show them.
    pub fn new(grain: Grain, zone: Zone) -> Self {
        Self { grain, zone }
    }

    /// The bucket that holds a moment: where it starts, and where the next one does.
    pub fn bucket(self, at: Timestamp) -> Range<Timestamp> {
        let midnight = |day: NaiveDate| Timestamp::from_local(day.and_time(NaiveTime::MIN), self.zone);
        let first = self.grain.first_day(at.to_utc().with_timezone(&self.zone).date_naive());
        let (start, end) = (midnight(first), midnight(self.grain.next_day(first)));
        if self.grain != Grain::Hour {
            return start..end;
        }
        // Real hours from local midnight: a day of a clock change has 23 or 25 of them.
        let start = start.plus((at.micros() - start.micros()).div_euclid(Timestamp::HOUR) * Timestamp::HOUR);
        start..start.plus(Timestamp::HOUR).min(end)
    }

    /// The name of the bucket with this start, as a person writes it: `2026-03-05`, `2026-W10`, `2026-03`, `2026-Q1`,
    /// `2026`. An hour carries its offset, `2026-03-05T14:00+01:00`: the clock shows some hours twice a year.
    pub fn label(self, start: Timestamp) -> String {
        let local = start.to_utc().with_timezone(&self.zone);
        match self.grain {
            Grain::Hour => local.format("%Y-%m-%dT%H:%M%:z").to_string(),
            Grain::Day => local.format("%Y-%m-%d").to_string(),
            Grain::Week => local.format("%G-W%V").to_string(),
            Grain::Month => local.format("%Y-%m").to_string(),
            Grain::Quarter => format!("{}-Q{}", local.year(), local.month0() / 3 + 1),
            Grain::Year => local.format("%Y").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn buckets_follow_the_local_calendar_through_clock_changes() {
        let berlin = chrono_tz::Europe::Berlin;
        let label = |text: &str, grain: Grain| {
            let calendar = Calendar::new(grain, berlin);
            calendar.label(calendar.bucket(at(text)).start)
        };
        assert_eq!(label("2026-03-29T00:30:00Z", Grain::Hour), "2026-03-29T01:00+01:00");
        assert_eq!(label("2026-03-29T01:30:00Z", Grain::Hour), "2026-03-29T03:00+02:00");
        assert_eq!(label("2026-10-25T00:30:00Z", Grain::Hour), "2026-10-25T02:00+02:00");
        assert_eq!(label("2026-10-25T01:30:00Z", Grain::Hour), "2026-10-25T02:00+01:00");
        assert_eq!(label("2026-03-29T22:30:00Z", Grain::Day), "2026-03-30");
        assert_eq!(label("2026-01-01T00:00:00Z", Grain::Week), "2026-W01");
        assert_eq!(label("2025-12-31T23:30:00Z", Grain::Quarter), "2026-Q1");
        let spring = Calendar::new(Grain::Day, berlin).bucket(at("2026-03-29T12:00:00Z"));
        assert_eq!(spring, at("2026-03-28T23:00:00Z")..at("2026-03-29T22:00:00Z"));
    }

    #[test]
    fn buckets_follow_one_another_without_a_gap() {
        for zone in [Zone::UTC, Zone::Europe__Berlin, Zone::America__Sao_Paulo, Zone::Australia__Lord_Howe] {
            for grain in Grain::ALL {
                let calendar = Calendar::new(grain, zone);
                let mut bucket = calendar.bucket(at("2018-01-01"));
                for _ in 0..10_000 {
                    if bucket.end.to_utc().year() > 2019 {
                        break;
                    }
                    let next = calendar.bucket(bucket.end);
                    assert_eq!((next.start, calendar.bucket(bucket.end.plus(-1))), (bucket.end, bucket), "{zone}");
                    bucket = next;
                }
            }
        }
    }

    #[test]
    fn the_ends_of_time_have_buckets_too() {
        for zone in [Zone::UTC, Zone::Asia__Tokyo, Zone::America__New_York] {
            for grain in Grain::ALL {
                for moment in [Timestamp::MIN, Timestamp::MAX] {
                    let bucket = Calendar::new(grain, zone).bucket(moment);
                    assert!(bucket.start <= moment && moment <= bucket.end, "{zone} {grain:?} {bucket:?}");
                }
            }
        }
    }

    #[test]
    fn times_read_as_local_where_no_offset_is_given() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(Timestamp::parse("2026-07-01", berlin).unwrap(), at("2026-06-30T22:00:00Z"));
        assert_eq!(Timestamp::parse("2026-07-01T00:00:00+00:00", berlin).unwrap(), at("2026-07-01T00:00:00Z"));
        for wrong in ["", "yesterday", "2026-13-01", "+99999-01-01T00:00:00Z", "2026-01-01T00:00:00+99:00"] {
            assert!(Timestamp::parse(wrong, berlin).is_err(), "{wrong}");
        }
    }
}
