//! An e-mail address that can be written to: whoever holds one needs not check it again.

use base::{Error, Result};
use lettre::Address;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use url::Host;

/// A valid e-mail address, its domain in ASCII. It holds no control character, so it cannot break out of a header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(Address);

/// The longest that fits between the angle brackets of an SMTP command (RFC 5321, erratum 1690).
const LONGEST: usize = 254;

impl EmailAddress {
    pub(super) fn as_lettre(&self) -> &Address {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid_field("email", "wrong_type", "this is no e-mail address");
        if text.len() > LONGEST || text.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
            return Err(wrong());
        }
        let (user, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
        // `müller.example` is written in ASCII on the wire.
        let domain = match Host::parse(domain) {
            Ok(Host::Domain(ascii)) => ascii,
            _ => return Err(wrong()),
        };
        let address = Address::new(user, domain).map_err(|_| wrong())?;
        Ok(Self(address))
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_carry_another_header() {
        for right in ["ana@example.com", "Ana.B+tag@Mail.Example.com", "o'hara@example.co", "josé@example.com"] {
            assert!(right.parse::<EmailAddress>().is_ok(), "{right}");
        }
        assert_eq!("jo@müller.example".parse::<EmailAddress>().unwrap().to_string(), "jo@xn--mller-kva.example");
        for wrong in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@127.0.0.1",
            "ana@[127.0.0.1]",
            "ana@example.com\r\nBcc: all@example.com",
            "ana\n@example.com",
            "ana@example.com ",
            "Ana <ana@example.com>",
            "a\0@example.com",
        ] {
            assert!(wrong.parse::<EmailAddress>().is_err(), "{wrong:?}");
        }
        assert!(format!("{}@example.com", "a".repeat(300)).parse::<EmailAddress>().is_err());
    }
}
