//! What the operator opens in the config file: further ports, and targets in their own network.

use base::{Error, Result};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, str::FromStr};

/// `[outbound]` in `harken.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Ports that may be called besides 80 and 443.
    pub ports: Vec<u16>,
    /// Targets that may be called although they are not public: `10.1.0.0/16`, `crm.internal:8443`, `[fd00::/8]:443`.
    pub allow: Vec<Allowed>,
}

/// A target that may be called although it is not public. Without a port it is open at the usual ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Allowed {
    place: Place,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Addresses, by whatever name they are called.
    Network(IpNet),
    /// A name, whatever it resolves to.
    Name(String),
}

impl Allowed {
    /// Whether it holds this address, called by this name (an address has none).
    pub(super) fn holds(&self, name: Option<&str>, address: IpAddr) -> bool {
        match &self.place {
            Place::Network(network) => network.contains(&address),
            Place::Name(allowed) => name.is_some_and(|name| plain(name) == *allowed),
        }
    }

    /// The port that it opens besides the usual ones.
    pub(super) fn port(&self) -> Option<u16> {
        self.port
    }
}

/// A name as names are compared: in small letters, without the dot at its end.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl FromStr for Allowed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let message = format!("'{text}' is no target; write 10.1.0.0/16, crm.internal:8443 or [fd00::/8]:443");
            Error::invalid_field("outbound.allow", "wrong_type", message)
        };
        if let Ok(network) = network(text) {
            return Ok(Self { place: Place::Network(network), port: None });
        }
        let (place, port) = match text.rsplit_once(':') {
            Some((place, port)) => (place, Some(port.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let bare = place.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(place);
        if let Ok(network) = network(bare) {
            return Ok(Self { place: Place::Network(network), port });
        }
        let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if place.is_empty() || place.len() > 253 || !place.chars().all(letter) {
            return Err(wrong());
        }
        Ok(Self { place: Place::Name(plain(place)), port })
    }
}

fn network(text: &str) -> std::result::Result<IpNet, ipnet::AddrParseError> {
    text.parse().or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error))
}

impl TryFrom<String> for Allowed {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Allowed> for String {
    fn from(allowed: Allowed) -> Self {
        allowed.to_string()
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.port) {
            (Place::Network(network), Some(port)) => write!(f, "[{network}]:{port}"),
            (Place::Network(network), None) => network.fmt(f),
            (Place::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (Place::Name(name), None) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_reads_as_a_network_an_address_or_a_name_with_or_without_a_port() {
        for (text, shown) in [
            ("10.1.0.0/16", "10.1.0.0/16"),
            ("10.1.2.3:8080", "[10.1.2.3/32]:8080"),
            ("10.1.0.0/16:8080", "[10.1.0.0/16]:8080"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
            ("[fd00::7]:443", "[fd00::7/128]:443"),
            ("CRM.internal.:8443", "crm.internal:8443"),
            ("crm", "crm"),
        ] {
            let allowed: Allowed = text.parse().unwrap();
            assert_eq!(allowed.to_string(), shown);
            assert_eq!(shown.parse::<Allowed>().unwrap(), allowed);
        }
        for wrong in ["", ":80", "crm:99999", "http://crm", "a b", "10.1.0.0/33", "[::1"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
        }
    }
}
