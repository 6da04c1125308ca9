//! The integration tests of insights, in one binary.

mod filters;
mod shop;
mod stories;
