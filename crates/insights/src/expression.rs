//! The text form of a formula: `mean(score)`, `percentile(properties.delivery_days, 0.9)`, `rate(properties.late = true)`.

use base::{Error, Field, Filter, Result, Zone, filter::Type, nearest};
use serde::{Serialize, Serializer};
use std::fmt;

use crate::Formula;

/// The functions, each with its form.
const FUNCTIONS: [(&str, &str); 11] = [
    ("count", "count"),
    ("sum", "sum(FIELD)"),
    ("mean", "mean(FIELD)"),
    ("median", "median(FIELD)"),
    ("percentile", "percentile(FIELD, 0.9)"),
    ("rate", "rate(CONDITION)"),
    ("unique", "unique(FIELD)"),
    ("per", "per(UNIT, FIELD)"),
    ("repeat", "repeat(UNIT, 2)"),
    ("repeaters", "repeaters(UNIT, 2)"),
    ("nps", "nps(score)"),
];

/// Whether a word is the name of a function.
pub(crate) fn is_function(word: &str) -> bool {
    names().any(|name| name == word)
}

/// The names of the functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

impl Formula {
    /// Reads the text form. Quoted times in a condition are local to `zone`.
    ///
    /// `count`; `sum(F)`, `mean(F)`, `median(F)`, `percentile(F, p)` with p between 0 and 1, of numbers; `rate(CONDITION)`
    /// in percent; `unique(F)`; `per(UNIT, F)`, the mean over units of the sum of F; `repeat(UNIT, k)`, the percentage of
    /// units with k or more signals; `repeaters(UNIT, k)`, their number; `nps(score)`.
    pub fn parse(text: &str, zone: Zone) -> Result<Self> {
        let text = text.trim();
        let (name, rest) = text.split_at(text.find('(').unwrap_or(text.len()));
        let name = name.trim();
        let Some((_, form)) = FUNCTIONS.iter().find(|(function, _)| *function == name) else {
            return Err(unknown(name));
        };
        if name == "count" && matches!(rest.replace(' ', "").as_str(), "" | "()") {
            return Ok(Self::Count);
        }
        let wrong = || wrong(format!("'{text}' is not complete; write {form}"));
        let argument = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
        match name {
            "sum" => Ok(Self::Sum(numbers(argument)?)),
            "mean" => Ok(Self::Mean(numbers(argument)?)),
            "median" => Ok(Self::Quantile(numbers(argument)?, 0.5)),
            "unique" => Ok(Self::Unique(field(argument)?)),
            "rate" if argument.trim().is_empty() => Err(wrong()),
            "rate" => Ok(Self::Rate(Filter::parse(argument, zone).map_err(|error| error.context(name))?)),
            "nps" if argument.trim() == "score" => Ok(Self::Nps),
            "percentile" | "per" | "repeat" | "repeaters" => {
                let (first, rest) = Field::parse_front(argument).map_err(|error| error.context(name))?;
                let second = rest.trim_start().strip_prefix(',').ok_or_else(wrong)?.trim();
                Self::of_two(name, first, second)
            }
            _ => Err(wrong()),
        }
    }

    fn of_two(name: &str, first: Field, second: &str) -> Result<Self> {
        match name {
            "percentile" => {
                let p = second.parse().ok().filter(|p| (0.0..=1.0).contains(p));
                let p =
                    p.ok_or_else(|| wrong(format!("'{second}' is not between 0 and 1; 0.9 is the 90th percentile")))?;
                Ok(Self::Quantile(numeric(first)?, p))
            }
            "per" => Ok(Self::Per { unit: first, field: numbers(second)? }),
            _ => {
                let at_least = second.parse().ok().filter(|count| *count >= 1);
                let at_least =
                    at_least.ok_or_else(|| wrong(format!("'{second}' is not a number of signals from 1 on")))?;
                Ok(match name {
                    "repeat" => Self::Repeat { unit: first, at_least },
                    _ => Self::Repeaters { unit: first, at_least },
                })
            }
        }
    }
}

fn field(text: &str) -> Result<Field> {
    Field::parse(text.trim())
}

fn numbers(text: &str) -> Result<Field> {
    numeric(field(text)?)
}

fn numeric(field: Field) -> Result<Field> {
    match field.kind() {
        Type::Number | Type::Any => Ok(field),
        Type::Text | Type::Time | Type::Customer => {
            let message = format!("{field} holds no numbers; unique({field}) counts its different values");
            Err(Error::invalid_field(field.to_string(), "wrong_type", message))
        }
    }
}

fn unknown(name: &str) -> Error {
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("there are {}", FUNCTIONS.map(|(_, form)| form).join(", ")),
    };
    wrong(format!("there is no function '{name}'; {hint}"))
}

fn wrong(message: String) -> Error {
    Error::invalid_field("metric", "syntax", message)
}

impl fmt::Display for Formula {
    /// The text form that `Formula::parse` reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nps => f.write_str("nps(score)"),
            Self::Count => f.write_str("count"),
            Self::Sum(field) => write!(f, "sum({field})"),
            Self::Mean(field) => write!(f, "mean({field})"),
            Self::Quantile(field, 0.5) => write!(f, "median({field})"),
            Self::Quantile(field, p) => write!(f, "percentile({field}, {p})"),
            Self::Rate(condition) => write!(f, "rate({condition})"),
            Self::Unique(field) => write!(f, "unique({field})"),
            Self::Per { unit, field } => write!(f, "per({unit}, {field})"),
            Self::Repeat { unit, at_least } => write!(f, "repeat({unit}, {at_least})"),
            Self::Repeaters { unit, at_least } => write!(f, "repeaters({unit}, {at_least})"),
        }
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metric, catalogue};

    #[test]
    fn formulas_print_as_they_are_read() {
        for text in [
            "count",
            "sum(amount)",
            "mean(score)",
            "median(properties.delivery_days)",
            "percentile(properties.\"a, b\", 0.9)",
            "rate(properties.late = true and text != ')')",
            "unique(customer)",
            "per(properties.order_id, properties.\"sub)total\")",
            "repeat(customer, 2)",
            "repeaters(customer.plan, 3)",
            "nps(score)",
        ] {
            assert_eq!(Formula::parse(text, Zone::UTC).unwrap().to_string(), text);
        }
        for metric in catalogue() {
            assert_eq!(Formula::parse(&metric.formula.to_string(), Zone::UTC).unwrap(), metric.formula);
        }
        assert_eq!(Formula::parse(" per ( properties.order_id ,amount ) ", Zone::UTC).unwrap().to_string(), {
            "per(properties.order_id, amount)"
        });
    }

    #[test]
    fn a_metric_is_a_name_of_the_catalogue_or_a_formula() {
        assert_eq!(Metric::parse("nps", Zone::UTC).unwrap().title, "Net Promoter Score");
        assert_eq!(Metric::parse(" mean(score) ", Zone::UTC).unwrap().name, "mean(score)");
        assert_eq!(Metric::parse("count", Zone::UTC).unwrap().formula, Formula::Count);
    }

    #[test]
    fn a_mistake_is_told_with_what_may_have_been_meant() {
        for (text, told) in [
            ("npss", "there is no metric 'npss'; did you mean 'nps'?"),
            ("horoscope", "there is no metric 'horoscope'; there are nps, csat"),
            ("maen(score)", "there is no function 'maen'; did you mean 'mean'?"),
            ("mean(scroe)", "there is no field 'scroe'; did you mean 'score'?"),
            ("mean(kind)", "kind holds no numbers; unique(kind) counts its different values"),
            ("mean score", "there is no function 'mean score'"),
            ("mean", "'mean' is not complete; write mean(FIELD)"),
            ("mean(score", "write mean(FIELD)"),
            ("rate()", "write rate(CONDITION)"),
            ("rate(score > 'x')", "rate: character 9: score is a number"),
            ("percentile(score, 90)", "'90' is not between 0 and 1; 0.9 is the 90th percentile"),
            ("percentile(score)", "write percentile(FIELD, 0.9)"),
            ("repeat(customer, 0)", "'0' is not a number of signals from 1 on"),
            ("per(kind, kind)", "kind holds no numbers"),
            ("", "there is no metric ''"),
        ] {
            let error = Metric::parse(text, Zone::UTC).unwrap_err();
            assert!(error.message.contains(told), "{text}: {error}");
        }
    }
}
