//! What the values of a column tell.

use base::{Timestamp, Zone};
use serde_json::Value as Json;
use std::collections::BTreeSet;

use super::Holds;
use crate::{
    collect::context::CHANNELS,
    currency::currency,
    import::cells::{formatted, with_point},
    moment,
};

/// Facts about a column, of the rows that were looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) rows: usize,
    pub(super) filled: usize,
    pub(super) distinct: usize,
    pub(super) emails: bool,
    pub(super) phones: bool,
    pub(super) bools: bool,
    pub(super) currencies: bool,
    pub(super) channels: bool,
    pub(super) number: bool,
    pub(super) whole: bool,
    /// Numbers that are no quantities: with a nought in front, or far too long.
    pub(super) code: bool,
    /// Numbers behind a sign or some letters, as shops number their orders: `#1001`, `R-17`.
    pub(super) prefixed_numbers: bool,
    /// The sign before the fraction, where the numbers need one stated.
    pub(super) decimal: Option<char>,
    /// The least and the greatest number.
    pub(super) range: Option<(f64, f64)>,
    pub(super) times: Option<Vec<String>>,
    /// Letters of a value, on average.
    pub(super) length: usize,
    /// Words of a value, on average.
    pub(super) words: usize,
}

/// Ways to write a time, the likelier first where several fit: a day stands before a month in most of the world, and twelve
/// hours are counted where a month stands before a day.
const FORMATS: [&str; 34] = [
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y %I:%M %p",
    "%m/%d/%y %H:%M",
    "%m/%d/%y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "unix",
    "unix_ms",
];

impl Facts {
    /// The facts about values without the empty ones, under a name in snake_case.
    pub(super) fn of(values: &[Json], name: &str, rows: usize) -> Self {
        let texts: Vec<String> = values.iter().map(text).filter(|text| !text.is_empty()).collect();
        let most = |is: &dyn Fn(&str) -> bool| {
            let fit = texts.iter().filter(|text| is(text)).count();
            !texts.is_empty() && fit * 5 >= texts.len() * 4
        };
        let (decimal, numbers) = numbers(&texts);
        let average = |count: usize| count.checked_div(texts.len()).unwrap_or(0);
        let times = times(&texts, name);
        Self {
            rows,
            filled: texts.len(),
            distinct: texts.iter().collect::<BTreeSet<_>>().len(),
            emails: most(&is_email),
            phones: most(&is_phone),
            bools: most(&|text| ["true", "false", "yes", "no"].contains(&&*text.to_ascii_lowercase())),
            currencies: most(&|text| currency(text).is_some()),
            channels: most(&|text| CHANNELS.iter().any(|channel| channel.eq_ignore_ascii_case(text))),
            number: numbers.is_some(),
            whole: numbers.as_ref().is_some_and(|numbers| numbers.iter().all(|number| number.fract() == 0.0)),
            code: most(&|text| {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                digits && ((text.len() > 1 && text.starts_with('0')) || text.len() > 11)
            }),
            prefixed_numbers: most(&|text| {
                let number =
                    text.trim_start_matches(|letter: char| "#-".contains(letter) || letter.is_ascii_uppercase());
                number.len() < text.len() && number.len() > 1 && number.bytes().all(|byte| byte.is_ascii_digit())
            }),
            decimal,
            range: numbers.map(|numbers| {
                let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                (least, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max))
            }),
            times,
            length: average(texts.iter().map(|text| text.chars().count()).sum()),
            words: average(texts.iter().map(|text| text.split_whitespace().count()).sum()),
        }
    }

    /// What the values are, in one word.
    pub(super) fn holds(&self) -> Holds {
        match () {
            () if self.filled == 0 => Holds::Nothing,
            () if self.times.is_some() => Holds::Time,
            () if self.bools => Holds::Bool,
            () if self.number && !self.code => Holds::Number,
            () => Holds::Text,
        }
    }

    /// Whether every row has a value, and no two the same.
    pub(super) fn tells_rows_apart(&self) -> bool {
        self.filled > 0 && self.filled == self.rows && self.distinct == self.filled
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let host_is_one = host.split_once('.').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        !name.is_empty() && host_is_one && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let others = text.chars().all(|letter| letter.is_ascii_digit() || "+-()./ \u{a0}".contains(letter));
    (7..=15).contains(&digits) && others && Timestamp::parse(text, Zone::UTC).is_err()
}

/// The values as numbers, if all but a few are, and the sign that must be stated to read them.
fn numbers(texts: &[String]) -> (Option<char>, Option<Vec<f64>>) {
    let read = |read: &dyn Fn(&str) -> Option<f64>| {
        let numbers: Vec<f64> =
            texts.iter().filter_map(|text| read(text)).filter(|number| number.is_finite()).collect();
        (!numbers.is_empty() && numbers.len() * 5 >= texts.len() * 4).then_some(numbers)
    };
    let plain = |text: &str| text.parse::<f64>().ok().filter(|_| text.bytes().any(|byte| byte.is_ascii_digit()));
    if let Some(numbers) = read(&plain) {
        return (None, Some(numbers));
    }
    for sign in ['.', ','] {
        if let Some(numbers) = read(&|text| with_point(text, sign)?.parse().ok()) {
            return (Some(sign), Some(numbers));
        }
    }
    (None, None)
}

/// How the values can be read as times, if all but a few can; nothing needs to be said where they are ISO 8601.
fn times(texts: &[String], name: &str) -> Option<Vec<String>> {
    let fits = |read: &dyn Fn(&str) -> Option<Timestamp>| {
        let fit = texts.iter().filter(|text| read(text).is_some_and(moment::is_plausible)).count();
        !texts.is_empty() && fit * 5 >= texts.len() * 4
    };
    if fits(&|text| Timestamp::parse(text, Zone::UTC).ok()) {
        return Some(Vec::new());
    }
    // A number is a time only where the name says so, and then one of this century.
    let since_2000 = |text: &str, format: &str| {
        formatted(text, format, Zone::UTC).filter(|at| at.micros() > 946_684_800 * Timestamp::SECOND)
    };
    let formats = FORMATS.iter().filter(|format| match **format {
        "unix" | "unix_ms" => super::named::speaks_of_time(name) && fits(&|text| since_2000(text, format)),
        format => fits(&|text| formatted(text, format, Zone::UTC)),
    });
    let formats: Vec<String> = formats.map(|format| (*format).to_owned()).collect();
    (!formats.is_empty()).then_some(formats)
}
