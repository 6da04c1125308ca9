//! A test's world: app, people, clock, databases; and the fixture program.

mod databases;
mod people;
mod postgres;
mod property;
mod world;

pub use databases::{Database, databases};
pub use people::{ANA, BRUNO, CHIDI, Person, Saying, says};
pub use postgres::{Cluster, Fsync};
pub use property::for_any;
pub use world::{World, on_both};
