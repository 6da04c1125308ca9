//! The log's promises, told to both databases.

mod log;
mod projections;
mod reading;
mod sql;
