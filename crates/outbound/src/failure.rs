//! Why a request brought no answer, in words that may be shown to whoever asked for it.

use base::Error;
use std::fmt;

use crate::Refusal;

/// Why there is no answer. It says what a person needs to mend it and nothing about what stands behind the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The guard did not let the request out.
    Refused(Refusal),
    /// The host's name is not known.
    Unresolved,
    /// Nobody answers there, or the TLS handshake failed.
    Unreachable,
    /// There was no complete answer in time.
    TimedOut,
    /// The connection broke, or what came was not HTTP.
    Broken,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unresolved => f.write_str("the host's name cannot be resolved"),
            Self::Unreachable => f.write_str("no connection could be made"),
            Self::TimedOut => f.write_str("there was no complete answer in time"),
            Self::Broken => f.write_str("the connection broke before the answer was complete"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            other => Self::unavailable(other.to_string()),
        }
    }
}
