//! What happens to every request before and after its route, one thing a file; their order stands in `router`.

mod bodies;
mod idempotency;
mod links;
mod observe;
mod pace;
mod panics;
mod patience;
mod policy;
mod rates;
mod streams;

pub(crate) use bodies::{LARGEST, plain_bodies_alone};
pub(crate) use idempotency::{Idempotency, answer_once};
pub(crate) use links::link_pages;
pub(crate) use observe::observe;
pub use pace::Pace;
pub(crate) use pace::keep_pace;
pub(crate) use panics::answer_panic;
pub(crate) use patience::answer_in_time;
pub(crate) use policy::{for_api, for_everything, for_pages};
pub(crate) use rates::{Limiters, limit_addresses, limit_callers, limit_collecting};
pub use rates::{Rate, Rates};
pub(crate) use streams::{Streams, hold_streams};
