//! Every projection of the log.

use actions::Actions;
use customers::{Sightings, consent::Objections};
use signals::{Projection, Volume};
use std::sync::Arc;

/// All of them; each has its own stored cursor, and nothing is pruned from the log before all have taken it in.
///
/// The archive is a projection too, but its cursor stands in the lake's own table: see `upkeep`.
pub fn projections(actions: &Actions) -> Vec<Arc<dyn Projection>> {
    let own: Vec<Arc<dyn Projection>> = vec![Arc::new(Volume), Arc::new(Sightings), Arc::new(Objections)];
    own.into_iter().chain(actions.projections()).collect()
}
