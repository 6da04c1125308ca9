//! The scope: proof that somebody may ask, who it is, and for which workspace. Every query takes one.

use base::WorkspaceId;
use std::fmt;
use uuid::Uuid;

use crate::{Permission, Permissions};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// Somebody at the server's own command line, who could read the data folder anyway.
    Operator,
    /// The server itself: a job, a projection.
    System,
    /// A member, by their person's id.
    Person(Uuid),
    /// An API key, by its id.
    Key(Uuid),
}

impl fmt::Display for Actor {
    /// For the record: `person:…`, `key:…`, `operator`, `system`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::System => f.write_str("system"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Key(id) => write!(f, "key:{id}"),
        }
    }
}

/// One workspace, as one caller may see it. Only this crate can make one, so a query without authentication does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    workspace: WorkspaceId,
    actor: Actor,
    permissions: Permissions,
}

impl Scope {
    pub(crate) fn new(workspace: WorkspaceId, actor: Actor, permissions: Permissions) -> Self {
        Self { workspace, actor, permissions }
    }

    /// The workspace that may be asked about.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Who asks.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// What they may do.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Whether they may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }
}
