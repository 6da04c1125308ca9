//! The cells of a row, read as what the map takes them for: text, numbers, money, times.

use base::{Amount, Timestamp, Zone};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde_json::{Map, Number, Value as Json};
use std::fmt::Write;

use super::{fault::Fault, map::FileMap};

/// How a file writes its numbers and times.
pub(super) struct Reading<'a> {
    pub(super) zone: Zone,
    formats: &'a [String],
    /// The sign before the fraction, where the map states it.
    decimal: Option<char>,
}

type Read<T> = Result<Option<T>, Fault>;

impl<'a> Reading<'a> {
    pub(super) fn of(map: &'a FileMap) -> Self {
        Self { zone: map.zone(), formats: &map.time_formats, decimal: map.decimal }
    }

    /// A cell as text; numbers and booleans as they are written in JSON.
    pub(super) fn text(&self, cells: &Map<String, Json>, column: &str) -> Read<String> {
        match cells.get(column) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(value @ (Json::Number(_) | Json::Bool(_))) => Ok(Some(value.to_string())),
            Some(Json::Array(_) | Json::Object(_)) => {
                Err(Fault::new("wrong_type", column, format_args!("{column} must be a single value")))
            }
        }
    }

    /// A cell as it is written, and read by `parse` with a point, whatever sign the file has for it; `None` for a blank
    /// cell.
    fn digits<T>(
        &self,
        cells: &Map<String, Json>,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Read<(String, Option<T>)> {
        let written = cells.get(column).is_some_and(Json::is_string);
        let text = self.text(cells, column)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(text.map(|text| {
            let read = match self.decimal.filter(|_| written) {
                Some(sign) => with_point(&text, sign).and_then(|digits| parse(&digits)),
                None => parse(&text),
            };
            (text, read)
        }))
    }

    /// A finite number; one without a fraction stays whole.
    pub(super) fn number(&self, cells: &Map<String, Json>, column: &str) -> Read<Number> {
        let parse = |digits: &str| {
            let whole = digits.parse::<i64>().ok().map(Number::from);
            whole.or_else(|| digits.parse().ok().and_then(Number::from_f64))
        };
        let Some((text, number)) = self.digits(cells, column, parse)? else { return Ok(None) };
        number
            .map(Some)
            .ok_or_else(|| Fault::new("not_a_number", column, format_args!("'{text}' in {column} is not a number")))
    }

    /// An amount of money.
    pub(super) fn amount(&self, cells: &Map<String, Json>, column: &str) -> Read<Amount> {
        let Some((text, amount)) = self.digits(cells, column, |digits| digits.parse().ok())? else { return Ok(None) };
        let wrong =
            || Fault::new("not_an_amount", column, format_args!("'{text}' in {column} is not an amount of money"));
        amount.map(Some).ok_or_else(wrong)
    }

    /// True or false in the usual spellings.
    pub(super) fn bool(&self, cells: &Map<String, Json>, column: &str) -> Read<bool> {
        let Some(text) = self.text(cells, column)? else { return Ok(None) };
        match text.trim().to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "true" | "t" | "yes" | "y" | "1" => Ok(Some(true)),
            "false" | "f" | "no" | "n" | "0" => Ok(Some(false)),
            _ => Err(Fault::new("not_a_bool", column, format_args!("'{text}' in {column} is neither true nor false"))),
        }
    }

    /// A moment, in one of the map's formats, else as RFC 3339 or as a plain date with or without a time.
    pub(super) fn time(&self, cells: &Map<String, Json>, column: &str) -> Read<Timestamp> {
        let Some(text) = self.text(cells, column)? else { return Ok(None) };
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let time = if self.formats.is_empty() {
            Timestamp::parse(text, self.zone).ok()
        } else {
            self.formats.iter().find_map(|format| formatted(text, format, self.zone))
        };
        time.map(Some).ok_or_else(|| {
            Fault::new("not_a_time", column, format_args!("'{text}' in {column} is not a time that the map knows"))
        })
    }

    /// The calendar date of a moment in the file's zone.
    pub(super) fn date(&self, at: Timestamp) -> NaiveDate {
        at.to_utc().with_timezone(&self.zone).date_naive()
    }
}

/// Turns 1.234,56, or 1,234.56 where the sign is a point, into 1234.56. A group sign groups only before exactly three
/// digits: 1.5 and 12.34.5 are a point or a date where a comma is expected, and another number than it seems; they are none.
pub(super) fn with_point(written: &str, sign: char) -> Option<String> {
    let group = if sign == ',' { '.' } else { ',' };
    let (whole, fraction) = written.split_once(sign).map_or((written, None), |(whole, rest)| (whole, Some(rest)));
    let digits = whole.trim_start_matches(['+', '-']);
    let mut groups = digits.split([group, ' ', '\u{a0}', '\u{202f}']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let of_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first_is_one = matches!(first.len(), 1..=3) && of_digits(first) && !first.starts_with('0');
    let grouped = first_is_one && rest.iter().all(|group| group.len() == 3 && of_digits(group));
    if !rest.is_empty() && !grouped {
        return None;
    }
    let sign = whole.strip_suffix(digits).unwrap_or_default();
    let point = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    Some(format!("{sign}{first}{}{point}", rest.concat()))
}

/// Whether a format says the day and, where it speaks of hours, all of the time: `%m/%Y` does not, nor does `%F %I:%M`.
pub(super) fn is_readable(format: &str) -> bool {
    if matches!(format, "unix" | "unix_ms") {
        return true;
    }
    let written_and_read = |hour: i64| {
        let sample = DateTime::UNIX_EPOCH.fixed_offset() + TimeDelta::hours(hour);
        let mut text = String::new();
        write!(text, "{}", sample.format(format)).ok()?;
        let at = formatted(&text, format, Zone::UTC)?;
        Some((text, at))
    };
    match (written_and_read(0), written_and_read(13)) {
        // What makes a difference in writing must make one in reading.
        (Some((midnight, read)), Some((afternoon, read_later))) => (midnight == afternoon) == (read == read_later),
        _ => false,
    }
}

pub(super) fn formatted(text: &str, format: &str, zone: Zone) -> Option<Timestamp> {
    let since_1970 = |unit: f64| {
        let micros = text.parse::<f64>().ok()? * unit;
        (micros.abs() <= Timestamp::MAX.micros() as f64).then(|| Timestamp::from_micros(micros.round() as i64))
    };
    match format {
        "unix" => return since_1970(1e6),
        "unix_ms" => return since_1970(1e3),
        _ => {}
    }
    if let Ok(at) = DateTime::parse_from_str(text, format) {
        return in_range(at.naive_utc()).map(|_| Timestamp::from_micros(at.timestamp_micros()));
    }
    let date = || NaiveDate::parse_from_str(text, format).map(|date| date.and_time(NaiveTime::MIN)).ok();
    let local = NaiveDateTime::parse_from_str(text, format).ok().or_else(date)?;
    in_range(local).map(|local| Timestamp::from_local(local, zone))
}

fn in_range(local: NaiveDateTime) -> Option<NaiveDateTime> {
    use chrono::Datelike;
    (1..=9999).contains(&local.year()).then_some(local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::map::Map as ImportMap;
    use serde_json::json;

    fn with<T>(
        keys: &str,
        cell: &Json,
        read: impl Fn(&Reading<'_>, &Map<String, Json>) -> Read<T>,
    ) -> Result<Option<T>, &'static str> {
        let text = format!("[[file]]\nfile = \"a.csv\"\n{keys}\n[[file.signal]]\ntime = \"x\"\nanonymous = true");
        let map = ImportMap::read(&text).unwrap();
        let cells = json!({"x": cell}).as_object().unwrap().clone();
        read(&Reading::of(&map.files[0]), &cells).map_err(|fault| fault.reason)
    }

    #[test]
    fn times_are_read_in_the_formats_and_the_zone_of_the_map() {
        let time = |keys, cell: &str| {
            with(keys, &json!(cell), |reading, cells| reading.time(cells, "x")).map(|at| at.map(|at| at.to_string()))
        };
        let is = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(time("", "2026-07-01 10:30:00"), is("2026-07-01T10:30:00Z"));
        assert_eq!(time("zone = \"Europe/Berlin\"", "2026-07-01"), is("2026-06-30T22:00:00Z"));
        let german =
            "zone = \"Europe/Berlin\"\ntime_formats = [\"%d.%m.%Y %H:%M\", \"%d.%m.%Y\", \"%d.%m.%Y %H:%M %z\"]";
        assert_eq!(time(german, "01.07.2026 10:30"), is("2026-07-01T08:30:00Z"));
        assert_eq!(time(german, " 01.07.2026 "), is("2026-06-30T22:00:00Z"));
        assert_eq!(time(german, "01.07.2026 10:30 +0000"), is("2026-07-01T10:30:00Z"));
        assert_eq!(time(german, "2026-07-01"), Err("not_a_time"));
        assert_eq!(time("time_formats = [\"unix\"]", "1782892800.5"), is("2026-07-01T08:00:00.500Z"));
        assert_eq!(time("time_formats = [\"unix_ms\"]", "1e300"), Err("not_a_time"));
        assert_eq!(time("", " "), Ok(None));
    }

    #[test]
    fn numbers_are_read_with_the_sign_of_the_map() {
        let comma = "decimal = \",\"";
        assert_eq!(
            with(comma, &json!("1.234,50"), |reading, cells| reading.amount(cells, "x")),
            Ok(Some("1234.5".parse().unwrap()))
        );
        assert_eq!(
            with(comma, &json!(1.5), |reading, cells| reading.amount(cells, "x")),
            Ok(Some("1.5".parse().unwrap()))
        );
        for (written, read) in [
            ("1.234.567,8", Some("1234567.8")),
            ("-1 234", Some("-1234")),
            ("1\u{202f}234,5", Some("1234.5")),
            ("12,5", Some("12.5")),
            ("1234", Some("1234")),
            ("12.34.5", None),
            ("1.5", None),
            ("0.123", None),
            ("1234.567", None),
            ("1,234.5", None),
            ("1,2,3", None),
            (".123", None),
        ] {
            let expected = read.map(|read| read.parse::<f64>().unwrap());
            let number = with(comma, &json!(written), |reading, cells| reading.number(cells, "x"));
            let read_number = number.as_ref().ok().and_then(|number| number.as_ref()?.as_f64());
            assert_eq!((read_number, number.err()), (expected, read.is_none().then_some("not_a_number")), "{written}");
            let amount = with(comma, &json!(written), |reading, cells| reading.amount(cells, "x"));
            let read_amount = amount.as_ref().ok().and_then(|amount| amount.map(Amount::to_f64));
            assert_eq!((read_amount, amount.err()), (expected, read.is_none().then_some("not_an_amount")), "{written}");
        }
        assert_eq!(with("", &json!("1.234,50"), |reading, cells| reading.amount(cells, "x")), Err("not_an_amount"));
        assert_eq!(with("", &json!(" 7 "), |reading, cells| reading.number(cells, "x")), Ok(Some(Number::from(7))));
        for wrong in ["NaN", "inf", "1e400", "seven"] {
            assert_eq!(
                with("", &json!(wrong), |reading, cells| reading.number(cells, "x")),
                Err("not_a_number"),
                "{wrong}"
            );
        }
        assert_eq!(with("", &json!("Yes"), |reading, cells| reading.bool(cells, "x")), Ok(Some(true)));
        assert_eq!(with("", &json!("maybe"), |reading, cells| reading.bool(cells, "x")), Err("not_a_bool"));
        assert_eq!(with("", &json!([1]), |reading, cells| reading.text(cells, "x")), Err("wrong_type"));
    }
}
