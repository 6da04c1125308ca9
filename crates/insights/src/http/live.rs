//! The live feed: signals as they are logged, as server-sent events.

use api::{Problem, Query};
use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use base::{Error, Filter, Result};
use futures::{Stream, stream};
use signals::Signal;
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use team::{May, ReadSignals};

use super::{
    Asking,
    signals::{Sought, filter},
};

/// How often the log is looked at. It is one row that says whether anything is new.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// A line that says nothing, so that nobody on the way takes the stream for dead.
const SAYS_SOMETHING_EVERY: Duration = Duration::from_secs(15);
/// Signals read at once.
const STEP: usize = 200;
const LAST: &str = "last-event-id";

/// Follow signals
///
/// What is logged from now on and matches, as server-sent events: `id` is the sequence number, `data` the signal. Whoever comes
/// back with `Last-Event-ID` goes on after it. The stream ends when the caller's session or permission does. At most eight at once
/// for one person or key.
#[utoipa::path(
    get,
    path = "/api/v1/signals/live",
    tag = "signals",
    params(
        Sought,
        ("Last-Event-ID" = Option<i64>, Header, description = "The sequence number of the last signal that was seen."),
    ),
    responses((status = 200, description = "Events without an end.", content((String = "text/event-stream")))),
    security(("session" = []), ("key" = ["signals:read"]))
)]
pub(super) async fn follow_signals(
    State(asking): State<Asking>,
    caller: May<ReadSignals>,
    headers: HeaderMap,
    Query(sought): Query<Sought>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let filter = filter(&sought.text, asking.zone(&caller).await?)?;
    let seen = match headers.get(LAST) {
        None => asking.insights.head().await?,
        Some(last) => {
            let wrong = || Error::invalid_field("Last-Event-ID", "wrong_type", "this is no sequence number");
            last.to_str().ok().and_then(|last| last.parse().ok()).ok_or_else(wrong)?
        }
    };
    let follower = Follower { asking, caller, filter, seen, waiting: VecDeque::new() };
    let events = stream::unfold(follower, async |mut follower| {
        let signal = follower.next().await?;
        Some((Ok(event(&signal)), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SAYS_SOMETHING_EVERY)))
}

/// Somebody who looks, and what they have seen.
struct Follower {
    asking: Asking,
    caller: May<ReadSignals>,
    filter: Filter,
    /// Every signal up to this one is behind them, or waits.
    seen: i64,
    waiting: VecDeque<Signal>,
}

impl Follower {
    /// The next signal; `None` when there is nobody any more to whom it may be told, or it cannot be read: whoever comes back
    /// goes on where they were.
    async fn next(&mut self) -> Option<Signal> {
        let mut begun = false;
        loop {
            if let Some(signal) = self.waiting.pop_front() {
                return Some(signal);
            }
            if begun {
                tokio::time::sleep(LOOKS_EVERY).await;
            }
            begun = true;
            match self.look().await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a live feed ends");
                    return None;
                }
            }
        }
    }

    /// Whether they still may; and what is new.
    async fn look(&mut self) -> Result<bool> {
        if !self.asking.team.still_may(&self.caller).await? {
            return Ok(false);
        }
        let head = self.asking.insights.head().await?;
        if head <= self.seen {
            return Ok(true);
        }
        let found = self.asking.insights.after(&self.caller, &self.filter, self.seen, STEP).await?;
        self.seen = reached(head, &found);
        self.waiting.extend(found);
        Ok(true)
    }
}

/// How far somebody has seen who found this after the log's head was read. More may wait behind a full step; else everything up
/// to the head is seen, whether it matched or not, and so is what was logged between the two looks and found by the second.
fn reached(head: i64, found: &[Signal]) -> i64 {
    match found.last() {
        Some(last) if found.len() >= STEP => last.seq,
        Some(last) => last.seq.max(head),
        None => head,
    }
}

fn event(signal: &Signal) -> Event {
    let event = Event::default().id(signal.seq.to_string());
    event.json_data(signal).unwrap_or_else(|error| {
        tracing::error!(%error, seq = signal.seq, "a signal cannot be written");
        Event::default().comment("a signal cannot be written")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signals(seqs: impl Iterator<Item = i64>) -> Vec<Signal> {
        let signal = |seq| {
            let signal = json!({
                "seq": seq, "id": "019a0000-0000-7000-8000-000000000000", "message_id": "m", "kind": "page_viewed",
                "occurred_at": "2026-03-02T09:00:00Z", "received_at": "2026-03-02T09:00:01Z",
            });
            serde_json::from_value(signal).unwrap()
        };
        seqs.map(signal).collect()
    }

    #[test]
    fn what_is_logged_between_two_looks_is_told_once_and_nothing_is_passed_over() {
        assert_eq!(reached(7, &[]), 7);
        assert_eq!(reached(7, &signals(4..=5)), 7, "what did not match is seen, too");
        assert_eq!(reached(7, &signals(4..=9)), 9, "8 and 9 came in after the head was read");
        let full = signals(1..=STEP as i64);
        assert_eq!(reached(10_000, &full), STEP as i64, "more may wait behind a full step");
    }
}
