//! The server: routes, projections and upkeep, each on one page, behind our own accept loop.

mod accept;
mod projections;
mod router;
mod upkeep;

pub use accept::{Limits, serve};
pub use projections::projections;
pub use router::{Rooms, router};
pub use upkeep::{Upkeep, keep_up};
