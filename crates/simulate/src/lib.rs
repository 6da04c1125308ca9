//! Signals of an invented company, Nordlicht Outdoor: seeded, in the order of time, with effects planted to be found.
//!
//! A discrete-event simulation: an agenda holds what is due next, one step of one person at a time, and each step says
//! at most one signal and plans what follows from it. So memory grows with the people and with what is under way, never
//! with the number of signals. Nothing here reads a clock, a file or a network.

mod agenda;
mod answers;
mod company;
mod consents;
mod dice;
mod effects;
mod orders;
mod people;
mod places;
mod products;
mod said;
mod seasons;
mod support;
mod verbatims;
mod visits;

#[cfg(test)]
mod tests;

pub use company::Company;
pub use consents::{consents, contact_rules, topics};
pub use effects::Effects;
