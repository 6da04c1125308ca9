//! The room's stories, told to both databases.

mod consent;
mod facts;
mod merges;
mod recognition;
mod segments;
mod traits;
