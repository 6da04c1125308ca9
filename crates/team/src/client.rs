//! Where a request comes from, as sessions and the audit log keep it.

use api::ClientIp;
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use std::{convert::Infallible, net::IpAddr};

use crate::audit::network::network;

/// The address and the browser of whoever asks.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) ip: IpAddr,
    /// What the browser calls itself, shortened.
    pub(crate) agent: String,
}

const LONGEST_AGENT: usize = 200;

impl Client {
    /// The network of the address: enough to recognise a place, too little to follow a person.
    pub(crate) fn network(&self) -> String {
        network(self.ip)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let ClientIp(ip) = ClientIp::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let agent = agent.unwrap_or_default().chars().filter(|char| !char.is_control()).take(LONGEST_AGENT).collect();
        Ok(Self { ip, agent })
    }
}
