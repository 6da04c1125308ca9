//! The worker's sense of time: the wall clock, but never much faster than time really passes.

use base::Timestamp;
use std::time::{Duration, Instant};

/// Up to which moment jobs and schedules are due.
///
/// A wall clock that is suddenly set forward would make everything due that was meant for later, and a thousand mails
/// would leave at once. So the horizon follows the wall clock over a step of up to an hour, as after a short sleep of the
/// machine; beyond, it moves towards it sixty times as fast as time really passes (by the monotonic clock), which leaves
/// somebody the time to set a wrong clock right, and catches up a day in 24 minutes if it was right. A clock that is set
/// back is followed at once: nobody waits longer than it was set back, and what waits to be tried again does not even
/// wait so long (see `watch::bring_forward`). Time that passes while no worker runs is believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    horizon: Timestamp,
    looked: Instant,
}

const AT_ONCE: i64 = Timestamp::HOUR;
const SPEED: u32 = 60;

/// What a look at the clock told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Due is what is due by now.
    pub horizon: Timestamp,
    /// The clock was set back.
    pub back: bool,
}

impl Pace {
    pub(super) fn start(wall: Timestamp, now: Instant) -> Self {
        Self { horizon: wall, looked: now }
    }

    pub(super) fn look(&mut self, wall: Timestamp, now: Instant) -> Look {
        let passed = micros(now.saturating_duration_since(self.looked).saturating_mul(SPEED));
        self.looked = now;
        let back = wall < self.horizon;
        self.horizon = if back || wall.micros() - self.horizon.micros() <= AT_ONCE {
            wall
        } else {
            self.horizon.plus(passed).min(wall)
        };
        Look { horizon: self.horizon, back }
    }
}

/// A duration in microseconds, as moments are counted.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = Timestamp::DAY;

    fn nine() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_hour_is_followed_at_once_and_four_hundred_days_are_not() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut pace = Pace::start(nine(), begun);
        let hour = nine().plus(Timestamp::HOUR);
        assert_eq!(pace.look(hour, after(1)), Look { horizon: hour, back: false });
        let wrong = hour.plus(400 * DAY);
        assert_eq!(pace.look(wrong, after(2)).horizon, hour.plus(60 * Timestamp::SECOND));
        assert_eq!(pace.look(wrong, after(12)).horizon, hour.plus(660 * Timestamp::SECOND));
        // Set right again: from there on the horizon is the clock.
        let right = hour.plus(11 * Timestamp::SECOND);
        assert_eq!(pace.look(right, after(13)), Look { horizon: right, back: true });
    }

    #[test]
    fn a_clock_that_was_rightly_set_forward_is_caught_up_with() {
        let begun = Instant::now();
        let mut pace = Pace::start(nine(), begun);
        let day_later = nine().plus(DAY);
        let caught_up =
            (1..10_000).find(|second| pace.look(day_later, begun + Duration::from_secs(*second)).horizon == day_later);
        assert!(caught_up.is_some_and(|seconds| seconds <= 24 * 60), "{caught_up:?}");
    }

    proptest! {
        #[test]
        fn whatever_the_clock_does_the_horizon_never_passes_it_nor_leaps(
            steps in prop::collection::vec((-400 * DAY..400 * DAY, 0_u64..100), 1..50)
        ) {
            let mut now = Instant::now();
            let mut wall = nine();
            let mut pace = Pace::start(wall, now);
            let mut before = wall;
            for (jump, seconds) in steps {
                now += Duration::from_secs(seconds);
                wall = wall.plus(jump);
                let Look { horizon, back } = pace.look(wall, now);
                prop_assert!(horizon <= wall);
                prop_assert_eq!(back, wall < before);
                let real = i64::try_from(seconds).unwrap() * 60 * Timestamp::SECOND;
                prop_assert!(horizon.micros() - before.micros() <= real.max(AT_ONCE));
                before = horizon;
            }
        }
    }
}
