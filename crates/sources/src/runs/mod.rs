//! Runs: imports that people start from what they have uploaded. Each is a durable job that goes on where it was, whatever
//! is killed meanwhile.

mod http;
mod job;
mod rejects;
mod store;

use base::{Timestamp, WorkspaceId};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::import::{FileState, Written};

pub(crate) use http::routes;
pub(crate) use job::ImportFiles;

/// An import that somebody started.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// Where it is in its life.
    pub state: ImportState,
    /// Whether somebody wants it to end before its end: it does after the rows that are just being logged.
    pub cancelled: bool,
    /// Who started it: a `person`, an API `key`, the `operator`.
    #[schema(example = "person")]
    pub actor: String,
    /// The person's or the key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// Its files, in the order of the map, and how far each is.
    pub files: Vec<ImportedFile>,
    /// Why it failed, or why it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when the rows that were kept out can be downloaded, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub rejects_until: Option<Timestamp>,
    /// When it was started.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its first row was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// An import with its map.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ImportDetails {
    /// What a list says of it.
    #[serde(flatten)]
    pub import: Import,
    /// The uploads that it reads. They are deleted when it has succeeded.
    pub uploads: Vec<Uuid>,
    /// Its map.
    #[schema(value_type = Written)]
    pub map: Json,
    /// The same as TOML, for `harken import --map`.
    pub toml: String,
}

/// How far one file is. The figures are of this import alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How much of it was read.
    pub bytes_read: u64,
    /// What was known of it before; absent until it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<FileState>,
    /// Rows that are done with, good and bad.
    pub rows: u64,
    /// Signals that were logged.
    pub logged: u64,
    /// Signals that had been logged before.
    pub duplicates: u64,
    /// Rows that were kept out.
    pub refused: u64,
    /// Rows that were kept out, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Columns that the map reads and that no row has: misspelt, as likely as not.
    pub never_seen: Vec<String>,
}

/// Where an import is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It begins as soon as there is a place.
    Waiting,
    /// Rows are being read.
    Running,
    /// Every row is done with.
    Done,
    /// It cannot go on; `reason` says why. What was logged stays.
    Failed,
    /// Somebody ended it. What was logged stays; the same files with the same map go on where it was.
    Cancelled,
}

/// What is to be imported, or tried.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// The files: those that the map names, and those that they look up in.
    #[schema(min_items = 1, max_items = 20)]
    pub uploads: Vec<Uuid>,
    /// What their columns mean.
    #[schema(value_type = Written)]
    pub map: Json,
}

/// An import as its job needs it.
pub(crate) struct Ordered {
    workspace: WorkspaceId,
    id: Uuid,
    state: ImportState,
    cancelled: bool,
    map: String,
    uploads: Vec<Uuid>,
    files: Vec<ImportedFile>,
}

impl ImportState {
    const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

impl ImportedFile {
    fn new(name: &str, bytes: u64) -> Self {
        Self {
            name: name.to_owned(),
            bytes,
            bytes_read: 0,
            state: None,
            rows: 0,
            logged: 0,
            duplicates: 0,
            refused: 0,
            reasons: BTreeMap::new(),
            never_seen: Vec::new(),
        }
    }
}
