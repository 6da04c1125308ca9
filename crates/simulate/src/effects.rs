//! The planted effects: what changed at the company, when and by how much. `docs/simulate.md` names the same.

use base::Timestamp;
use std::ops::Range;

use crate::{people::Person, places::Device};

/// When the company changed something. Counted back from the end, so a shorter simulation may hold fewer of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effects {
    /// From here on another carrier delivers in Bavaria.
    pub carrier_change: Timestamp,
    /// While this release ran, the mobile checkout was slow.
    pub slow_checkout: Range<Timestamp>,
    /// From here on the help centre explains returns.
    pub returns_article: Timestamp,
}

impl Effects {
    pub(crate) fn before(ending: Timestamp) -> Self {
        let days_before = |days: i64| ending.plus(-days * Timestamp::DAY);
        Self {
            carrier_change: days_before(120),
            slow_checkout: days_before(75)..days_before(54),
            returns_article: days_before(210),
        }
    }

    pub(crate) fn has_new_carrier(&self, person: &Person, at: i64) -> bool {
        person.region().state == "Bavaria" && at >= self.carrier_change.micros()
    }

    fn slows(&self, device: Device, at: i64) -> bool {
        device == Device::Mobile && self.slow_checkout.contains(&Timestamp::from_micros(at))
    }

    /// How probable it is that a delivery comes after its promised day.
    pub(crate) fn late(&self, person: &Person, at: i64) -> f64 {
        if self.has_new_carrier(person, at) { 0.45 } else { 0.06 }
    }

    /// How probable it is that a started checkout becomes an order.
    pub(crate) fn conversion(&self, device: Device, at: i64) -> f64 {
        match device {
            Device::Web => 0.72,
            Device::Mobile if self.slows(device, at) => 0.40,
            Device::Mobile => 0.64,
        }
    }

    /// How many times as long as usual the checkout takes to show.
    pub(crate) fn slowness(&self, device: Device, at: i64) -> f64 {
        if self.slows(device, at) { 2.2 } else { 1.0 }
    }

    /// What is added to the effort of a checkout, on its scale of 1 to 7.
    pub(crate) fn effort(&self, device: Device, at: i64) -> f64 {
        if self.slows(device, at) { 1.3 } else { 0.0 }
    }

    /// How probable it is that a delivered order makes its buyer ask how to return it.
    pub(crate) fn asks_about_return(&self, at: i64) -> f64 {
        if at >= self.returns_article.micros() { 0.04 } else { 0.08 }
    }

    /// What is added to a club member's answer on the scale of 0 to 10.
    pub(crate) fn loyalty(person: &Person) -> f64 {
        if person.club { 0.9 } else { 0.0 }
    }
}
