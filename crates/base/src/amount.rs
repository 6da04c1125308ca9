//! Money as an exact decimal with four places, as wide as a column of 64-bit integers.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::Error;

/// An amount of money in ten-thousandths of its currency's unit, at most 18 digits in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// How many decimal places are kept.
    pub const SCALE: u32 = 4;
    const UNIT: i64 = 10_000;
    const LIMIT: i64 = 999_999_999_999_999_999;

    /// An amount from ten-thousandths, as it is stored.
    pub fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// Ten-thousandths, as it is stored.
    pub fn units(self) -> i64 {
        self.0
    }

    /// The nearest floating-point number; for display and statistics, never for storing.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::UNIT as f64
    }

    /// Rounds a floating-point number half away from zero to four places; `None` when it is not finite or too large.
    pub fn from_f64(value: f64) -> Option<Self> {
        let units = (value * Self::UNIT as f64).round();
        (units.is_finite() && units.abs() <= Self::LIMIT as f64).then_some(Self(units as i64))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let part = format!("{part:04}");
        let part = part.trim_end_matches('0');
        write!(f, "{sign}{whole}.{part:0<2}")
    }
}

impl FromStr for Amount {
    type Err = Error;

    /// Reads `-1234.5`, `12`, `.99`, also with an exponent; more than four places are rounded.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::invalid(format!("'{text}' is not an amount of money"));
        let trimmed = text.trim();
        let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = !digits.is_empty() && digits != "." && (whole.len() + part.len()) <= 18;
        if plain && part.len() <= 4 && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            let units = format!("{whole}{part:0<4}").parse::<i64>().map_err(|_| wrong())?;
            let signed = if trimmed.starts_with('-') { -units } else { units };
            return if units <= Self::LIMIT { Ok(Self(signed)) } else { Err(wrong()) };
        }
        trimmed.parse::<f64>().ok().and_then(Self::from_f64).ok_or_else(wrong)
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_exactly_and_print_as_money() {
        for (text, shown) in [
            ("128.45", "128.45"),
            ("-0.1", "-0.10"),
            ("12", "12.00"),
            (".99", "0.99"),
            ("1e3", "1000.00"),
            ("0.00005", "0.0001"),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), shown, "{text}");
        }
        for text in ["", ".", "-", "1,5", "NaN", "1e400", "99999999999999999999"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
