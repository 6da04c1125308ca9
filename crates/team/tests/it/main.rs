//! The team's stories, told to both databases.

mod audit;
mod keys;
mod world;
