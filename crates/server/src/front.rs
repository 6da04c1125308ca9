//! What the server itself is made of, beside the rooms behind it.

use base::Clock;

use crate::{Draining, Limits, Metrics, Proxies, Rates, Traces};

/// The front door of one process; cheap to clone.
#[derive(Clone)]
pub struct Front {
    /// For request ids and what expires.
    pub clock: Clock,
    /// What one connection, and all of them, may take.
    pub limits: Limits,
    /// How often callers may ask.
    pub rates: Rates,
    /// Whose word about a client's address is taken.
    pub proxies: Proxies,
    /// Whether people come by HTTPS, so that browsers can be told to insist on it.
    pub https: bool,
    /// What is counted.
    pub metrics: Metrics,
    /// Where spans go.
    pub traces: Traces,
    /// Whether the server is stopping.
    pub draining: Draining,
}

impl Front {
    /// With everything as it is by default.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            limits: Limits::default(),
            rates: Rates::default(),
            proxies: Proxies::default(),
            https: false,
            metrics: Metrics::default(),
            traces: Traces::default(),
            draining: Draining::default(),
        }
    }
}
