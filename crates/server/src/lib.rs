//! The server: routes, projections, jobs and upkeep, each on one page, behind our own accept loop.

mod accept;
mod client;
mod console;
mod deadline;
mod description;
mod front;
mod health;
mod jobs;
mod metrics;
mod middleware;
mod projections;
mod reference;
mod router;
mod scrape;
mod traces;
mod upkeep;

pub use accept::{Draining, Limits, serve};
pub use client::Proxies;
pub use front::Front;
pub use jobs::{kinds, worker};
pub use metrics::{Metrics, Sample};
pub use middleware::{Pace, Rate, Rates};
pub use projections::projections;
pub use router::{Rooms, openapi, router};
pub use scrape::{probe_log, scrape};
pub use traces::{Courier, Traces};
pub use upkeep::{Upkeep, keep_up};
