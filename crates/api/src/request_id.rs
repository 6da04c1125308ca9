//! The id of a request: in its answer's header, in its problem details, in every line it logs.

use base::{Timestamp, uuid_v7};
use tokio::task_local;
use uuid::Uuid;

task_local! {
    static CURRENT: RequestId;
}

/// The id of one request, made by the server for each; what a client or a proxy sends is not taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// The id of a request that came in at `at`; `random` fills the 74 bits that are not time.
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        Self(uuid_v7(at, random))
    }

    /// Runs a request as the one with this id.
    pub async fn scope<F: Future>(self, request: F) -> F::Output {
        CURRENT.scope(self, request).await
    }

    /// The id of the request that is being answered; `None` outside one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }

    /// It as the `instance` of a problem: `urn:uuid:…`.
    pub fn urn(self) -> String {
        self.0.urn().to_string()
    }
}
