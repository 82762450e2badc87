//! Who has sent requests lately: `tiny_http` tells the address of a request, but no connection.
//!
//! Owns what is known of an address. It must not know what follows from it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How a request's sender is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acquaintance {
    /// This is its first request, and it is not the only sender there ever was.
    New,
    /// It has sent requests before, or is the first of all.
    Known,
    /// It has sent what cannot be trusted to end where it seems to.
    Distrusted,
}

/// The addresses that requests came from lately.
#[derive(Debug, Default)]
pub(super) struct Peers {
    known: Recent,
    /// Until when an address is not trusted.
    distrusted: Vec<(SocketAddr, Instant)>,
}

/// How long an address is not trusted after a request that did not end where it seemed to: as long as a client that
/// closes its connection, as it is told to, keeps the address for no other. After that it belongs to an innocent.
const DISTRUST: Duration = Duration::from_secs(60);

impl Peers {
    /// How this sender is known, now that it has sent a request.
    pub(super) fn meet(&mut self, peer: Option<SocketAddr>) -> Acquaintance {
        let Some(peer) = peer else {
            return Acquaintance::Known;
        };
        if !self.distrusted.is_empty() {
            let now = Instant::now();
            self.distrusted.retain(|(_, until)| *until > now);
        }
        if self
            .distrusted
            .iter()
            .any(|(distrusted, _)| *distrusted == peer)
        {
            return Acquaintance::Distrusted;
        }
        let alone = self.known.addresses.is_empty();
        match self.known.insert(peer) && !alone {
            true => Acquaintance::New,
            false => Acquaintance::Known,
        }
    }

    /// For a while nothing more is taken from this address.
    pub(super) fn distrust(&mut self, peer: Option<SocketAddr>) {
        if let Some(peer) = peer {
            self.distrusted.push((peer, Instant::now() + DISTRUST));
        }
    }
}

/// A ring of addresses: more than there are connections of one instance at once, and few enough to look through.
#[derive(Debug, Default)]
struct Recent {
    addresses: Vec<SocketAddr>,
    oldest: usize,
}

impl Recent {
    const CAPACITY: usize = 256;

    fn contains(&self, address: SocketAddr) -> bool {
        self.addresses.contains(&address)
    }

    /// Adds an address, and tells whether it was not there.
    fn insert(&mut self, address: SocketAddr) -> bool {
        if self.contains(address) {
            return false;
        }
        if self.addresses.len() < Self::CAPACITY {
            self.addresses.push(address);
        } else {
            self.addresses[self.oldest] = address;
            self.oldest = (self.oldest + 1) % Self::CAPACITY;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Acquaintance, Peers};
    use std::net::SocketAddr;
    use std::time::Instant;

    fn peer(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn each_new_sender_is_met_once_and_the_first_needs_no_visit() {
        let mut peers = Peers::default();
        let met = [1, 1, 2, 2, 1].map(|port| peers.meet(peer(port)) == Acquaintance::New);
        assert_eq!(met, [false, false, true, false, false]);
    }

    #[test]
    fn a_sender_that_is_distrusted_is_so_for_a_while() {
        let mut peers = Peers::default();
        peers.meet(peer(1));
        peers.distrust(peer(1));
        assert_eq!(peers.meet(peer(1)), Acquaintance::Distrusted);
        assert_eq!(peers.meet(peer(2)), Acquaintance::New);
        peers.distrusted[0].1 = Instant::now();
        assert_eq!(peers.meet(peer(1)), Acquaintance::Known);
    }

    #[test]
    fn the_ring_forgets_the_oldest() {
        let mut peers = Peers::default();
        for port in 1..=300 {
            peers.meet(peer(port));
        }
        assert_eq!(peers.meet(peer(300)), Acquaintance::Known);
        assert_eq!(peers.meet(peer(1)), Acquaintance::New);
        assert_eq!(peers.known.addresses.len(), 256);
    }
}
