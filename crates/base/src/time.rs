//! Time: microseconds UTC, and calendar buckets in a workspace's zone.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

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

/// The starts of consecutive buckets that cover a span, ascending; made once a query, so that a row costs one search.
#[derive(Clone, Debug)]
pub struct Buckets {
    starts: Vec<i64>,
    zone: Zone,
    grain: Grain,
}

impl Buckets {
    /// More buckets than any screen shows; a query that asks for more is refused.
    pub const LIMIT: usize = 200_000;

    /// The buckets of `grain` in `zone` that hold `from` up to and including `to`.
    pub fn covering(from: Timestamp, to: Timestamp, grain: Grain, zone: Zone) -> Result<Self, Error> {
        let mut starts = Vec::new();
        let mut day = grain.first_day(from.to_utc().with_timezone(&zone).date_naive());
        loop {
            let start = Timestamp::from_local(day.and_time(NaiveTime::MIN), zone).micros();
            if start > to.micros() {
                break;
            }
            let next = grain.next_day(day);
            if grain == Grain::Hour {
                let end = Timestamp::from_local(next.and_time(NaiveTime::MIN), zone).micros();
                // Real hours from local midnight: a day of a clock change has 23 or 25 of them.
                starts.extend((start..end).step_by(Timestamp::HOUR as usize).take_while(|at| *at <= to.micros()));
            } else {
                starts.push(start);
            }
            if starts.len() > Self::LIMIT {
                return Err(Error::invalid(format!(
                    "more than {} {}s lie between {from} and {to}",
                    Self::LIMIT,
                    grain.name()
                )));
            }
            day = next;
        }
        if grain == Grain::Hour {
            let first = starts.partition_point(|start| *start <= from.micros()).saturating_sub(1);
            starts.drain(..first);
        }
        Ok(Self { starts, zone, grain })
    }

    /// The bucket that holds a moment, if one does.
    pub fn index(&self, at: Timestamp) -> Option<usize> {
        self.starts.partition_point(|start| *start <= at.micros()).checked_sub(1)
    }

    /// The starts in microseconds UTC, ascending.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// A bucket's name as a person writes it: `2026-03-05T14:00`, `2026-03-05`, `2026-W10`, `2026-03`, `2026-Q1`, `2026`.
    pub fn label(&self, index: usize) -> String {
        let Some(start) = self.starts.get(index) else { return String::new() };
        let local = Timestamp::from_micros(*start).to_utc().with_timezone(&self.zone);
        match self.grain {
            Grain::Hour => local.format("%Y-%m-%dT%H:%M").to_string(),
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
        let hours =
            Buckets::covering(at("2026-03-28T23:00:00Z"), at("2026-03-29T21:59:59Z"), Grain::Hour, berlin).unwrap();
        assert_eq!(hours.starts().len(), 23);
        let days =
            Buckets::covering(at("2026-03-27T00:00:00Z"), at("2026-03-31T00:00:00Z"), Grain::Day, berlin).unwrap();
        assert_eq!(days.label(days.index(at("2026-03-29T22:30:00Z")).unwrap()), "2026-03-30");
        let quarters =
            Buckets::covering(at("2025-12-31T23:30:00Z"), at("2026-12-31T00:00:00Z"), Grain::Quarter, berlin).unwrap();
        assert_eq!(
            (0..quarters.starts().len()).map(|i| quarters.label(i)).collect::<Vec<_>>().join(" "),
            "2026-Q1 2026-Q2 2026-Q3 2026-Q4"
        );
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
