//! A draft made ready for the writer: what can be worked out before its turn comes is worked out by its caller.

use serde_json::Value as Json;

use crate::{Draft, seen::Fingerprint};

/// A draft in the queue.
pub(crate) struct Ready {
    /// Without its properties: as text they take a fraction of the room.
    pub(crate) draft: Draft,
    /// Its properties as they are stored.
    pub(crate) properties: String,
    pub(crate) print: Fingerprint,
}

impl From<Draft> for Ready {
    fn from(mut draft: Draft) -> Self {
        let print = Fingerprint::of(&draft);
        let properties = Json::Object(std::mem::take(&mut draft.body.properties)).to_string();
        Self { draft, properties, print }
    }
}
