//! Who it was: identities, traits and undoable merges; who is in an audience; and what they may be contacted about.

pub mod consent;
mod facts;
mod group;
mod http;
mod list;
mod merges;
mod names;
mod profile;
mod recognition;
mod sample;
mod segments;
mod sightings;
mod slug;
mod sql;
mod strength;
mod traits;
mod unions;

use base::Clock;
use store::Store;

pub use http::{pages, routes};
pub use list::ListedBy;
pub use merges::{Merge, MergeId};
pub use profile::Profile;
pub use segments::{Found, NewSegment, Segment, SegmentChange, SegmentId, Segments};
pub use sightings::Sightings;

/// The room's handle; cheap to clone. The log recognises customers through it.
#[derive(Clone)]
pub struct Customers {
    store: Store,
    clock: Clock,
    known: facts::Cache,
    links: Option<consent::LinkSettings>,
}

impl Customers {
    /// The room over a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, known: facts::Cache::default(), links: None }
    }
}
