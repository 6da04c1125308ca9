//! Where a request comes from: the connection's peer, or what a trusted proxy says of it.

use api::ClientIp;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use base::{Error, Result};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use crate::accept::Peer;

/// The proxies whose word about a client's address is taken; nobody else's is.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Reads networks (`10.0.0.0/8`) and single addresses.
    pub fn parse(networks: &[String]) -> Result<Self> {
        let read = |text: &String| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                let message = format!("'{text}' is neither an address nor a network such as 10.0.0.0/8");
                Error::invalid_field("server.trusted_proxies", "not_a_network", message)
            })
        };
        Ok(Self(networks.iter().map(read).collect::<Result<_>>()?))
    }

    /// Whether this address is one of them.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The rightmost address of the chain that is no trusted proxy.
    ///
    /// A proxy that writes one of the two headers may pass the other one on as its client sent it. Where both are there
    /// and do not say the same, neither is believed.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        match (self.follow(peer, forwarded_for(headers)), self.follow(peer, forwarded(headers))) {
            (Some(client), None) | (None, Some(client)) => client,
            (Some(client), Some(other)) if client == other => client,
            _ => peer,
        }
    }

    /// Walks a chain from its end, as long as it names trusted proxies; `None` for an empty chain.
    fn follow(&self, peer: IpAddr, chain: Vec<String>) -> Option<IpAddr> {
        if chain.is_empty() {
            return None;
        }
        let mut client = peer;
        for hop in chain.iter().rev() {
            // What cannot be read was not written by a proxy that is to be trusted.
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        Some(client)
    }
}

/// The hops of all `X-Forwarded-For` lines, in their order.
fn forwarded_for(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("x-forwarded-for").iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(|hop| hop.trim().to_owned()).collect()
}

/// The `for` of all elements of all `Forwarded` lines (RFC 7239), in their order.
fn forwarded(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::FORWARDED).iter();
    let client = |element: &str| {
        let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        found.map_or("?", |(_, value)| value.trim().trim_matches('"')).to_owned()
    };
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(client).collect()
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address(hop: &str) -> Option<IpAddr> {
    let bracketed = || hop.strip_prefix('[')?.split_once(']').map(|(address, _)| address)?.parse().ok();
    let with_port = || hop.split_once(':').filter(|(_, port)| !port.contains(':'))?.0.parse().ok();
    hop.parse().ok().or_else(bracketed).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// What one subscriber holds: an IPv4 address, or the /64 network of an IPv6 address.
pub(crate) fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Middleware: puts [`ClientIp`] into every request's extensions.
pub(crate) async fn find_client(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get().copied() {
        let client = ClientIp(proxies.client(peer, request.headers()));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROXY: &str = "10.0.0.1";

    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = Proxies::parse(&["10.0.0.0/8".to_owned(), "2001:db8:ffff::/48".to_owned()]).unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_who_it_is() {
        assert_eq!(seen("203.0.113.9", &[("x-forwarded-for", "192.0.2.1")]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &[("forwarded", "for=192.0.2.1")]), "203.0.113.9");
    }

    #[test]
    fn behind_a_proxy_the_rightmost_stranger_is_the_client() {
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "192.0.2.1")]), "192.0.2.1");
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "1.1.1.1, 192.0.2.1, 10.9.9.9")]), "192.0.2.1");
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "192.0.2.1")]), "192.0.2.1");
        assert_eq!(seen(PROXY, &[("forwarded", "for=1.1.1.1, for=192.0.2.1;proto=https")]), "192.0.2.1");
        assert_eq!(seen(PROXY, &[("forwarded", r#"proto=https;For="[2001:db8::7]:4711""#)]), "2001:db8::7");
        assert_eq!(seen("2001:db8:ffff::1", &[("x-forwarded-for", "192.0.2.1:4711")]), "192.0.2.1");
        assert_eq!(seen(PROXY, &[]), PROXY);
    }

    #[test]
    fn what_cannot_be_read_or_contradicts_itself_is_not_believed() {
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "192.0.2.1, unknown")]), PROXY);
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "192.0.2.1, , 10.1.1.1")]), "10.1.1.1");
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=192.0.2.1")]), PROXY);
        assert_eq!(seen(PROXY, &[("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")]), "192.0.2.1");
    }

    /// What a client may write into such a header, whether it means anything or not.
    fn any_claim() -> impl Strategy<Value = String> {
        let words = [
            "127.0.0.1",
            "10.0.0.1",
            "for=192.0.2.1",
            "For=\"[2001:db8::7]:80\"",
            ",",
            ";",
            " ",
            "=",
            "\"",
            "[",
            "::1",
        ];
        prop::collection::vec(
            prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "[ -~]{0,12}"],
            0..8,
        )
        .prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn whatever_a_client_claims_it_is_itself_or_the_proxy(claimed in any_claim(), also in any_claim(), lines in 0..2_u8) {
            // The proxy adds the address that it sees, in the same line or in one of its own, and hands the other header on.
            let at_the_end = format!("{claimed}, 192.0.2.99");
            let mut headers = vec![("forwarded", also.as_str())];
            if lines == 0 {
                headers.push(("x-forwarded-for", at_the_end.as_str()));
            } else {
                headers.extend([("x-forwarded-for", claimed.as_str()), ("x-forwarded-for", "192.0.2.99")]);
            }
            let client = seen(PROXY, &headers);
            prop_assert!(["192.0.2.99", PROXY].contains(&client.as_str()), "{headers:?}: {client}");
            prop_assert_eq!(seen("203.0.113.9", &headers), "203.0.113.9");
        }
    }

    #[test]
    fn a_network_is_written_as_one() {
        assert!(Proxies::parse(&["proxy.example".to_owned()]).is_err());
        assert!(Proxies::parse(&["127.0.0.1".to_owned()]).unwrap().trusts("127.0.0.1".parse().unwrap()));
    }
}
