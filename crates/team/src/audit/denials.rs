//! Denials in the audit log: that somebody who is known asked for what they may not.

use base::Result;
use parking_lot::Mutex;
use serde_json::json;
use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};
use store::failed;

use super::{Entry, record};
use crate::{Actor, Caller, Team};

/// So many denials of one caller are written in an hour, so that whoever keeps asking does not fill the disk.
const WRITTEN: u32 = 20;
const HOUR: Duration = Duration::from_secs(3600);
/// Callers who are remembered; beyond that the denials of others are not written until some are forgotten.
const MOST: usize = 10_000;

/// How many denials of each caller were written lately. In memory and on the monotonic clock, like [`crate::delays`].
#[derive(Default)]
pub(crate) struct Denials(Mutex<HashMap<Actor, (Instant, u32)>>);

impl Denials {
    /// The number within its hour of a caller's denial that is to be written; `None` where there were enough.
    fn number(&self, actor: Actor, now: Instant) -> Option<u32> {
        let mut known = self.0.lock();
        if known.len() >= MOST && !known.contains_key(&actor) {
            known.retain(|_, (since, _)| now < *since + HOUR);
            if known.len() >= MOST {
                return None;
            }
        }
        let (since, number) = known.entry(actor).or_insert((now, 0));
        if now >= *since + HOUR {
            (*since, *number) = (now, 0);
        }
        if *number == WRITTEN {
            return None;
        }
        *number += 1;
        Some(*number)
    }
}

impl Team {
    /// Writes that a caller was denied this route. That it cannot be written, on a full disk say, changes nothing for them.
    pub(crate) async fn record_denial(&self, caller: &Caller, method: &str, route: &str, from: IpAddr) {
        let (workspace, actor) = match (caller.scope(), caller.person()) {
            (Some(scope), _) => (Some(scope.workspace()), scope.actor()),
            (None, Some(me)) => (None, Actor::Person(me.person)),
            (None, None) => return,
        };
        let Some(number) = self.denials.number(actor, Instant::now()) else { return };
        let mut details = json!({ "method": method, "route": route });
        if number == WRITTEN {
            details["further"] = "not written for an hour".into();
        }
        let written: Result<()> = async {
            let transaction = self.store.begin().await?;
            let entry = Entry { action: "request.denied", object: None, details };
            record(&transaction, self.clock.now(), workspace, actor, Some(from), entry).await?;
            transaction.commit().await.map_err(failed)
        }
        .await;
        if let Err(error) = written {
            tracing::warn!(%error, "writing that somebody was denied something");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_flood_is_written_down_twenty_times_an_hour_and_hides_nobody_else() {
        let (denials, start) = (Denials::default(), Instant::now());
        let (eve, ada) = (Actor::Key(Uuid::from_u128(1)), Actor::Person(Uuid::from_u128(2)));
        let written = (0..1_000).filter(|_| denials.number(eve, start).is_some()).count();
        assert_eq!(written, 20);
        assert_eq!(denials.number(ada, start), Some(1));
        assert_eq!(denials.number(eve, start + HOUR - Duration::from_secs(1)), None);
        assert_eq!(denials.number(eve, start + HOUR), Some(1));
    }

    #[test]
    fn the_callers_who_are_remembered_are_bounded() {
        let (denials, start) = (Denials::default(), Instant::now());
        let key = |number: usize| Actor::Key(Uuid::from_u128(number as u128));
        let written = (0..MOST + 10).filter(|number| denials.number(key(*number), start).is_some()).count();
        assert_eq!(written, MOST);
        assert_eq!(denials.number(key(MOST + 1), start + HOUR), Some(1));
    }
}
