//! Hashing passwords with Argon2id, few at a time.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use base::{Error, Result};
use std::sync::Arc;
use tokio::sync::{Semaphore, TryAcquireError};

use super::Password;

/// Hashes at most two passwords at once; others queue. So many logins at once cost memory and processors a known share.
#[derive(Clone)]
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Passwords that were worked on.
    #[cfg(test)]
    pub(crate) runs: Arc<std::sync::atomic::AtomicUsize>,
}

/// How a password compares with what is kept of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is another password, or there was none.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, hashed at another cost than today's: hash it again.
    Stale,
}

/// What one hash costs: 32 MiB, three passes, one lane. OWASP's least is 19 MiB, two passes, one lane.
///
/// Calibrated to about a tenth of a second on one core of a small server (0.08 s of processor time were seen). Changing these
/// is safe: what was hashed at another cost is hashed again when its person logs in.
const MEMORY_KIB: u32 = 32 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 1;

const AT_ONCE: usize = 2;
/// At a tenth of a second each, whoever is last in the queue waits a few seconds; further ones are told to come back.
const QUEUE: usize = 64;

/// The salt of comparisons with nobody's password; it hides nothing.
const NOBODY: &[u8] = b"nobody's salt 16";

impl Hasher {
    pub(crate) fn new() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + QUEUE)),
            #[cfg(test)]
            runs: Arc::default(),
        }
    }

    /// What to keep of a password: a PHC string with salt and cost.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        self.work(password, |argon2, password| {
            let hash: PasswordHash = argon2.hash_password(password)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Compares a password with what is kept. Where nothing is kept it works as long, so that time tells nothing.
    pub(crate) async fn verify(&self, password: &Password, kept: Option<String>) -> Result<Verdict> {
        self.work(password, move |argon2, password| {
            let Some(kept) = kept else {
                let _: PasswordHash = argon2.hash_password_with_salt(password, NOBODY)?;
                return Ok(Verdict::Wrong);
            };
            let kept = PasswordHash::new(&kept)?;
            match argon2.verify_password(password, &kept) {
                Ok(()) if is_current(&kept) => Ok(Verdict::Right),
                Ok(()) => Ok(Verdict::Stale),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        password: &Password,
        work: impl FnOnce(&Argon2<'_>, &[u8]) -> argon2::password_hash::Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = match self.waiting.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits) => return Err(Error::unavailable("too many people log in at once")),
            Err(TryAcquireError::Closed) => return Err(Error::unavailable("the server is stopping")),
        };
        let turn = self.running.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Error::unavailable("the server is stopping"))?;
        #[cfg(test)]
        self.runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let password = password.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when whoever asked is gone.
            let _held = (place, turn);
            work(&argon2()?, password.bytes())
        });
        let hashed = done.await.map_err(|error| Error::internal(format!("hashing a password: {error}")))?;
        hashed.map_err(|error| Error::internal(format!("hashing a password: {error}")))
    }
}

fn argon2() -> argon2::password_hash::Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn is_current(kept: &PasswordHash) -> bool {
    let cost = Params::try_from(kept).map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    kept.algorithm.as_str() == "argon2id" && cost == Ok((MEMORY_KIB, PASSES, LANES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        serde_json::from_value(text.into()).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other_is() {
        let hasher = Hasher::new();
        let kept = hasher.hash(&password("correct horse")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=32768,t=3,p=1$"), "{kept}");
        assert_ne!(kept, hasher.hash(&password("correct horse")).await.unwrap(), "each has its own salt");
        let verify =
            async |text: &str, kept: Option<&str>| hasher.verify(&password(text), kept.map(Into::into)).await.unwrap();
        assert_eq!(verify("correct horse", Some(&kept)).await, Verdict::Right);
        assert_eq!(verify("correct horsE", Some(&kept)).await, Verdict::Wrong);
        assert_eq!(verify("correct horse", None).await, Verdict::Wrong);
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let cheap: PasswordHash = cheap.hash_password(b"correct horse").unwrap();
        assert_eq!(verify("correct horse", Some(&cheap.to_string())).await, Verdict::Stale);
        assert_eq!(verify("wrong horse", Some(&cheap.to_string())).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_told_to_come_back() {
        let hasher = Hasher::new();
        let _places = hasher.waiting.clone().try_acquire_many_owned(u32::try_from(AT_ONCE + QUEUE).unwrap()).unwrap();
        let refused = hasher.hash(&password("correct horse")).await.unwrap_err();
        assert_eq!(refused.kind, base::ErrorKind::Unavailable);
    }
}
