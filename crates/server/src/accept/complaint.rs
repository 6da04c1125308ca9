//! Complaining of failed accepts, at most once in a while: a process without descriptors fails ten times a second.

use std::{
    io,
    time::{Duration, Instant},
};

const ONCE_IN: Duration = Duration::from_secs(10);

/// What was complained of last, and what was kept back since.
#[derive(Debug, Default)]
pub(super) struct Complaint {
    last: Option<Instant>,
    kept_back: u64,
}

impl Complaint {
    /// Logs the error, or counts it for the next line.
    pub(super) fn about(&mut self, error: &io::Error) {
        if self.is_due(Instant::now()) {
            tracing::error!(%error, kept_back = self.kept_back, "connections cannot be accepted; trying again");
            self.kept_back = 0;
        } else {
            self.kept_back += 1;
        }
    }

    fn is_due(&mut self, now: Instant) -> bool {
        let due = self.last.is_none_or(|last| now.duration_since(last) >= ONCE_IN);
        if due {
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_failures_in_ten_seconds_are_one_line() {
        let (mut complaint, start) = (Complaint::default(), Instant::now());
        let lines = (0..200).filter(|tenth| complaint.is_due(start + Duration::from_millis(100 * tenth))).count();
        assert_eq!(lines, 2);
    }
}
