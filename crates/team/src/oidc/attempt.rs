//! One attempt to log in, between the way to the provider and the way back: the browser carries it in a sealed cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use base::{Error, Result, Timestamp};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Vault;
use subtle::ConstantTimeEq;

/// `__Host-`: a browser takes it from a secure page of this very host alone.
const COOKIE: &str = "__Host-harken-oidc";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
const PURPOSE: &str = "oidc attempt";
const SECONDS: i64 = 600;

/// What has to come back as it went out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    /// The provider it began with.
    pub provider: String,
    /// Binds the answer to this browser.
    pub state: String,
    /// Binds the token to this attempt.
    pub nonce: String,
    /// The secret of PKCE.
    pub verifier: String,
    /// Where the browser goes afterwards.
    pub return_to: String,
    /// When it is too late, in microseconds.
    pub until: i64,
}

impl Attempt {
    /// When an attempt that begins now is over.
    pub fn until(now: Timestamp) -> i64 {
        now.plus(SECONDS * Timestamp::SECOND).micros()
    }

    /// The header that lets the browser carry it.
    pub fn give(&self, vault: &Vault) -> Result<HeaderValue> {
        let text = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let sealed = BASE64_URL_SAFE_NO_PAD.encode(vault.seal(PURPOSE, &text));
        set(&sealed, SECONDS)
    }

    /// The header that takes it away.
    pub fn take_away() -> Result<HeaderValue> {
        set("", 0)
    }

    /// The attempt that comes back to a provider's callback with this state. `None` for any other, and for one that is over.
    pub fn read(headers: &HeaderMap, vault: &Vault, provider: &str, state: &str, now: Timestamp) -> Option<Self> {
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
        let attempt: Self = serde_json::from_slice(&vault.unseal(PURPOSE, &sealed).ok()?).ok()?;
        let same = attempt.state.as_bytes().ct_eq(state.as_bytes());
        (bool::from(same) && attempt.provider == provider && now.micros() < attempt.until).then_some(attempt)
    }

    /// What is remembered of it once it is completed.
    pub fn mark(&self) -> Vec<u8> {
        Sha256::digest(self.state.as_bytes()).to_vec()
    }
}

fn set(value: &str, seconds: i64) -> Result<HeaderValue> {
    let header = HeaderValue::try_from(format!("{COOKIE}={value}; {ATTRIBUTES}; Max-Age={seconds}"));
    let mut header = header.map_err(|error| Error::internal(error.to_string()))?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn an_attempt_comes_back_to_its_own_callback_in_time_and_unchanged() {
        let vault = Vault::open(TempDir::new().unwrap().path()).unwrap();
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let attempt = Attempt {
            provider: "acme".into(),
            state: "state".into(),
            nonce: "nonce".into(),
            verifier: "verifier".into(),
            return_to: "/".into(),
            until: Attempt::until(now),
        };
        let given = attempt.give(&vault).unwrap();
        let given = given.to_str().unwrap();
        assert!(given.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600") && !given.contains("nonce"));
        let carries = |pair: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(pair).unwrap())]);
        let cookie = given.split(';').next().unwrap();
        let headers = carries(&format!("theme=dark; {cookie}"));
        let read = |headers: &HeaderMap, provider: &str, state: &str, now| {
            Attempt::read(headers, &vault, provider, state, now)
        };
        assert!(read(&headers, "acme", "state", now) == Some(attempt));
        assert!(read(&headers, "other", "state", now).is_none());
        assert!(read(&headers, "acme", "State", now).is_none());
        assert!(read(&headers, "acme", "", now).is_none());
        assert!(read(&headers, "acme", "state", now.plus(600 * Timestamp::SECOND)).is_none());
        assert!(read(&HeaderMap::new(), "acme", "state", now).is_none());
        assert!(read(&carries(&format!("{cookie}A")), "acme", "state", now).is_none());
        let elsewhere = Vault::open(TempDir::new().unwrap().path()).unwrap();
        assert!(Attempt::read(&headers, &elsewhere, "acme", "state", now).is_none());
    }
}
