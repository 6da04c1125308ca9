//! The key of an encrypted backup, made from a file that only its owner can read.

use argon2::{Algorithm, Argon2, Params, Version};
use base::{Error, Result};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A key file: a passphrase, or anything random, of twelve characters at least.
pub struct KeyFile(SecretString);

/// What makes the same passphrase another key in each backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Salt(String);

/// The key of one backup.
pub(super) struct Key(SecretBox<[u8; 32]>);

const SHORTEST: usize = 12;
/// Memory in KiB, passes and lanes: RFC 9106's second recommendation. It is done once for each backup.
const COST: (u32, u32, u32) = (65_536, 3, 4);

impl KeyFile {
    pub fn read(path: &Path) -> Result<Self> {
        let secret = store::read_secret(path, "the backup's key")?;
        if secret.expose_secret().chars().count() < SHORTEST {
            return Err(Error::invalid(format!("the key in {} is shorter than {SHORTEST} characters", path.display())));
        }
        Ok(Self(secret))
    }

    pub(super) fn key(&self, salt: &Salt) -> Result<Key> {
        let failed = |error: argon2::Error| Error::internal(format!("the backup's key cannot be made: {error}"));
        let params = Params::new(COST.0, COST.1, COST.2, Some(32)).map_err(failed)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Box::new([0; 32]);
        argon.hash_password_into(self.0.expose_secret().as_bytes(), salt.0.as_bytes(), &mut *key).map_err(failed)?;
        Ok(Key(SecretBox::new(key)))
    }
}

impl Salt {
    pub(super) fn new() -> Self {
        Self(blake3::Hash::from_bytes(rand::random()).to_hex().to_string())
    }
}

/// Where a chunk belongs: a chunk in another place, or of another file, cannot be opened.
pub(super) struct Place<'a> {
    pub file: &'a str,
    /// Random, for each file anew.
    pub prefix: [u8; PREFIX],
    pub number: u64,
    pub last: bool,
}

/// Random bytes of a file's nonces.
pub(super) const PREFIX: usize = 15;

impl Key {
    pub(super) fn seal(&self, place: &Place, plain: &[u8]) -> Option<Vec<u8>> {
        self.cipher().encrypt(&place.nonce().into(), Payload { msg: plain, aad: place.file.as_bytes() }).ok()
    }

    pub(super) fn open(&self, place: &Place, sealed: &[u8]) -> Option<Vec<u8>> {
        self.cipher().decrypt(&place.nonce().into(), Payload { msg: sealed, aad: place.file.as_bytes() }).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

impl Place<'_> {
    /// The prefix, the chunk's number, and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway
    /// and Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015).
    fn nonce(&self) -> [u8; 24] {
        let mut nonce = [0; 24];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..23].copy_from_slice(&self.number.to_be_bytes());
        nonce[23] = u8::from(self.last);
        nonce
    }
}
