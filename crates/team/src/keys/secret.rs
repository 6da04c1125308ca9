//! The secret of a key: random, shown once, kept as its hash alone.

use sha2::{Digest, Sha256};

use super::KeyKind;

/// How many characters of a key are kept to recognise it by.
const PREFIX: usize = 8;
const RANDOM: usize = 32;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new secret of 190 random bits, which no salt or slow hash would make any harder to guess.
pub(super) fn new(kind: KeyKind) -> String {
    let random = (0..RANDOM).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())]));
    kind.mark().chars().chain(random).collect()
}

/// What people recognise it by.
pub(super) fn prefix(secret: &str) -> String {
    secret.chars().take(PREFIX).collect()
}

/// What it is looked up by. Looking up a hash tells a guesser nothing of how close the guess was.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
