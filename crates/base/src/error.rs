//! The one error that crosses a room's door. Its constructors read as English; `server` turns it into problem+json.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a room's door answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whose fault it is and what can be done, which decides the HTTP status and the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is wrong: 400.
    Invalid,
    /// Nobody has proven who they are: 401.
    Unauthenticated,
    /// Who asks is known and may not: 403.
    Forbidden,
    /// It does not exist, or not in this workspace: 404.
    NotFound,
    /// It contradicts what is stored: 409.
    Conflict,
    /// It was there and is no more: an expired link, a closed survey: 410.
    Gone,
    /// It has changed since the caller read it: 412.
    Changed,
    /// It is larger than this door allows: 413.
    TooLarge,
    /// It is understood and contradicts itself or an earlier request under the same key: 422.
    Unprocessable,
    /// Too often; `retry_after` says when it may be tried again: 429.
    TooMany,
    /// The server cannot now, the same request may succeed later: 503.
    Unavailable,
    /// The disk is (nearly) full: 507.
    Full,
    /// A defect or a broken disk: 500; the details go to the log, not to the caller.
    Internal,
}

/// What is wrong with one field of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The position of the item in its batch, from 0, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The field as the caller wrote it: `context.traits`, `timestamp`.
    pub field: String,
    /// A short code that counters and tests use: `too_long`, `wrong_type`.
    pub reason: String,
    /// A sentence for a person.
    pub message: String,
}

/// An error with a sentence for the person who can mend it.
#[derive(Clone, Debug)]
pub struct Error {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// What went wrong, in a sentence.
    pub message: String,
    /// The fields it is about, if any.
    pub fields: Vec<FieldError>,
    /// Seconds to wait before the same request may succeed, where that is known.
    pub retry_after: Option<u64>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fields: Vec::new(), retry_after: None }
    }

    /// The request is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// The request is wrong in this field.
    pub fn invalid_field(field: impl Into<String>, reason: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let field = FieldError { index: None, field: field.into(), reason: reason.into(), message: message.clone() };
        Self { fields: vec![field], ..Self::invalid(message) }
    }

    /// Nobody has proven who they are.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unauthenticated, message)
    }

    /// Who asks is known and may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, message)
    }

    /// There is no such thing in this workspace.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("there is no such {what}"))
    }

    /// It contradicts what is stored.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// It was there and is no more.
    pub fn gone(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Gone, message)
    }

    /// It has changed since the caller read it.
    pub fn changed(what: &str) -> Self {
        Self::new(ErrorKind::Changed, format!("this {what} has changed since it was read; read it again"))
    }

    /// It is understood and contradicts itself or an earlier request under the same key.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unprocessable, message)
    }

    /// Too often; it may be tried again in so many seconds.
    pub fn too_many(message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ErrorKind::TooMany, message) }
    }

    /// It is larger than this door allows.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::TooLarge, message)
    }

    /// The same request may succeed later.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// The disk is (nearly) full.
    pub fn full(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Full, message)
    }

    /// A defect or a broken disk.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The same error, saying first what was being done.
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
