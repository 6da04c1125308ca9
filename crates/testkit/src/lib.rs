//! A test's world: app, people, clock, databases; and the fixture program.

mod databases;
#[cfg(feature = "rooms")]
mod people;
mod postgres;
#[cfg(feature = "rooms")]
mod property;
#[cfg(feature = "rooms")]
mod world;

pub use databases::{Database, databases};
#[cfg(feature = "rooms")]
pub use people::{ANA, BRUNO, CHIDI, Person, Saying, says};
pub use postgres::{Cluster, Fsync};
#[cfg(feature = "rooms")]
pub use property::for_any;
#[cfg(feature = "rooms")]
pub use world::{World, on_both};
