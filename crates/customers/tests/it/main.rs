//! The room's stories, told to both databases.

mod merges;
mod recognition;
mod traits;
