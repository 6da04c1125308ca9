//! Every projection of the log.

use signals::{Projection, Volume};
use std::sync::Arc;

/// All of them; each has its own stored cursor, and nothing is pruned from the log before all have taken it in.
///
/// The archive is a projection too, but its cursor stands in the lake's own table: see `upkeep`.
pub fn projections() -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(Volume)]
}
