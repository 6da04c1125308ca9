//! Merges: two customer numbers are one person. A merge is an alias beside the log, so it can be undone.

mod store;

use base::{CustomerId, Timestamp};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;
use utoipa::ToSchema;

pub(crate) use store::store;

/// A merge's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MergeId(pub Uuid);

impl fmt::Display for MergeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Two customer numbers that are taken for one person, and why.
///
/// Merges that stand connect numbers to customers; the smallest number of each is its canonical one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Merge {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: MergeId,
    /// One number, as its signals are logged.
    #[schema(value_type = String, example = "2")]
    pub customer: CustomerId,
    /// The other.
    #[schema(value_type = String, example = "1")]
    pub into: CustomerId,
    /// `one_signal`: a signal named both. `alias`: the sender said so. Anything else: a person's own words.
    pub reason: String,
    /// What it rests on; for one that was made by itself the signal's message id and the two identities.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub evidence: Json,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was undone, if it was. It is then never made again by itself.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub undone_at: Option<Timestamp>,
}

impl Merge {
    /// A new merge that stands.
    pub(crate) fn new(customer: CustomerId, into: CustomerId, reason: &str, evidence: Json, at: Timestamp) -> Self {
        let id = MergeId(Uuid::new_v4());
        Self { id, customer, into, reason: reason.to_owned(), evidence, at, undone_at: None }
    }
}
