//! How fast a body must come in. One that drips would hold its connection and its memory for as long as it likes.

use api::Problem;
use axum::{
    Error,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::body::{Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::deadline::Deadline;

/// What a body may take: some time in any case, and more for what it brings.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// What even an empty body has.
    pub grace: Duration,
    /// Bytes that earn another second.
    pub rate: usize,
    /// The most that is ever left: how long a body that came quickly may bring nothing.
    pub idle: Duration,
}

/// Middleware: a request whose body came too slowly is answered with 408, which clients try again, whatever its handler made
/// of it.
pub(crate) async fn keep_pace(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| {
        let mut due = Deadline::after(pace.grace);
        due.set();
        Body::new(Paced { body, pace, due, late: late.clone() })
    });
    let response = next.run(request).await;
    if late.load(Ordering::Acquire) { Problem::too_slow().into_response() } else { response }
}

struct Paced {
    body: Body,
    pace: Pace,
    due: Deadline,
    late: Arc<AtomicBool>,
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            ready!(self.due.poll(context));
            self.late.store(true, Ordering::Release);
            return Poll::Ready(Some(Err(Error::new(io::Error::from(io::ErrorKind::TimedOut)))));
        };
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            let Pace { rate, idle, .. } = self.pace;
            self.due.put_off(Duration::from_secs_f64(bytes as f64 / rate as f64), idle);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
