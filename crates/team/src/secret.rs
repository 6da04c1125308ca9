//! Secrets that a person or a browser carries: 256 random bits, of which only the hash is kept.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;

/// What is kept of a secret. The secret is random and long, so a fast hash without salt is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SecretHash([u8; 32]);

/// A secret at the moment of its making. It is never stored and prints nothing of itself by mistake.
pub(crate) struct Secret(String);

const BYTES: usize = 32;

impl Secret {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; BYTES]>()))
    }

    /// What whoever it is given to sends back.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl SecretHash {
    /// The hash of what somebody sent. `None` when it cannot be a secret of ours: empty, cut off, anything else.
    pub(crate) fn read(sent: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sent).ok()?;
        (bytes.len() == BYTES).then(|| Self::of(sent))
    }

    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// As a column holds it.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_secret_is_looked_up() {
        let secret = Secret::random();
        assert_eq!(SecretHash::read(secret.expose()), Some(secret.hash()));
        assert_ne!(Secret::random().hash(), secret.hash());
        for wrong in
            ["", " ", &secret.expose()[..42], &format!("{}A", secret.expose()), &format!("{}=", secret.expose())]
        {
            assert_eq!(SecretHash::read(wrong), None, "{wrong:?}");
        }
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
