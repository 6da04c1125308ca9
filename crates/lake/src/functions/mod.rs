//! The functions that questions need and the engine does not have.

mod aggregate;
pub(crate) mod buckets;
pub(crate) mod customers;
pub(crate) mod distinct;
mod exact;
pub(crate) mod exact_sum;
pub(crate) mod properties;
pub(crate) mod quantile;
pub(crate) mod text;
mod unary;

use unary::unary;
