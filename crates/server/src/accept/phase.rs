//! Where a connection is: between requests, in a header, or in a request.

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

/// Shared by the connection's stream, which times headers, and by what answers its requests.
#[derive(Clone, Debug)]
pub(super) struct Phase(Arc<AtomicU8>);

const IDLE: u8 = 0;
const HEADER: u8 = 1;
const REQUEST: u8 = 2;

impl Default for Phase {
    /// A new connection owes its first header.
    fn default() -> Self {
        Self(Arc::new(AtomicU8::new(HEADER)))
    }
}

impl Phase {
    pub(super) fn is_header(&self) -> bool {
        self.0.load(Ordering::Acquire) == HEADER
    }

    /// Bytes have come in; whether they are the first of a header.
    pub(super) fn hear(&self) -> bool {
        self.0.compare_exchange(IDLE, HEADER, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// A header is complete.
    pub(super) fn begin_request(&self) {
        self.0.store(REQUEST, Ordering::Release);
    }

    /// The request ends when its answer's body does.
    pub(super) fn end_with(self, body: Body) -> Answer {
        Answer { body, phase: self }
    }
}

/// An answer's body.
pub(super) struct Answer {
    body: Body,
    phase: Phase,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.phase.0.store(IDLE, Ordering::Release);
    }
}
