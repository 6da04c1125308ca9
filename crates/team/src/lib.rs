//! Workspaces and API keys: who may ask, and for which workspace. The only place that makes a scope.

mod caller;
mod keys;
mod permission;
mod scope;
mod workspaces;

use base::Clock;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc, time::Instant};
use store::Store;

pub use caller::{Caller, LoggedIn, May};
pub use keys::{Key, NewKey};
pub use permission::*;
pub use scope::{Actor, Scope};
pub use workspaces::{Workspace, WorkspaceSettings};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Team {
    store: Store,
    clock: Clock,
    known_keys: KnownKeys,
}

/// Keys that were looked up moments ago, by their hash.
type KnownKeys = Arc<Mutex<HashMap<[u8; 32], (Instant, Scope)>>>;

impl Team {
    /// The room over a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, known_keys: Arc::default() }
    }
}
