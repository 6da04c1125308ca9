//! Answers: what somebody says on a scale, from how it went and how they are disposed.

use crate::{dice::Dice, effects::Effects, people::Person};

fn whole(value: f64, least: f64, most: f64) -> u8 {
    value.round().clamp(least, most) as u8
}

/// 0 to 10. `went` is added to what an ordinary experience gives.
pub(crate) fn nps(dice: &mut Dice, went: f64, person: &Person) -> u8 {
    let noise = dice.bell(0.0, 1.5);
    whole(8.3 + went + Effects::loyalty(person) + f64::from(person.mood) + noise, 0.0, 10.0)
}

/// 1 to 5, around `usual`.
pub(crate) fn csat(dice: &mut Dice, usual: f64, person: &Person) -> u8 {
    let noise = dice.bell(0.0, 0.8);
    whole(usual + 0.35 * f64::from(person.mood) + noise, 1.0, 5.0)
}

/// 1 to 7, lower is better, around `usual`.
pub(crate) fn effort(dice: &mut Dice, usual: f64, person: &Person) -> u8 {
    let noise = dice.bell(0.0, 1.1);
    whole(usual - 0.3 * f64::from(person.mood) + noise, 1.0, 7.0)
}
