//! The agenda: what is due, earliest first, and what was planned first among equals.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{orders::Order, places::Device, support::Case};

/// One step of one person. Small and `Copy`, since millions of them wait at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// May begin a visit, if the season wants it, and plans the next chance.
    Arrive,
    Search(Device),
    ReadArticle(Device),
    ViewProduct(Device, u8),
    AddProduct(Device, u8),
    SignIn(Device),
    StartCheckout(Device, u8),
    MeasurePage(Device, crate::places::Place),
    RateVisit(Device),
    Complete(Order),
    RateCheckout(Order),
    Deliver(Order),
    RateDelivery(Order),
    Review(Order),
    RequestReturn(Order),
    Refund(Order),
    RateReturn(Order),
    OpenConversation(Case),
    Write(Case),
    Resolve(Case),
    RateConversation(Case),
    RateEffort(Case),
}

/// A step and when and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    /// Microseconds since 1970 UTC.
    pub(crate) at: i64,
    /// Counts up, so that no two are equal and ties fall the same way on every run.
    number: u64,
    pub(crate) who: u32,
    pub(crate) step: Step,
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

#[derive(Default)]
pub(crate) struct Agenda {
    due: BinaryHeap<Reverse<Due>>,
    planned: u64,
}

impl Agenda {
    pub(crate) fn plan(&mut self, at: i64, who: u32, step: Step) {
        self.planned += 1;
        self.due.push(Reverse(Due { at, number: self.planned, who, step }));
    }

    pub(crate) fn next(&mut self) -> Option<Due> {
        self.due.pop().map(|Reverse(due)| due)
    }
}
