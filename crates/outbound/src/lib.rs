//! The only way out: one guarded HTTP client, mail, signed webhooks.

mod client;
mod failure;
mod guard;
pub mod mail;
pub mod webhook;

pub use client::{Client, Cut, Limits};
pub use failure::Failure;
pub use guard::{Allowed, Refusal, Resolve, Settings, SystemResolver};
