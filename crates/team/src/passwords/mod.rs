//! Passwords: which ones people may choose, and how they are compared.

pub(crate) mod change;
pub(crate) mod hasher;
pub(crate) mod http;
pub(crate) mod reset;

use base::{EmailAddress, Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// A password as somebody typed it, in Unicode's form NFC: the same characters from any keyboard are the same password.
/// It prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// In characters. There are no rules of composition: length and rarity are what counts (NIST SP 800-63B, 3.1.1.2).
const FEWEST: usize = 8;
const MOST: usize = 128;

impl Password {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// Whether a person may choose it: long enough, none of the commonest, not their own address or name.
    pub(crate) fn ensure_fit(&self, email: &EmailAddress, name: &str) -> Result<()> {
        let wrong = |reason, message| Err(Error::invalid_field("password", reason, message));
        let text = self.0.expose_secret();
        if text.chars().count() < FEWEST {
            return wrong("too_short", "a password has at least 8 characters");
        }
        let lower = text.to_lowercase();
        if passwords::analyzer::is_common_password(text) || passwords::analyzer::is_common_password(&lower) {
            return wrong("too_common", "this is one of the commonest passwords; take another one");
        }
        let first = lower.chars().next();
        if lower.chars().all(|char| Some(char) == first) || lower == email.key() || lower == name.to_lowercase() {
            return wrong("too_common", "a password is neither your name or address nor one character again and again");
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text: String = String::deserialize(input)?.nfc().collect();
        match text.chars().count() {
            1..=MOST => Ok(Self(text.into())),
            _ => Err(serde::de::Error::custom("a password has 1 to 128 characters")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(password: &str) -> Result<(), String> {
        let password: Password = serde_json::from_value(password.into()).map_err(|error| error.to_string())?;
        let ada = "Ada.Lovelace@example.com".parse().unwrap();
        password.ensure_fit(&ada, "Ada Lovelace").map_err(|error| error.fields[0].reason.clone())
    }

    #[test]
    fn any_long_and_rare_password_will_do() {
        for fine in
            ["correct horse battery", "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}-42", "8 signs!", &"x y ".repeat(32)]
        {
            assert_eq!(fits(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn short_common_and_own_ones_are_refused() {
        assert_eq!(fits("7 signs"), Err("too_short".into()));
        for common in [
            "password",
            "PASSWORD1",
            "12345678",
            "iloveyou",
            "Qwertyuiop",
            "xxxxxxxxxxxx",
            "ada lovelace",
            "ada.lovelace@example.com",
        ] {
            assert_eq!(fits(common), Err("too_common".into()), "{common}");
        }
        assert!(fits("").is_err() && fits(&"x".repeat(129)).is_err());
    }

    #[test]
    fn a_password_prints_nothing() {
        let password: Password = serde_json::from_value("correct horse".into()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
