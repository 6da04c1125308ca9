//! What a map cannot mean is an error that names the key, before a file is opened.

use base::{Error, Result, Timestamp, Zone};
use serde_json::Value as Json;

use super::{Derive, FileMap, SignalMap, Term, Time};
use crate::{
    collect::{
        context::CHANNELS,
        kinds::{self, snake_case},
    },
    currency::currency,
    import::cells::is_readable,
};

impl FileMap {
    pub(super) fn check(&self) -> Result<()> {
        if self.signal.is_empty() {
            return Err(Error::invalid("it has no [[file.signal]], so its rows would say nothing"));
        }
        glob::Pattern::new(&self.file).map_err(|error| wrong("file", error))?;
        check_shape(self.delimiter, self.encoding.as_deref())?;
        if self.decimal.is_some_and(|sign| sign != '.' && sign != ',') {
            return Err(wrong("decimal", "it is '.' or ','"));
        }
        for format in &self.time_formats {
            let unknown = chrono::format::StrftimeItems::new(format).any(|item| item == chrono::format::Item::Error);
            if unknown {
                return Err(wrong("time_formats", format_args!("'{format}' is no format of strftime")));
            }
            if !is_readable(format) {
                let message = format_args!("'{format}' does not say which day it is, or at what time of it");
                return Err(wrong("time_formats", message));
            }
        }
        for (name, derive) in &self.derive {
            if derive.constants().any(|value| value.is_object() || value.is_array()) {
                return Err(wrong(
                    "derive",
                    format_args!("'{name}' has a constant that is neither text, number nor bool"),
                ));
            }
        }
        for lookup in &self.lookup {
            glob::Pattern::new(&lookup.file).map_err(|error| wrong("lookup.file", error))?;
            check_shape(lookup.delimiter, lookup.encoding.as_deref())?;
        }
        for (index, signal) in self.signal.iter().enumerate() {
            signal.check(self.zone()).map_err(|error| error.context(format_args!("signal {}", index + 1)))?;
            let nobody = self.identities.is_empty() && signal.identities.is_empty();
            if nobody && !signal.anonymous {
                let message = "no column is an identity; if its rows are about nobody, write anonymous = true";
                return Err(wrong("identities", message).context(format_args!("signal {}", index + 1)));
            }
        }
        Ok(())
    }
}

impl Derive {
    fn constants(&self) -> impl Iterator<Item = &Json> {
        let (one, several) = match self {
            Self::Constant(value) => (Some(value), None),
            Self::Values { table, otherwise, .. } => (otherwise.as_ref(), Some(table.values())),
            Self::DaysBetween(_) | Self::HoursBetween(_) | Self::DateAfter(_) | Self::Present(_) => (None, None),
        };
        one.into_iter().chain(several.into_iter().flatten())
    }
}

impl SignalMap {
    fn check(&self, zone: Zone) -> Result<()> {
        if let Time::Constant { constant } = &self.time {
            Timestamp::parse(constant, zone).map_err(|error| wrong("time", error))?;
        }
        match &self.kind {
            Some(Term::Constant(kind)) if kind.is_empty() || snake_case(kind) != *kind => {
                Err(wrong("kind", format_args!("'{kind}' is not snake_case")))
            }
            Some(Term::Constant(kind)) if kind.len() > kinds::LONGEST => {
                Err(wrong("kind", format_args!("a kind may have {} bytes", kinds::LONGEST)))
            }
            _ => Ok(()),
        }?;
        match &self.channel {
            Some(Term::Constant(channel)) if !CHANNELS.contains(&channel.as_str()) => {
                Err(wrong("channel", format_args!("'{channel}' is none of {}", CHANNELS.join(", "))))
            }
            _ => Ok(()),
        }?;
        match &self.currency {
            Some(Term::Constant(code)) if currency(code).is_none() => {
                Err(wrong("currency", format_args!("'{code}' is no code of ISO 4217")))
            }
            _ => Ok(()),
        }?;
        if self.scale.is_some() != self.score.is_some() {
            return Err(wrong("score", "a scale and a score go together"));
        }
        Ok(())
    }
}

fn check_shape(delimiter: Option<char>, encoding: Option<&str>) -> Result<()> {
    if delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) {
        return Err(wrong("delimiter", "it is one ASCII character"));
    }
    match encoding {
        Some(label) if encoding_rs::Encoding::for_label(label.as_bytes()).is_none() => {
            Err(wrong("encoding", format_args!("'{label}' is not known; write utf-8, windows-1252, utf-16le, …")))
        }
        _ => Ok(()),
    }
}

fn wrong(key: &str, message: impl std::fmt::Display) -> Error {
    // The key stands beside the field's own message, and in the sentence that stands alone.
    Error::invalid_field(key, "wrong_map", message.to_string()).context(key)
}
