//! Who holds how many connections.

use parking_lot::Mutex;
use std::{collections::HashMap, net::IpAddr, sync::Arc};

use crate::client::prefix;

/// Connections by address; an address without any takes no memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    address: IpAddr,
}

impl Places {
    /// A place for one more connection of an address; `None` when it has `most` already.
    pub(super) fn take(&self, address: IpAddr, most: usize) -> Option<Place> {
        let address = prefix(address);
        let mut held = self.0.lock();
        let count = held.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Place { places: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.0.lock();
        if let Some(count) = held.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_no_more_than_its_share_and_gets_it_back() {
        let (places, eve, ana) = (Places::default(), "198.51.100.7".parse().unwrap(), "203.0.113.9".parse().unwrap());
        let held: Vec<_> = (0..3).map_while(|_| places.take(eve, 2)).collect();
        assert_eq!(held.len(), 2);
        assert!(places.take(ana, 2).is_some(), "others are not touched by it");
        drop(held);
        assert!(places.take(eve, 2).is_some());
        assert!(places.0.lock().is_empty(), "nothing is kept of who has gone");
    }

    #[test]
    fn a_whole_ipv6_network_is_one_address() {
        let places = Places::default();
        let _first = places.take("2001:db8:1:2::1".parse().unwrap(), 1);
        assert!(places.take("2001:db8:1:2:ffff::2".parse().unwrap(), 1).is_none());
        assert!(places.take("2001:db8:1:3::1".parse().unwrap(), 1).is_some());
    }
}
