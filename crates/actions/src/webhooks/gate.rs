//! Places at each endpoint, so that slow ones do not hold up the others.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::WebhookId;

/// How many deliveries one process makes to one endpoint at the same time.
const PLACES: u32 = 8;
/// A delivery waits so long for a place itself; after that it gives its worker to others and comes back later.
const PATIENCE: Duration = Duration::from_secs(1);
/// It comes back after this time at the earliest …
const SOONEST: Duration = Duration::from_secs(1);
/// … and at the latest.
const LATEST: Duration = Duration::from_secs(600);

/// The gates of all endpoints; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Gates(Arc<Mutex<HashMap<WebhookId, Gate>>>);

struct Gate {
    places: Arc<Semaphore>,
    /// How long a delivery takes there, smoothed.
    pace: Duration,
    /// Until when those who were sent away have been given their turns.
    given_until: Instant,
    /// Those inside or at the door.
    here: usize,
}

/// A place at an endpoint, given back when it is dropped.
pub(super) struct Place {
    gates: Gates,
    webhook: WebhookId,
    since: Instant,
    permit: Option<OwnedSemaphorePermit>,
}

impl Gates {
    /// A place at an endpoint, all of it where nothing has got through lately; or after what time to come back.
    pub async fn enter(&self, webhook: WebhookId, failing: bool) -> Result<Place, Duration> {
        let wanted = if failing { PLACES } else { 1 };
        let mut place = self.arrive(webhook);
        let (places, slow) = self.look(webhook);
        let permit = if slow {
            places.try_acquire_many_owned(wanted).ok()
        } else {
            let waiting = tokio::time::timeout(PATIENCE, places.acquire_many_owned(wanted));
            waiting.await.ok().and_then(Result::ok)
        };
        match permit {
            Some(permit) => {
                place.permit = Some(permit);
                place.since = Instant::now();
                Ok(place)
            }
            None => Err(self.send_away(webhook, wanted)),
        }
    }

    fn arrive(&self, webhook: WebhookId) -> Place {
        let new = || Gate {
            places: Arc::new(Semaphore::new(PLACES as usize)),
            pace: Duration::ZERO,
            given_until: Instant::now(),
            here: 0,
        };
        self.0.lock().entry(webhook).or_insert_with(new).here += 1;
        Place { gates: self.clone(), webhook, since: Instant::now(), permit: None }
    }

    /// The endpoint's places, and whether waiting for one is idle.
    fn look(&self, webhook: WebhookId) -> (Arc<Semaphore>, bool) {
        match self.0.lock().get(&webhook) {
            Some(gate) => (gate.places.clone(), gate.pace >= PATIENCE),
            None => (Arc::new(Semaphore::new(0)), true),
        }
    }

    /// The turns of those who are sent away follow each other as fast as the endpoint has taken them so far.
    fn send_away(&self, webhook: WebhookId, wanted: u32) -> Duration {
        let mut gates = self.0.lock();
        let Some(gate) = gates.get_mut(&webhook) else { return SOONEST };
        gate.pace = gate.pace.max(PATIENCE);
        let now = Instant::now();
        gate.given_until = gate.given_until.max(now) + gate.pace * wanted / PLACES;
        (gate.given_until - now).clamp(SOONEST, LATEST)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut gates = self.gates.0.lock();
        let Some(gate) = gates.get_mut(&self.webhook) else { return };
        gate.here -= 1;
        if self.permit.is_some() {
            gate.pace = (gate.pace * 3 + self.since.elapsed()) / 4;
        }
        if gate.here == 0 && gate.given_until <= Instant::now() {
            gates.remove(&self.webhook);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn webhook(number: u128) -> WebhookId {
        WebhookId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_full_endpoint_sends_away_and_another_is_not_held_up() {
        let gates = Gates::default();
        let mut inside = Vec::new();
        for _ in 0..PLACES {
            inside.push(gates.enter(webhook(1), false).await.ok().unwrap());
        }
        let away = gates.enter(webhook(1), false).await.err().unwrap();
        assert!((SOONEST..=LATEST).contains(&away));
        assert!(gates.enter(webhook(2), false).await.is_ok());
        inside.pop();
        assert!(gates.enter(webhook(1), false).await.is_ok());
    }

    #[tokio::test]
    async fn nobody_goes_in_beside_one_who_tries_a_failing_endpoint() {
        let gates = Gates::default();
        let alone = gates.enter(webhook(1), true).await.ok().unwrap();
        let mut turns = Vec::new();
        for _ in 0..5 {
            turns.push(gates.enter(webhook(1), true).await.err().unwrap());
        }
        // Their turns come one after the other, not together.
        assert!(turns.is_sorted() && turns[4] > turns[0] * 2, "{turns:?}");
        drop(alone);
        assert!(gates.enter(webhook(1), true).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_stops_waiting_leaves_nothing_behind() {
        let gates = Gates::default();
        let inside = gates.enter(webhook(1), true).await.ok().unwrap();
        let waiting = gates.enter(webhook(1), false);
        assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
        drop(inside);
        assert!(gates.0.lock().is_empty());
    }
}
