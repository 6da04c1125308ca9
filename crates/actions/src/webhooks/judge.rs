//! What an answer means and when to try again: pure rules, so that time can be played through.

use base::Timestamp;
use bytes::Bytes;
use chrono::DateTime;
use http::{Response, StatusCode, header};
use outbound::Failure;
use std::time::Duration;

/// What becomes of a delivery after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It arrived.
    Delivered,
    /// It is tried again after this time.
    Again(Duration),
    /// It was tried often enough.
    GivenUp,
    /// The endpoint wants to hear nothing any more.
    Gone,
}

/// The waits before each attempt, in seconds: at once, then over more than three days.
const WAITS: [u64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A wait grows by up to this share, so that what failed together does not come again together.
const JITTER: f64 = 0.2;
/// However long an endpoint asks to be left alone.
const LONGEST: Duration = Duration::from_secs(86_400);
/// An endpoint that nothing has reached for so long is disabled.
pub(super) const GIVEN_UP_AFTER: i64 = 5 * Timestamp::DAY;

/// Judges the attempt with this number, from 1. `chance` is between 0 and 1.
pub(super) fn judge(
    outcome: &Result<Response<Bytes>, Failure>,
    attempt: usize,
    now: Timestamp,
    chance: f64,
) -> Verdict {
    let asked = match outcome {
        Ok(answer) if answer.status().is_success() => return Verdict::Delivered,
        Ok(answer) if answer.status() == StatusCode::GONE => return Verdict::Gone,
        Ok(answer) => retry_after(answer, now),
        Err(_) => None,
    };
    let Some(wait) = WAITS.get(attempt) else { return Verdict::GivenUp };
    let wait = Duration::from_secs(*wait).mul_f64(1.0 + JITTER * chance);
    Verdict::Again(wait.max(asked.unwrap_or_default().min(LONGEST)))
}

/// What went wrong, for the delivery log; `None` when it arrived.
pub(super) fn complaint(outcome: &Result<Response<Bytes>, Failure>) -> Option<String> {
    match outcome {
        Ok(answer) if answer.status().is_success() => None,
        Ok(answer) if answer.status().is_redirection() => {
            Some(format!("it answered {}; redirects are not followed", answer.status()))
        }
        Ok(answer) => Some(format!("it answered {}", answer.status())),
        Err(failure) => Some(failure.to_string()),
    }
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(answer: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?.timestamp_micros();
    u64::try_from(until.saturating_sub(now.micros())).ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, retry_after: Option<&str>) -> Result<Response<Bytes>, Failure> {
        let builder = Response::builder().status(status);
        let builder = retry_after.into_iter().fold(builder, |builder, text| builder.header("retry-after", text));
        Ok(builder.body(Bytes::new()).unwrap())
    }

    fn wait(outcome: &Result<Response<Bytes>, Failure>, attempt: usize) -> u64 {
        match judge(outcome, attempt, now(), 0.0) {
            Verdict::Again(wait) => wait.as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_a_2xx_answer_is_a_success_and_only_410_is_final() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(judge(&answer(status, None), 1, now(), 0.5), Verdict::Delivered, "{status}");
        }
        for status in [300, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 502, 503] {
            assert_eq!(wait(&answer(status, None), 1), 5, "{status}");
        }
        assert_eq!(judge(&answer(410, None), 1, now(), 0.5), Verdict::Gone);
        assert_eq!(wait(&Err(Failure::TimedOut), 1), 5);
    }

    #[test]
    fn ten_attempts_are_made_over_more_than_three_days() {
        let waits: Vec<u64> = (1..10).map(|attempt| wait(&Err(Failure::Unreachable), attempt)).collect();
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(judge(&Err(Failure::Unreachable), 10, now(), 0.0), Verdict::GivenUp);
        assert_eq!(judge(&answer(500, None), 11, now(), 1.0), Verdict::GivenUp);
    }

    #[test]
    fn an_endpoint_that_asks_for_time_gets_it_within_reason() {
        assert_eq!(wait(&answer(429, Some("120")), 1), 120);
        assert_eq!(wait(&answer(503, Some("Mon, 02 Mar 2026 09:10:00 GMT")), 1), 600);
        // Not less than the schedule, and a day at most.
        assert_eq!(wait(&answer(429, Some("1")), 2), 300);
        assert_eq!(wait(&answer(429, Some("99999999")), 1), 86_400);
        for nonsense in ["soon", "-5", "", "Mon, 02 Mar 2020 09:10:00 GMT", "99999999999999999999999"] {
            assert_eq!(wait(&answer(429, Some(nonsense)), 1), 5, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn chance_only_ever_lengthens_a_wait_and_by_a_fifth_at_most(attempt in 1_usize..10, chance in 0.0..=1.0_f64) {
            let Verdict::Again(wait) = judge(&Err(Failure::TimedOut), attempt, now(), chance) else { panic!() };
            let plain = WAITS[attempt] as f64;
            prop_assert!((plain..=plain * 1.2 + 1e-6).contains(&wait.as_secs_f64()));
        }
    }
}
