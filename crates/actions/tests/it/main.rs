//! The room's stories, told to both databases.

mod api;
mod bad_targets;
mod deliveries;
mod endpoints;
mod receiver;
mod schedule;
mod world;
