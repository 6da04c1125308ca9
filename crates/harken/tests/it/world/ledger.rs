//! The ledger: what clients sent and what they were told, held against what is stored afterwards.

use signals::Signal;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use super::Event;

/// Written before an event is sent and again after its answer. It lives in the test's process, which no fault touches.
#[derive(Default)]
pub struct Ledger(Mutex<Accounts>);

#[derive(Default)]
struct Accounts {
    attempts: BTreeMap<String, (Event, Outcome)>,
    acknowledged: u64,
    deaf: bool,
}

/// What the client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Sent; no complete answer, or one that says "try again". It may be stored, once, or not.
    Unknown,
    /// A complete answer said that it is stored.
    Acknowledged,
    /// A complete answer said that it is not, and never will be.
    Refused,
}

/// How much was held against what is stored.
#[derive(Debug, PartialEq, Eq)]
pub struct Audit {
    pub acknowledged: u64,
    pub stored: u64,
}

impl Ledger {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap()
    }

    /// To be called before an event is sent.
    pub fn sends(&self, events: &[Event]) {
        let mut accounts = self.accounts();
        for event in events {
            let attempt = (event.clone(), Outcome::Unknown);
            accounts.attempts.entry(event.message_id.clone()).or_insert(attempt);
        }
    }

    /// To be called after a complete answer that says so.
    pub fn acknowledged(&self, events: &[Event]) {
        self.settle(events, Outcome::Acknowledged);
    }

    /// To be called after a complete answer that says so.
    pub fn refused(&self, events: &[Event]) {
        self.settle(events, Outcome::Refused);
    }

    /// From now on answers are not heard: what they would have said stays unknown.
    pub fn hears_no_more(&self) {
        self.accounts().deaf = true;
    }

    /// From now on answers are heard again.
    pub fn hears_again(&self) {
        self.accounts().deaf = false;
    }

    fn settle(&self, events: &[Event], told: Outcome) {
        let mut accounts = self.accounts();
        if accounts.deaf {
            return;
        }
        for event in events {
            let (_, outcome) = accounts.attempts.get_mut(&event.message_id).expect("it was never sent");
            let before = std::mem::replace(outcome, told);
            if told == Outcome::Acknowledged && before != Outcome::Acknowledged {
                accounts.acknowledged += 1;
            }
        }
    }

    /// The fewest and the most signals that may be stored now.
    pub fn bounds(&self) -> (u64, u64) {
        let accounts = self.accounts();
        (accounts.acknowledged, accounts.attempts.len() as u64)
    }

    /// Holds everything that is stored against the ledger: nothing that was acknowledged is lost, nothing is doubled,
    /// invented or altered, and nothing that was refused is there.
    pub fn audit(&self, stored: &[Signal]) -> Result<Audit, String> {
        let accounts = self.accounts();
        let mut found: BTreeMap<&str, Vec<&Signal>> = BTreeMap::new();
        for signal in stored {
            found.entry(&signal.message_id).or_default().push(signal);
        }
        let mut wrong = Vec::new();
        for (id, (event, outcome)) in &accounts.attempts {
            match (found.remove(id.as_str()).as_deref().unwrap_or_default(), outcome) {
                ([], Outcome::Acknowledged) => wrong.push(format!("{id} was acknowledged and is lost")),
                ([], _) => {}
                ([_, _, ..], _) => wrong.push(format!("{id} is there more than once")),
                ([_], Outcome::Refused) => wrong.push(format!("{id} was refused and is stored")),
                ([signal], _) if !event.is_kept_in(signal) => wrong.push(format!("{id} was altered: {signal:?}")),
                ([_], _) => {}
            }
        }
        wrong.extend(found.into_keys().map(|id| format!("{id} was never sent")));
        if wrong.is_empty() {
            return Ok(Audit { acknowledged: accounts.acknowledged, stored: stored.len() as u64 });
        }
        let shown = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
        Err(format!("{} of {} attempts are not as they must be:\n{shown}", wrong.len(), accounts.attempts.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Events, Seed};
    use base::{SignalId, Timestamp};

    fn stored(event: &Event) -> Signal {
        let properties = &event.json["properties"];
        Signal {
            seq: 1,
            id: SignalId::new(Timestamp::from_micros(0), [0; 10]),
            message_id: event.message_id.clone(),
            occurred_at: Timestamp::from_micros(0),
            received_at: Timestamp::from_micros(0),
            customer: None,
            kind: "button_clicked".to_owned(),
            body: signals::Body { properties: properties.as_object().unwrap().clone(), ..Default::default() },
        }
    }

    #[test]
    fn it_sees_what_is_lost_doubled_invented_altered_or_stored_though_refused() {
        let mut events = Events::new(Seed::of("ledger").part(0), "e");
        let mut click =
            || std::iter::repeat_with(|| events.one()).find(|event| event.json["event"] == "Button Clicked");
        let (kept, unknown, refused) = (click().unwrap(), click().unwrap(), click().unwrap());
        let ledger = Ledger::default();
        ledger.sends(&[kept.clone(), unknown.clone(), refused.clone()]);
        ledger.acknowledged(std::slice::from_ref(&kept));
        ledger.refused(std::slice::from_ref(&refused));
        assert_eq!(ledger.audit(&[stored(&kept)]), Ok(Audit { acknowledged: 1, stored: 1 }));
        assert_eq!(ledger.audit(&[stored(&kept), stored(&unknown)]), Ok(Audit { acknowledged: 1, stored: 2 }));
        let wrong = |stored: &[Signal], what: &str| assert!(ledger.audit(stored).unwrap_err().contains(what), "{what}");
        wrong(&[], "is lost");
        wrong(&[stored(&kept), stored(&kept)], "more than once");
        wrong(&[stored(&kept), stored(&refused)], "was refused");
        wrong(&[stored(&kept), stored(&click().unwrap())], "never sent");
        let altered = Signal { kind: "button_pressed".to_owned(), ..stored(&kept) };
        wrong(&[altered], "was altered");
    }
}
