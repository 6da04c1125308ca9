//! One entry: as a room writes it, as its row is kept, as it is read.

use base::{Error, Result, Timestamp};
use sea_orm::{FromQueryResult, entity::prelude::Uuid};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::Actor;

/// What was done, as the room that did it says it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The thing and what happened to it: `key.created`, `member.role_changed`.
    pub action: &'static str,
    /// The thing's id.
    pub object: Option<String>,
    /// What else matters, as a JSON object: ids, names of roles and settings; never a secret, never a person's name or address.
    pub details: Json,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the workspace's chain, from 1, without a gap.
    pub seq: i64,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did it: `operator` at the server's command line, `system` by itself, a `person` or an API `key`.
    #[schema(example = "person")]
    pub actor: String,
    /// The person's or the key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// The network they came from: an address without its last part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "203.0.113.0/24")]
    pub network: Option<String>,
    /// What was done.
    #[schema(example = "key.created")]
    pub action: String,
    /// The id of what it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// What else matters.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub details: Json,
    /// The hash of the entry before it and of all this says: SHA-256, in hexadecimal digits.
    pub hash: String,
}

/// A row of the table.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub workspace: Uuid,
    pub seq: i64,
    pub at: i64,
    pub actor: String,
    pub actor_id: Option<Uuid>,
    pub network: Option<String>,
    pub action: String,
    pub object: Option<String>,
    pub details: String,
    pub hash: Vec<u8>,
}

/// Its columns, in the order that [`Row`] names them.
pub(super) const COLUMNS: [&str; 10] =
    ["workspace", "seq", "at", "actor", "actor_id", "network", "action", "object", "details", "hash"];

impl Actor {
    /// What they are, and which one.
    pub(super) fn columns(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Operator => ("operator", None),
            Self::System => ("system", None),
            Self::Person(person) => ("person", Some(person)),
            Self::Key(key) => ("key", Some(key)),
        }
    }
}

impl TryFrom<Row> for AuditEntry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let details = serde_json::from_str(&row.details)
            .map_err(|error| Error::internal(format!("audit entry {} is damaged: {error}", row.seq)))?;
        Ok(Self {
            seq: row.seq,
            at: Timestamp::from_micros(row.at),
            actor: row.actor,
            actor_id: row.actor_id,
            network: row.network,
            action: row.action,
            object: row.object,
            details,
            hash: hexadecimal(&row.hash),
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
