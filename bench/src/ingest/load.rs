//! Load: requests over many connections, either as fast as they are answered or at a fixed rate whatever happens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

use super::{
    connection::Connection,
    event,
    latency::Latencies,
    server::{Server, own_processor},
};
use crate::Outcome;

/// What is sent, over how many connections.
#[derive(Clone, Debug)]
pub struct Load {
    /// Distinguishes the message ids of this run from those of others.
    pub name: &'static str,
    pub connections: u64,
    /// Events in a request; one goes to `/v1/track`.
    pub batch: u64,
    pub pace: Pace,
    pub warm_up: Duration,
    pub measured: Duration,
}

/// When a request is sent.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// As soon as the answer before it has come, on each connection.
    Closed,
    /// So many a second, evenly spaced, on whichever connection is free. Latency counts from when a request should have
    /// been sent, so that a stall shows in every request it delays.
    Open(u64),
    /// As `Closed`, until so many events have been sent, whatever the time.
    Fill(u64),
}

/// What came of it.
#[derive(Default)]
pub struct Run {
    /// Events that the server said it stored, also outside of the measured time.
    pub stored: u64,
    /// Those of the measured time, per second.
    pub rate: f64,
    /// Of requests in the measured time.
    pub latencies: Latencies,
    /// Processor time of the generator and the server in the measured time, as a share of one processor.
    pub generator: f64,
    pub server: f64,
    /// Most memory of the server, in MB.
    pub memory: f64,
}

#[derive(Default)]
struct Part {
    stored: u64,
    measured: u64,
    latencies: Latencies,
}

impl Load {
    pub async fn run(&self, server: &Server) -> Outcome<Run> {
        let next = Arc::new(AtomicU64::new(0));
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            connections.push(Connection::open(server.address, &server.key).await?);
        }
        let start = Instant::now();
        let mut parts = JoinSet::new();
        for connection in connections {
            parts.spawn(self.clone().drive(connection, start, next.clone()));
        }
        tokio::time::sleep(self.warm_up).await;
        let before = (own_processor()?, server.processor()?, Instant::now());
        let mut run = Run::default();
        let mut joined = Part::default();
        let mut end = start + self.warm_up + self.measured;
        let mut look = tokio::time::interval(Duration::from_millis(250));
        // The part of the measured time that is over, so that the processor's share is taken of the same span.
        let mut after = None;
        while !parts.is_empty() {
            tokio::select! {
                Some(part) = parts.join_next() => {
                    let part = part??;
                    joined.stored += part.stored;
                    joined.measured += part.measured;
                    joined.latencies.append(part.latencies);
                }
                _ = look.tick() => {
                    run.memory = run.memory.max(server.memory()?);
                    if after.is_none() && Instant::now() >= end {
                        after = Some((own_processor()?, server.processor()?, Instant::now()));
                    }
                }
            }
        }
        let after = match after {
            Some(after) => after,
            None => (own_processor()?, server.processor()?, Instant::now()),
        };
        if matches!(self.pace, Pace::Fill(_)) {
            end = Instant::now();
        }
        let span = (after.2 - before.2).as_secs_f64();
        run.generator = (after.0 - before.0).as_secs_f64() / span;
        run.server = (after.1 - before.1).as_secs_f64() / span;
        run.stored = joined.stored;
        run.rate = joined.measured as f64 / (end - start - self.warm_up).as_secs_f64();
        run.latencies = joined.latencies;
        Ok(run)
    }

    async fn drive(self, mut connection: Connection, start: Instant, next: Arc<AtomicU64>) -> Outcome<Part> {
        let measure_from = start + self.warm_up;
        let measure_to = measure_from + self.measured;
        let mut part = Part::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let intended = match self.pace {
                Pace::Closed => Instant::now(),
                Pace::Open(rate) => start + Duration::from_nanos(number * 1_000_000_000 / rate),
                Pace::Fill(events) if number * self.batch >= events => return Ok(part),
                Pace::Fill(_) => Instant::now(),
            };
            if intended >= measure_to && !matches!(self.pace, Pace::Fill(_)) {
                return Ok(part);
            }
            let id = format!("{}-{number}", self.name);
            let (path, body) = match self.batch {
                1 => ("/v1/track", event::single(&id, number)),
                size => ("/v1/batch", event::batch(&id, number, size)),
            };
            tokio::time::sleep_until(intended.into()).await;
            let stored = connection.post(path, body).await?;
            part.stored += stored;
            let answered = Instant::now();
            let counts = match self.pace {
                // A rate counts answers within the time; a latency belongs to when its request was due.
                Pace::Closed => (measure_from..measure_to).contains(&answered),
                Pace::Open(_) => intended >= measure_from,
                Pace::Fill(_) => true,
            };
            if counts {
                part.measured += stored;
                part.latencies.add(answered - intended);
            }
        }
    }
}
