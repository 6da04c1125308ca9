//! Where signals come from: the collect API, which speaks the Segment protocol, and imports of files.

mod collect;
mod currency;
mod http;
mod identity;
mod import;
mod moment;
mod nul;
mod scale;
#[cfg(test)]
mod world;

use base::Clock;
use signals::Signals;
use store::Store;
use team::Team;

pub use collect::collect;
pub use http::routes;
pub use import::{FileReport, FileState, ImportOptions, ImportReport, Map, Progress};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Sources {
    signals: Signals,
    team: Team,
    store: Store,
    clock: Clock,
}

impl Sources {
    /// The room over the log that it fills and the team whose keys open it.
    pub fn new(signals: Signals, team: Team, store: Store, clock: Clock) -> Self {
        Self { signals, team, store, clock }
    }
}
