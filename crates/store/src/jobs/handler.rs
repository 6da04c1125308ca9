//! What a kind of job is: its handler, how it may fail, and how often and how long it is tried.

use async_trait::async_trait;
use base::Error;
use std::time::Duration;

use super::Claimed;

/// Does the work of one kind of job.
///
/// A job is run at least once, and more often when a process dies in the middle. An effect in the store happens exactly
/// once when it is written through [`Claimed::begin`] and [`Claimed::done`]; an effect elsewhere must carry an id that
/// stays the same over attempts, such as the job's own.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kind it is for, a verb phrase: `send_mail`. A name for ever: jobs in the database have it.
    fn kind(&self) -> &'static str;

    /// How often, how long and how many at once.
    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// Does it once. It may be dropped at any await: when the server stops, and when another has taken the job over.
    async fn run(&self, job: &Claimed) -> Result<(), Failure>;
}

/// Why a job did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may succeed later.
    Again {
        /// What a person reads who looks after it.
        why: String,
        /// When to try again, where that is known; otherwise the policy says.
        after: Option<Duration>,
    },
    /// It will never succeed: it is given up at once.
    Never {
        /// What a person reads who looks after it.
        why: String,
    },
}

impl Failure {
    /// It may succeed later; the policy says when.
    pub fn again(why: impl Into<String>) -> Self {
        Self::Again { why: why.into(), after: None }
    }

    /// It will never succeed.
    pub fn never(why: impl Into<String>) -> Self {
        Self::Never { why: why.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Again { why: error.message, after: error.retry_after.map(Duration::from_secs) }
    }
}

/// How often a job is tried, how long its holder may be silent, and how many run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// It is given up when it has failed so often.
    pub attempts: u32,
    /// The longest wait after the first failure; it doubles with each further one …
    pub first: Duration,
    /// … until it is this long.
    pub longest: Duration,
    /// A holder that gives no sign of life for so long has lost the job.
    pub lease: Duration,
    /// An attempt that takes longer has failed.
    pub limit: Duration,
    /// How many of this kind one process runs at the same time.
    pub concurrency: usize,
}

impl Default for Policy {
    /// Twelve attempts over about ten hours.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            attempts: 12,
            first: seconds(10),
            longest: seconds(6 * 3_600),
            lease: seconds(30),
            limit: seconds(3_600),
            concurrency: 4,
        }
    }
}

impl Policy {
    /// No wait is longer than this, whatever a handler asks for.
    pub(super) const LONGEST: Duration = Duration::from_secs(48 * 3_600);

    /// The longest wait after so many failures: exponential, with a cap.
    pub fn longest_wait(&self, failures: u32) -> Duration {
        let doubled = 2_u32.checked_pow(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(self.longest).min(Self::LONGEST)
    }

    /// How long to wait after so many failures: anything up to the longest wait, so that what failed together is not tried
    /// again together ("full jitter": M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    pub(super) fn wait(&self, failures: u32) -> Duration {
        self.longest_wait(failures).mul_f64(rand::random_range(0.0..=1.0))
    }

    /// How often a holder gives a sign of life: often enough that one or two may be late.
    pub(super) fn beat(&self) -> Duration {
        self.lease / 4
    }
}
