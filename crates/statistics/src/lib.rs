//! Pure maths: intervals, tests and quantiles; no I/O.
//!
//! Functions take sufficient statistics (counts, sums, sums of squares), because that is what a query delivers: a
//! fixture, a test and the product go through the same code. No data is `None`, never 0, and never `NaN`.
//! Each function names the source of its formula.

mod ces;
mod change;
mod csat;
mod interval;
mod many;
mod mean;
mod normal;
mod nps;
mod proportion;
mod quantile;
mod warning;

pub use ces::{Ces, Direction, MixedDirections};
pub use change::{Change, Estimate, nps_change};
pub use csat::top_two_from;
pub use interval::Interval;
pub use many::holm;
pub use mean::Moments;
pub use normal::Z95;
pub use nps::{AdjustedNps, Nps};
pub use proportion::Proportion;
pub use quantile::{OrderInterval, quantile};
pub use warning::Warning;
