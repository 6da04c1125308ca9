//! Guessing made slow: after some failures the next try has to wait, twice as long each time. Nobody is locked out.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

/// What failures cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// So many failures cost nothing: fingers slip.
    pub(crate) free: u32,
    /// The longest wait.
    pub(crate) longest: Duration,
}

/// Failed tries by whom they are counted against. Kept in memory alone and on the monotonic clock: neither a restart nor a
/// turned clock lets anybody wait longer than they would.
pub(crate) struct Delays<K> {
    pace: Pace,
    tries: Mutex<HashMap<K, Tries>>,
}

#[derive(Clone, Copy)]
struct Tries {
    failed: u32,
    next: Instant,
}

/// Failures are forgotten once so much time has passed since the next try was allowed.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// About 10 MB.
const MOST: usize = 100_000;

impl<K: Hash + Eq + Clone> Delays<K> {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, tries: Mutex::default() }
    }

    /// Counts a try as failed until [`Delays::forget`] says otherwise, so that many at once count as many. An error says
    /// how long to wait; a try that has to wait is not counted.
    pub(crate) fn try_now(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut tries = self.tries.lock();
        if tries.len() >= MOST && !tries.contains_key(key) {
            make_room(&mut tries, now);
        }
        let entry = tries.entry(key.clone()).or_insert(Tries { failed: 0, next: now });
        if now >= entry.next + REMEMBERED {
            *entry = Tries { failed: 0, next: now };
        }
        let wait = entry.next.saturating_duration_since(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        entry.failed = entry.failed.saturating_add(1);
        entry.next = now + self.pace.after(entry.failed);
        Ok(())
    }

    /// The try was right: nothing stands against this key any more.
    pub(crate) fn forget(&self, key: &K) {
        self.tries.lock().remove(key);
    }

    /// The try was right, and those before it stand: whoever knows one account's password has not earned free guesses at others.
    pub(crate) fn take_back(&self, key: &K, now: Instant) {
        if let Some(entry) = self.tries.lock().get_mut(key) {
            entry.failed = entry.failed.saturating_sub(1);
            entry.next = now;
        }
    }
}

impl Pace {
    /// The wait after so many failures.
    fn after(self, failed: u32) -> Duration {
        match failed.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(doublings) => {
                let seconds = 1_u64.checked_shl(doublings).filter(|seconds| *seconds > 0).unwrap_or(u64::MAX);
                Duration::from_secs(seconds).min(self.longest)
            }
        }
    }
}

/// Drops what is forgotten anyway; where that is not enough, those that have waited longest.
fn make_room<K: Hash + Eq + Clone>(tries: &mut HashMap<K, Tries>, now: Instant) {
    tries.retain(|_, entry| now < entry.next + REMEMBERED);
    if tries.len() < MOST {
        return;
    }
    let mut nexts: Vec<Instant> = tries.values().map(|entry| entry.next).collect();
    let (_, middle, _) = nexts.select_nth_unstable(MOST / 2);
    let middle = *middle;
    let mut left = MOST / 2;
    tries.retain(|_, entry| {
        let stays = entry.next > middle || left == 0;
        left -= usize::from(!stays);
        stays
    });
}

/// What one household or attacker holds of the network: an IPv4 address, or 64 bits of an IPv6 address.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { free: 2, longest: Duration::from_secs(60) };

    #[test]
    fn each_further_failure_waits_twice_as_long_and_nobody_for_ever() {
        let delays = Delays::new(PACE);
        let mut now = Instant::now();
        for expected in [0, 0, 1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(delays.try_now(&"ada", now).is_ok());
            let wait = delays.try_now(&"ada", now).err().unwrap_or_default();
            // The probe itself was a free try where there was nothing to wait for.
            if expected == 0 {
                assert_eq!(wait, Duration::ZERO);
                delays.take_back(&"ada", now);
            } else {
                assert_eq!(wait, Duration::from_secs(expected));
                assert!(delays.try_now(&"ada", now + wait - Duration::from_millis(1)).is_err());
            }
            now += wait;
        }
        assert!(delays.try_now(&"bob", now).is_ok(), "others do not wait");
        delays.forget(&"ada");
        assert!(delays.try_now(&"ada", now).is_ok());
    }

    #[test]
    fn an_hour_later_all_is_forgotten() {
        let delays = Delays::new(PACE);
        let start = Instant::now();
        for _ in 0..3 {
            delays.try_now(&1, start).unwrap();
        }
        assert!(delays.try_now(&1, start).is_err());
        let later = start + REMEMBERED + Duration::from_secs(1);
        for _ in 0..3 {
            delays.try_now(&1, later).unwrap();
        }
        assert!(delays.try_now(&1, later).is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded_and_those_who_wait_longest_stay() {
        let delays = Delays::new(PACE);
        let now = Instant::now();
        for _ in 0..3 {
            delays.try_now(&usize::MAX, now).unwrap();
        }
        for key in 0..MOST + 10 {
            delays.try_now(&key, now).unwrap();
        }
        assert!(delays.tries.lock().len() <= MOST);
        assert!(delays.try_now(&usize::MAX, now).is_err());
    }

    #[test]
    fn a_neighbourhood_is_64_bits_of_an_address() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }
}
