//! Whether the server has been told to stop.

use std::sync::Arc;
use tokio::sync::watch;

/// A flag that goes up once: from then on the server is not ready for anything new. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Draining(Arc<watch::Sender<bool>>);

impl Default for Draining {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Draining {
    /// The server is stopping.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub(crate) async fn begun(self) {
        let mut seen = self.0.subscribe();
        // It cannot be closed: the sender is held by this very flag.
        drop(seen.wait_for(|begun| *begun).await);
    }
}
