//! What a signal is, and the durable log that keeps it.

mod commit;
mod log;
mod projection;
mod read;
mod ready;
mod recognise;
mod row;
mod seen;
mod signal;
pub mod sql;
mod tally;
mod volume;

pub use log::{LogSettings, Queue, Receipt, Signals};
pub use projection::{Progress, Projection, Projector};
pub use read::Tail;
pub use recognise::Recognise;
pub use row::Stored;
pub use signal::{Body, Draft, Identity, Signal, scalar};
pub use tally::{Refusal, Refused, RefusedItem, Tally, tally};
pub use volume::Volume;
