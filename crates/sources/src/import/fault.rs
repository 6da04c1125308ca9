//! Why a row is kept out.

use std::fmt::Display;

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// A short code that is counted: `not_a_time`.
    pub(super) reason: &'static str,
    /// The column or the key of the map; empty when the whole row is at fault.
    pub(super) field: String,
    /// A sentence.
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(reason: &'static str, field: &str, message: impl Display) -> Self {
        Self { reason, field: field.to_owned(), message: message.to_string() }
    }
}
