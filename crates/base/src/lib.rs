//! What every room shares: ids, time, errors, money and the filter language. No I/O.

mod amount;
mod clock;
mod email;
mod error;
pub mod filter;
mod id;
mod nearest;
mod time;
mod time_of_day;

pub use amount::Amount;
pub use clock::Clock;
pub use email::EmailAddress;
pub use error::{Error, ErrorKind, FieldError, Result};
pub use filter::{Field, Filter};
pub use id::{CustomerId, SignalId, WorkspaceId, uuid_v7};
pub use nearest::nearest;
pub use time::{Calendar, Grain, Timestamp, Zone};
pub use time_of_day::TimeOfDay;
