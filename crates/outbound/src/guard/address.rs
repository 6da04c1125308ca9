//! What is special about an address: every range that a request from outside must not be able to reach, on one page.
//!
//! From the IANA special-purpose address registries (<https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>).

use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: [u16; 6], length: u8) -> Ipv6Net {
    let [a, b, c, d, e, f] = first;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, 0, 0), length)
}

/// IPv4: what is not listed here is public.
const SPECIAL_V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "unspecified"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "shared by a provider's customers"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved"),
    (v4(192, 0, 2, 0, 24), "for documentation"),
    (v4(192, 31, 196, 0, 24), "reserved"),
    (v4(192, 52, 193, 0, 24), "reserved"),
    (v4(192, 88, 99, 0, 24), "a 6to4 relay"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(192, 175, 48, 0, 24), "reserved"),
    (v4(198, 18, 0, 0, 15), "for benchmarks"),
    (v4(198, 51, 100, 0, 24), "for documentation"),
    (v4(203, 0, 113, 0, 24), "for documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// IPv6: the first that holds the address names it. What is outside of `PUBLIC_V6` is not public, listed or not.
const SPECIAL_V6: &[(Ipv6Net, &str)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), "unspecified"),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), "loopback"),
    (v6([0; 6], 96), "an IPv4 address in disguise"),
    (v6([0, 0, 0, 0, 0, 0xffff], 96), "an IPv4 address in disguise"),
    (v6([0, 0, 0, 0, 0xffff, 0], 96), "an IPv4 address in disguise"),
    (v6([0x64, 0xff9b, 0, 0, 0, 0], 32), "translated to IPv4"),
    (v6([0x100, 0, 0, 0, 0, 0], 8), "reserved"),
    (v6([0x2001, 0, 0, 0, 0, 0], 32), "a Teredo tunnel"),
    (v6([0x2001, 2, 0, 0, 0, 0], 48), "for benchmarks"),
    (v6([0x2001, 0, 0, 0, 0, 0], 23), "reserved"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0], 32), "for documentation"),
    (v6([0x2002, 0, 0, 0, 0, 0], 16), "a 6to4 tunnel"),
    (v6([0x3fff, 0, 0, 0, 0, 0], 20), "for documentation"),
    (v6([0xfc00, 0, 0, 0, 0, 0], 7), "private"),
    (v6([0xfe80, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0xfec0, 0, 0, 0, 0, 0], 10), "site-local"),
    (v6([0xff00, 0, 0, 0, 0, 0], 8), "multicast"),
];

const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0], 3);

/// What is special about an address, to complete "the address is …"; `None` for a public one.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => find(SPECIAL_V4.iter().map(|(net, what)| (net.contains(&v4), *what))),
        IpAddr::V6(v6) => find(SPECIAL_V6.iter().map(|(net, what)| (net.contains(&v6), *what)))
            .or_else(|| (!PUBLIC_V6.contains(&v6)).then_some("reserved")),
    }
}

fn find(mut ranges: impl Iterator<Item = (bool, &'static str)>) -> Option<&'static str> {
    ranges.find(|(holds, _)| *holds).map(|(_, what)| what)
}

/// Whether an address is one of this machine's own, whatever it listens on: the system then chooses it as the source of
/// what it would send there. Nothing is sent.
pub(super) fn is_ours(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let source = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    source.is_ok_and(|source| source.ip() == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_special_at_both_of_its_ends_and_not_one_beyond_what_is_public() {
        for (net, what) in SPECIAL_V4 {
            assert!(special(net.network().into()).is_some(), "{net} {what}");
            assert!(special(net.broadcast().into()).is_some(), "{net} {what}");
        }
        for (net, what) in SPECIAL_V6 {
            assert!(special(net.network().into()).is_some(), "{net} {what}");
            assert!(special(net.broadcast().into()).is_some(), "{net} {what}");
        }
        for public in ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"] {
            assert_eq!(special(public.parse().unwrap()), None, "{public}");
        }
        for public in ["172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255", "2606:4700::1111"] {
            assert_eq!(special(public.parse().unwrap()), None, "{public}");
        }
    }

    #[test]
    fn a_machine_knows_its_own_addresses() {
        assert!(is_ours(Ipv4Addr::LOCALHOST.into()));
        assert!(!is_ours("192.0.2.1".parse().unwrap()));
    }
}
