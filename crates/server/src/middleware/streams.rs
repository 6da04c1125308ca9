//! Answers that go on until somebody ends them: how many one caller may hold, and that they end when the server does.

use api::Problem;
use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::Error;
use futures::StreamExt;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

use super::rates::Asker;
use crate::{Draining, Metrics, metrics::STREAMS};

/// One for each window that somebody leaves open, within reason.
const MOST: usize = 8;
/// Seconds after which another try makes sense.
const LATER: u64 = 10;

/// The streams that are open; cheap to clone.
#[derive(Clone)]
pub(crate) struct Streams {
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
    metrics: Metrics,
    draining: Draining,
}

/// One stream's place, given back when it is dropped.
struct Place {
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
    holder: Uuid,
}

impl Streams {
    pub(crate) fn new(metrics: Metrics, draining: Draining) -> Self {
        Self { open: Arc::default(), metrics, draining }
    }

    fn take(&self, holder: Uuid) -> Option<Place> {
        let mut open = self.open.lock();
        let held = open.entry(holder).or_default();
        if *held >= MOST {
            return None;
        }
        *held += 1;
        Some(Place { open: self.open.clone(), holder })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        if let Some(held) = open.get_mut(&self.holder) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.holder);
            }
        }
    }
}

/// Middleware, around the limit of callers, who are known by then.
pub(crate) async fn hold_streams(State(streams): State<Streams>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let Some(asker) = response.extensions().get::<Asker>().copied().filter(|_| is_stream) else { return response };
    let Some(place) = streams.take(asker.actor) else {
        let message = format!("at most {MOST} streams of events at the same time");
        let mut refused = Problem::from(Error::too_many(message, LATER)).into_response();
        refused.extensions_mut().insert(asker);
        return refused;
    };
    let held = (place, streams.metrics.add_while_held(STREAMS));
    let end = Box::pin(streams.draining.begun());
    response.map(|body| {
        let pieces = body.into_data_stream().take_until(end);
        Body::from_stream(pieces.inspect(move |_| {
            // Held as long as anybody reads.
            let _ = &held;
        }))
    })
}
