//! Where a request comes from, for limits and the audit log.

use std::net::{IpAddr, Ipv4Addr};

/// The client's address as the server knows it: the connection's peer, or what a configured proxy says of it. The server
/// puts it into every request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// Where nothing is known, as in a test that has no connection.
    pub const UNKNOWN: Self = Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::UNKNOWN))
    }
}
