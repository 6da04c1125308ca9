//! The integration tests of insights, in one binary.

mod shop;
mod stories;
