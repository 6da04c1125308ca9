//! The audit log as a file: lines of JSON, or a table for a spreadsheet.

use base::{Error, Result};
use serde::Deserialize;
use std::borrow::Cow;
use utoipa::ToSchema;

use super::entry::AuditEntry;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// Comma-separated values as RFC 4180 has them, with a header.
    Csv,
}

const HEADER: [&str; 9] = ["seq", "at", "actor", "actor_id", "network", "action", "object", "details", "hash"];

impl Format {
    /// Its media type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// What a browser saves it as.
    pub(super) fn disposition(self) -> &'static str {
        match self {
            Self::Ndjson => "attachment; filename=\"audit.ndjson\"",
            Self::Csv => "attachment; filename=\"audit.csv\"",
        }
    }

    /// What stands before the first entry.
    pub(super) fn head(self) -> Result<Vec<u8>> {
        match self {
            Self::Ndjson => Ok(Vec::new()),
            Self::Csv => api::csv([HEADER.map(Cow::from)]),
        }
    }

    /// Some entries, ready to follow those before them.
    pub(super) fn write(self, entries: &[AuditEntry]) -> Result<Vec<u8>> {
        match self {
            Self::Ndjson => {
                let mut lines = Vec::new();
                for entry in entries {
                    serde_json::to_writer(&mut lines, entry).map_err(unwritten)?;
                    lines.push(b'\n');
                }
                Ok(lines)
            }
            Self::Csv => api::csv(entries.iter().map(cells)),
        }
    }
}

fn cells(entry: &AuditEntry) -> [Cow<'_, str>; HEADER.len()] {
    [
        entry.seq.to_string().into(),
        entry.at.to_string().into(),
        entry.actor.as_str().into(),
        entry.actor_id.map(|id| id.to_string()).unwrap_or_default().into(),
        entry.network.as_deref().unwrap_or_default().into(),
        entry.action.as_str().into(),
        entry.object.as_deref().unwrap_or_default().into(),
        entry.details.to_string().into(),
        entry.hash.as_str().into(),
    ]
}

fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the audit log cannot be written out: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(object: &str) -> AuditEntry {
        AuditEntry {
            seq: 1,
            at: "2026-03-02T09:00:00Z".parse().unwrap(),
            actor: "operator".into(),
            actor_id: None,
            network: Some("203.0.113.0/24".into()),
            action: "key.created".into(),
            object: Some(object.into()),
            details: json!({ "name": "a \"quoted\" one" }),
            hash: "00".into(),
        }
    }

    #[test]
    fn a_table_has_a_header_and_quotes_and_lines_of_json_have_neither() {
        let table = [Format::Csv.head().unwrap(), Format::Csv.write(&[entry("1")]).unwrap()].concat();
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "seq,at,actor,actor_id,network,action,object,details,hash\r\n\
             1,2026-03-02T09:00:00Z,operator,,203.0.113.0/24,key.created,1,\"{\"\"name\"\":\"\"a \\\"\"quoted\\\"\" one\"\"}\",00\r\n"
        );
        let lines = [Format::Ndjson.head().unwrap(), Format::Ndjson.write(&[entry("1"), entry("2")]).unwrap()].concat();
        let lines: Vec<serde_json::Value> =
            lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1]["object"], "2");
    }
}
