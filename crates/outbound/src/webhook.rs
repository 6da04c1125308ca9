//! Signatures of webhooks by the Standard Webhooks specification 1.0.0
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base::{Error, Result, Timestamp};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use std::str::FromStr;
use subtle::{Choice, ConstantTimeEq};

/// What a receiver checks signatures with: 24 to 64 random bytes, written `whsec_` and base64.
pub struct Secret(SecretBox<[u8]>);

const PREFIX: &str = "whsec_";

/// How far the clocks of sender and receiver may differ: five minutes, as in the published libraries.
const TOLERANCE: i64 = 300 * Timestamp::SECOND;

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(SecretBox::new(Box::new(rand::random::<[u8; 32]>())))
    }

    /// From its bytes, as they were sealed.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        if !(24..=64).contains(&bytes.len()) {
            return Err(Error::invalid_field("secret", "length", "a webhook secret has 24 to 64 bytes"));
        }
        Ok(Self(SecretBox::new(bytes.into_boxed_slice())))
    }

    /// Its bytes, to seal them.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// As it is shown to whoever sets up the receiver.
    pub fn reveal(&self) -> SecretString {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.expose())).into()
    }

    /// HMAC-SHA256 over `id.timestamp.body`, as `v1,<base64>`.
    fn signature(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        // A key of any length is one; the constructor fails for other algorithms only.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.expose()) else { return String::new() };
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl FromStr for Secret {
    type Err = Error;

    /// With or without the prefix.
    fn from_str(text: &str) -> Result<Self> {
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text));
        let wrong = || Error::invalid_field("secret", "wrong_type", "a webhook secret reads whsec_ and base64");
        Self::from_bytes(bytes.map_err(|_| wrong())?)
    }
}

/// The value of `webhook-signature`: one signature for each secret, so that during a rotation whoever knows the old or the
/// new one can check it. `id` is the value of `webhook-id`, `at` that of `webhook-timestamp`, in seconds.
pub fn sign(secrets: &[Secret], id: &str, at: Timestamp, body: &[u8]) -> String {
    let signatures = secrets.iter().map(|secret| secret.signature(id, seconds(at), body));
    signatures.collect::<Vec<_>>().join(" ")
}

/// Checks what a sender of webhooks says in its headers `webhook-id`, `webhook-timestamp` and `webhook-signature`: one of
/// the signatures must be by one of the secrets, and the time within five minutes of now. It takes the same time whichever
/// fits.
pub fn verify(
    secrets: &[Secret],
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<()> {
    let refused = |why: &str| Err(Error::unauthenticated(format!("the webhook's {why}")));
    let Ok(at) = timestamp.parse::<i64>() else { return refused("timestamp is no number of seconds") };
    if now.micros().saturating_sub(at.saturating_mul(Timestamp::SECOND)).saturating_abs() > TOLERANCE {
        return refused("timestamp is too far from now");
    }
    let fits = secrets.iter().map(|secret| secret.signature(id, at, body)).fold(Choice::from(0), |fits, expected| {
        let given = signature.split(' ');
        given.fold(fits, |fits, given| fits | given.as_bytes().ct_eq(expected.as_bytes()))
    });
    if bool::from(fits) { Ok(()) } else { refused("signature is by none of the known secrets") }
}

/// The time of an attempt as `webhook-timestamp` gives it.
pub fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(Timestamp::SECOND)
}
