//! Database errors in the words of `base::Error`: what a caller can do about them, without SQL or paths.

use base::Error;
use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// Turns a database error into the error that crosses a room's door; the original goes to the log.
pub fn failed(error: DbErr) -> Error {
    let error = match error {
        DbErr::ConnectionAcquire(_) => return Error::unavailable("the database is busy; try again"),
        error => error,
    };
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = &error
    else {
        tracing::error!(%error, "database");
        return Error::internal("the database answered with an error");
    };
    let answer = match cause.as_ref() {
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
            Error::unavailable("the database cannot be reached; try again")
        }
        SqlxError::Database(cause) => match cause.code().as_deref() {
            // SQLITE_FULL, disk_full
            Some("13" | "53100") => Error::full("the disk is full; nothing of this request was stored"),
            // SQLITE_READONLY and its extended codes, CANTOPEN, PERM
            Some("8" | "264" | "520" | "776" | "1032" | "1288" | "1544" | "14" | "3") => {
                Error::invalid("the database cannot be opened for writing: its folder or file is read-only")
            }
            // PostgreSQL keeps no U+0000 in text.
            Some("22021") => return Error::invalid("a text may not hold the character U+0000"),
            // SQLITE_BUSY, LOCKED and their extended codes; PostgreSQL: starting, stopping, read-only, serialisation
            Some("5" | "6" | "261" | "517" | "57P01" | "57P02" | "57P03" | "25006" | "40001" | "40P01" | "53300") => {
                Error::unavailable("the database is busy; try again")
            }
            _ => Error::internal("the database answered with an error"),
        },
        _ => Error::internal("the database answered with an error"),
    };
    tracing::error!(%error, "database");
    answer
}
