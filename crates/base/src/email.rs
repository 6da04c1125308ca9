//! E-mail addresses of people who log in or are written to.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use unicode_normalization::UnicodeNormalization;

use crate::Error;

/// An address that could receive mail: `ada@example.com`, in Unicode's form NFC, its domain in lower case.
///
/// Two addresses that differ in case alone are one: no mail service in use tells them apart, and whoever registers
/// `Ada@example.com` must not pass for `ada@example.com`. Compare [`EmailAddress::key`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// RFC 5321, 4.5.3.1: a path has 256 bytes with its brackets, the part before the @ 64.
const MOST: usize = 254;
const MOST_LOCAL: usize = 64;
/// RFC 1035, 2.3.4.
const MOST_LABEL: usize = 63;

impl EmailAddress {
    /// The address as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is the same for all spellings of one address.
    pub fn key(&self) -> String {
        self.0.to_lowercase().nfc().collect()
    }

    /// What comes after the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for EmailAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text: String = text.trim().nfc().collect();
        let parts = text.rsplit_once('@').filter(|(local, domain)| is_local(local) && is_domain(domain));
        match parts {
            Some((local, domain)) if text.len() <= MOST => {
                let domain: String = domain.to_lowercase().nfc().collect();
                Ok(Self(format!("{local}@{domain}")))
            }
            _ => Err(Error::invalid_field("email", "not_an_address", "this is not an e-mail address")),
        }
    }
}

/// Quoted local parts (RFC 5321, 4.1.2) are in nobody's use; without them no character here means anything to a mail header.
fn is_local(text: &str) -> bool {
    let special = |char: char| char.is_whitespace() || char.is_control() || r#"()<>[]:;@\,""#.contains(char);
    let dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
    (1..=MOST_LOCAL).contains(&text.len()) && !dots && !text.contains(special)
}

fn is_domain(text: &str) -> bool {
    text.split('.').all(|label| {
        let hyphens = label.starts_with('-') || label.ends_with('-');
        (1..=MOST_LABEL).contains(&label.len())
            && !hyphens
            && label.chars().all(|char| char.is_alphanumeric() || char == '-' || is_mark(char))
    })
}

/// Letters of some scripts carry marks that no composed letter holds.
fn is_mark(char: char) -> bool {
    unicode_normalization::char::is_combining_mark(char)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<EmailAddress, Error> {
        text.parse()
    }

    #[test]
    fn one_address_in_any_spelling_has_one_key() {
        let ada = read(" Ada.Lovelace@Example.COM ").unwrap();
        assert_eq!(ada.as_str(), "Ada.Lovelace@example.com");
        assert_eq!(ada.key(), read("ada.lovelace@EXAMPLE.com").unwrap().key());
        assert_eq!(ada.domain(), "example.com");
        // é as one character and as e with an accent.
        assert_eq!(read("ren\u{e9}e@example.fr").unwrap(), read("rene\u{301}e@example.fr").unwrap());
        for fine in ["root@localhost", "o'brien+shop@mail.example.co.uk", "info@b\u{fc}cher.example"] {
            assert_eq!(read(fine).unwrap().as_str(), fine);
        }
    }

    #[test]
    fn what_no_mail_could_reach_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("ada@{}.com", "a.".repeat(130));
        for wrong in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "ada lovelace@example.com",
            "ada@exa mple.com",
            "ada@example.com\r\nBcc: all@example.com",
            "a\"b@example.com",
            "<ada@example.com>",
            "ada@-example.com",
            "ada@example..com",
            "ada@.com",
            ".ada@example.com",
            "ada@example.com,eve@example.com",
            &long,
            &longer,
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_what_was_read_changes_nothing(text in "\\PC{1,20}@\\PC{1,20}") {
            if let Ok(address) = read(&text) {
                prop_assert_eq!(&read(address.as_str()).unwrap(), &address);
                prop_assert_eq!(read(&address.key()).map(|again| again.key()).unwrap(), address.key());
                prop_assert!(!address.as_str().contains(char::is_whitespace));
            }
        }
    }
}
