//! The clock is passed in: a test turns it, and only `Clock::system` reads the wall.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::Timestamp;

/// A source of the current time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is set; all its clones move together.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.micros()))))
    }

    /// The current time.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::from_micros(chrono::Utc::now().timestamp_micros()),
            Source::Fixed(at) => Timestamp::from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Sets a fixed clock; a system clock stays as it is.
    pub fn set(&self, at: Timestamp) {
        if let Source::Fixed(now) = &self.0 {
            now.store(at.micros(), Ordering::SeqCst);
        }
    }
}
