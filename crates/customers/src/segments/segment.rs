//! What a segment is, and what is said to make or change one.

use base::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use team::Name;
use utoipa::ToSchema;

use crate::slug::slug;

/// The name that other segments use for one: 1 to 60 small letters, digits, underscores and hyphens. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SegmentId(String);

impl SegmentId {
    /// Reads one.
    pub fn new(text: &str) -> Result<Self> {
        slug("segment", text).map(Self)
    }

    /// One that was read before it was stored.
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    /// As definitions write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SegmentId {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

/// A named audience.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Segment {
    /// What other segments name it by.
    #[schema(value_type = String, example = "regulars")]
    pub id: SegmentId,
    /// What people read.
    #[schema(example = "Regulars")]
    pub name: String,
    /// Who is in it, in the words of the filter language.
    #[schema(example = "count(kind = 'order_completed') >= 2 in 90 days")]
    pub definition: String,
    /// 1, and one more with each change.
    #[schema(minimum = 1)]
    pub version: i64,
    /// Who made it: `person:…`, `key:…` or `operator`.
    pub created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// A segment that is to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// What other segments are to name it by: small letters, digits, `_` and `-`. It never changes.
    #[schema(value_type = String, pattern = "^[a-z0-9_-]{1,60}$", example = "regulars")]
    pub id: SegmentId,
    /// What people read.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Regulars")]
    pub name: Name,
    /// Who is in it, in the words of the filter language.
    #[schema(max_length = 65536, example = "count(kind = 'order_completed') >= 2 in 90 days")]
    pub definition: String,
}

/// What a segment is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentChange {
    /// What people read.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Regulars")]
    pub name: Name,
    /// Who is in it, in the words of the filter language.
    #[schema(max_length = 65536, example = "count(kind = 'order_completed') >= 3 in 90 days")]
    pub definition: String,
    /// The version that is to be changed: where it is another one by now, nothing is.
    #[schema(minimum = 1, example = 1)]
    pub version: i64,
}

impl Segment {
    /// The same after a change.
    pub(super) fn changed(self, change: SegmentChange, definition: String, by: String, at: Timestamp) -> Result<Self> {
        if change.version != self.version {
            return Err(Error::changed("segment"));
        }
        let (name, version) = (change.name.to_string(), self.version + 1);
        Ok(Self { name, definition, version, changed_by: by, changed_at: at, ..self })
    }
}
