//! The relational store: one connection, one way to write, the migrations. The only place that knows which engine runs.

mod checkpoint;
mod connect;
pub mod copy;
mod disk;
mod failure;
pub mod jobs;
mod json;
mod many;
mod migrations;
mod rows;
mod secret_file;
pub mod text;
mod vault;
mod write;

pub use connect::{Engine, Store};
pub use disk::{Disk, room};
pub use failure::failed;
pub use json::JsonValue;
pub use many::{Insert, lists};
pub use migrations::pending;
pub use rows::all;
pub use secret_file::read_secret;
pub use vault::Vault;
