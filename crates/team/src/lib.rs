//! Workspaces, API keys and the audit log: who may ask, for which workspace, and who did. The only place that makes a scope.

pub mod audit;
mod caller;
pub mod keys;
mod permission;
mod scope;
mod workspaces;

use base::Clock;
use store::Store;

pub use caller::{Caller, LoggedIn, May};
pub use keys::{Key, KeyKind, KeyRequest, NewKey};
pub use permission::*;
pub use scope::{Actor, Scope};
pub use workspaces::{Workspace, WorkspaceSettings};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Team {
    store: Store,
    clock: Clock,
    known_keys: keys::KnownKeys,
}

impl Team {
    /// The room over a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, known_keys: keys::KnownKeys::default() }
    }
}
