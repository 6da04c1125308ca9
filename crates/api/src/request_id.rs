//! The id of a request: in its answer's header, in its problem details, in every line it logs.

use tokio::task_local;
use uuid::Uuid;

task_local! {
    static CURRENT: RequestId;
}

/// The id of one request, made by the server for each; what a client or a proxy sends is not taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// Runs a request as the one with this id.
    pub async fn scope<F: Future>(self, request: F) -> F::Output {
        CURRENT.scope(self, request).await
    }

    /// The id of the request that is being answered, as `urn:uuid:…`; `None` outside one.
    pub fn current() -> Option<String> {
        CURRENT.try_with(|id| id.0.urn().to_string()).ok()
    }
}
