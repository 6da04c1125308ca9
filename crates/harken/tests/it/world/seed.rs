//! Chance that can be repeated, and how often a fault is tried.

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

use super::say;

/// Where all chance of one test comes from.
pub struct Seed(u64);

impl Seed {
    /// The seed of `HARKEN_FAULT_SEED`, or a new one; printed either way, since a failure needs it.
    pub fn of(test: &str) -> Self {
        let seed = read("HARKEN_FAULT_SEED").unwrap_or_else(|| u64::from(rand::random::<u32>()));
        say(format_args!("{test}: HARKEN_FAULT_SEED={seed}"));
        Self(seed)
    }

    /// A generator of its own for each part of a test, so that one part draws the same whatever another does.
    pub fn part(&self, number: u64) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(self.0.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
}

/// How often a fault is tried: `HARKEN_FAULT_CYCLES`, or what a test takes by itself.
pub fn cycles(usual: u64) -> u64 {
    read("HARKEN_FAULT_CYCLES").unwrap_or(usual)
}

fn read(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not '{text}'")))
}
