//! The audit log: who did what, when and from where. Entries are only ever added, and each is hashed together with the one
//! before it, so that whoever changes or removes one breaks the chain from there on.
//!
//! An entry names people and things by their ids alone: erasing a person never has to touch it.

mod chain;
pub(crate) mod denials;
mod entry;
mod export;
mod http;
mod list;
pub(crate) mod network;
mod note;
mod verify;

pub use chain::record;
pub use entry::{AuditEntry, Entry};
pub use export::Format;
pub use http::routes;
pub use list::{AuditFilter, Log};
pub use verify::{AuditReport, BrokenChain};
