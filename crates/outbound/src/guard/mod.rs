//! The guard: whether a URL may be called, and at which addresses. Nothing here sends anything.

mod address;
mod allow;
mod resolve;

use base::Error;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use url::{Host, Url};

pub use allow::{Allowed, Settings};
pub use resolve::{Resolve, SystemResolver};

use crate::Failure;

/// Why the guard does not let a request out, in words that may be shown to whoever asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no URL with a host.
    NotAUrl,
    /// Neither http nor https.
    Scheme,
    /// It holds a user name or a password, which would be sent along.
    UserInfo,
    /// A port that is not open.
    Port(u16),
    /// An address that is not public.
    Address(&'static str),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("this is no URL"),
            Self::Scheme => f.write_str("only http:// and https:// can be called"),
            Self::UserInfo => f.write_str("the URL must not hold a user name or password"),
            Self::Port(port) => write!(f, "port {port} is not open; the operator can open it in the config file"),
            Self::Address(what) => {
                write!(f, "the address is {what}; the operator can allow it in the config file")
            }
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let reason = match refusal {
            Refusal::NotAUrl => "wrong_type",
            _ => "not_allowed",
        };
        Self::invalid_field("url", reason, refusal.to_string())
    }
}

/// Decides what may be called.
#[derive(Clone)]
pub(crate) struct Guard {
    settings: Arc<Settings>,
    resolver: Arc<dyn Resolve>,
}

impl Guard {
    pub(crate) fn new(settings: Settings, resolver: Arc<dyn Resolve>) -> Self {
        Self { settings: Arc::new(settings), resolver }
    }

    /// What can be said of a URL before its name is resolved. A host that reads as an address in any of the ways that
    /// browsers know (`0x7f.1`, `2130706433`) has become one when the URL was parsed.
    pub(crate) fn check(&self, url: &Url) -> Result<u16, Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(Refusal::Scheme)?;
        match url.host().ok_or(Refusal::NotAUrl)? {
            Host::Ipv4(address) => self.permit(None, address.into(), port)?,
            Host::Ipv6(address) => self.permit(None, address.into(), port)?,
            Host::Domain(_) if self.is_usual(port) => {}
            Host::Domain(_) if self.settings.allow.iter().any(|allowed| allowed.port() == Some(port)) => {}
            Host::Domain(_) => return Err(Refusal::Port(port)),
        }
        Ok(port)
    }

    /// The addresses behind a name, each of them checked. One that is not allowed spoils the name: a server on the
    /// internet has no reason to name a private address besides its own.
    pub(crate) async fn addresses(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
        let found = self.resolver.resolve(name).await.map_err(|error| {
            tracing::debug!(name, %error, "resolving");
            Failure::Unresolved
        })?;
        for address in &found {
            self.permit(Some(name), *address, port).map_err(Failure::Refused)?;
        }
        if found.is_empty() {
            return Err(Failure::Unresolved);
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// Whether an address may be called at a port, by a name or as it is.
    pub(crate) fn permit(&self, name: Option<&str>, address: IpAddr, port: u16) -> Result<(), Refusal> {
        let usual = self.is_usual(port);
        let mut allowed = self.settings.allow.iter().filter(|allowed| allowed.holds(name, address));
        if allowed.any(|allowed| allowed.port().map_or(usual, |open| open == port)) {
            return Ok(());
        }
        if let Some(what) = address::special(address) {
            return Err(Refusal::Address(what));
        }
        if address::is_ours(address) {
            return Err(Refusal::Address("this server's own"));
        }
        if usual { Ok(()) } else { Err(Refusal::Port(port)) }
    }

    fn is_usual(&self, port: u16) -> bool {
        matches!(port, 80 | 443) || self.settings.ports.contains(&port)
    }
}
