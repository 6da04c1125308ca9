//! Every request gets an id, a span, a line in the log and its place in the metrics.
//!
//! Logged is the route that matched and never the path, nor query strings, cookies or keys: those name people.

use api::RequestId;
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use opentelemetry::KeyValue;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};
use tracing::Instrument;

use super::rates::Asker;
use crate::{
    Front,
    metrics::{Held, IN_FLIGHT, REQUESTS, SECONDS},
    traces::{Parent, Trace},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware, the outermost.
pub(crate) async fn observe(State(front): State<Front>, request: Request, next: Next) -> Response {
    let id = RequestId::new(front.clock.now(), rand::random());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = name(request.method());
    let trace = front.traces.begin(format!("{method} {route}"), &Parent::of(request.headers()));
    let span = tracing::info_span!("request", id = %id.0, trace = trace.id());
    let in_flight = front.metrics.add_while_held(IN_FLIGHT);
    let mut seen = Seen {
        front,
        id,
        method,
        route,
        trace,
        begun: Instant::now(),
        status: None,
        bytes: 0,
        asker: None,
        _in_flight: in_flight,
    };
    let mut response = id.scope(next.run(request)).instrument(span).await;
    seen.status = Some(response.status());
    seen.asker = response.extensions_mut().remove();
    if let Ok(value) = HeaderValue::try_from(id.0.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.map(|body| Body::new(Watched { body, seen }))
}

/// A method's name as a label: those that nobody uses are one.
fn name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// What is known of a request; told when it is over, however it ends.
struct Seen {
    front: Front,
    id: RequestId,
    method: &'static str,
    route: String,
    trace: Trace,
    begun: Instant,
    /// `None` as long as there is no answer: whoever asked may be gone before.
    status: Option<StatusCode>,
    bytes: usize,
    asker: Option<Asker>,
    _in_flight: Held,
}

impl Drop for Seen {
    fn drop(&mut self) {
        let elapsed = self.begun.elapsed();
        let (method, route) = (self.method, self.route.as_str());
        // 499, as nginx has it: the caller went away.
        let status = self.status.map_or(499, |status| status.as_u16());
        let class =
            ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status / 100).wrapping_sub(1)).unwrap_or(&"other");
        let metrics = &self.front.metrics;
        metrics.count(REQUESTS, &[("route", route), ("method", method), ("status", class)]);
        metrics.observe(SECONDS, &[("route", route), ("method", method)], elapsed.as_secs_f64());
        let trace = self.trace.id();
        self.trace.end(
            [
                KeyValue::new("http.request.method", method),
                KeyValue::new("http.route", self.route.clone()),
                KeyValue::new("http.response.status_code", i64::from(status)),
            ],
            status >= 500,
        );
        let workspace = self.asker.and_then(|asker| asker.workspace);
        let actor = self.asker.map(|asker| asker.actor);
        tracing::info!(
            target: "harken::requests",
            request = %self.id.0,
            trace,
            method,
            route,
            status,
            milliseconds = elapsed.as_micros() as f64 / 1_000.0,
            bytes = self.bytes,
            workspace = workspace.map(tracing::field::display),
            actor = actor.map(tracing::field::display),
        );
    }
}

/// An answer's body, with what is told when it ends.
struct Watched {
    body: Body,
    seen: Seen,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.seen.bytes += frame.data_ref().map_or(0, Bytes::len);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}
