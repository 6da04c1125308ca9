//! The integration tests of the test kit, in one binary.

mod fixtures;
