//! The scope: proof that somebody may ask, and for which workspace. Every query takes one.

use base::WorkspaceId;

/// One workspace, as one caller may see it. Only this crate can make one, so a query without authentication does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    workspace: WorkspaceId,
}

impl Scope {
    pub(crate) fn new(workspace: WorkspaceId) -> Self {
        Self { workspace }
    }

    /// The workspace that may be asked about.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }
}
