//! Errors of the engine and of the disk as errors of the house.

use base::Error;
use datafusion::error::DataFusionError;
use deltalake_core::DeltaTableError;
use std::{fmt::Display, io};

/// An error while planning or running a query.
pub(crate) fn failed(error: DataFusionError) -> Error {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Error::too_large(
            "the question needs more memory than one question may use; ask for fewer groups or a shorter time",
        ),
        DataFusionError::External(inner) if inner.is::<Error>() => {
            inner.downcast_ref::<Error>().cloned().unwrap_or_else(|| Error::internal(error.to_string()))
        }
        _ => Error::internal(format!("the lake cannot answer: {error}")),
    }
}

/// An error of the table's transaction log.
pub(crate) fn log_failed(error: DeltaTableError) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return disk_failed(io).context("the lake's transaction log");
        }
        cause = inner.source();
    }
    Error::internal(format!("the lake's transaction log: {error}"))
}

/// An error of the file system, with a full disk told apart, because it can be mended by making room.
pub(crate) fn disk_failed(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::full(error.to_string()),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Error::unavailable(error.to_string()),
        _ => Error::internal(error.to_string()),
    }
}

/// The same, saying what was being done.
pub(crate) fn while_doing<'a>(doing: impl Display + 'a) -> impl FnOnce(io::Error) -> Error + 'a {
    move |error| disk_failed(&error).context(doing)
}
