//! Who has sent requests lately: `tiny_http` knows the address of a request, but not its connection.
//!
//! Owns what is known of an address. It must not know what follows from it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The addresses that requests came from lately; each handle is of the same book.
#[derive(Debug, Clone, Default)]
pub(super) struct Peers(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    known: Recent,
    /// Until when an address is suspect, the first to expire before the others.
    suspect: VecDeque<(SocketAddr, Instant)>,
}

/// How long an address is suspect: as long as what an ended connection has sent may wait for a worker.
const SUSPICION: Duration = Duration::from_secs(60);

/// Of how many addresses that is known at once, of which the oldest makes room for one more. Each request looks through
/// them, and a client that wants one to be forgotten must end as many connections within the minute.
const MOST_SUSPECT: usize = 4096;

impl Peers {
    /// Whether this is the first request of its sender, who is not the only sender there ever was.
    pub(super) fn meet(&self, peer: Option<SocketAddr>) -> bool {
        let mut book = self.book();
        let alone = book.known.addresses.is_empty();
        peer.is_some_and(|peer| book.known.insert(peer)) && !alone
    }

    /// Whether a request of this sender may be of a connection that was ended. It may as well be of a new one, whose client
    /// was given the same port.
    pub(super) fn suspects(&self, peer: SocketAddr) -> bool {
        let suspect = &self.book().suspect;
        let mut of_peer = suspect.iter().filter(|(known, _)| *known == peer);
        of_peer.any(|(_, until)| *until > Instant::now())
    }

    /// A connection of this sender was ended.
    pub(super) fn suspect(&self, peer: SocketAddr) {
        let now = Instant::now();
        let suspect = &mut self.book().suspect;
        let is_over = |(_, until): &(SocketAddr, Instant)| *until <= now;
        if suspect.len() == MOST_SUSPECT || suspect.front().is_some_and(is_over) {
            suspect.pop_front();
        }
        suspect.push_back((peer, now + SUSPICION));
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Adds an address, and returns whether it was not there.
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
    use super::{MOST_SUSPECT, Peers};
    use std::net::SocketAddr;
    use std::time::Instant;

    fn peer(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn each_new_sender_is_met_once_and_the_first_needs_no_visit() {
        let peers = Peers::default();
        let met = [1, 1, 2, 2, 1].map(|port| peers.meet(peer(port)));
        assert_eq!(met, [false, false, true, false, false]);
        assert!(!peers.meet(None));
    }

    #[test]
    fn a_sender_is_suspect_for_a_while() {
        let peers = Peers::default();
        let [one, two, last] = [1, 2, 5000].map(|port| peer(port).expect("an address"));
        peers.suspect(one);
        assert!(peers.suspects(one) && !peers.suspects(two));
        peers.book().suspect[0].1 = Instant::now();
        assert!(!peers.suspects(one));
        peers.suspect(two);
        assert_eq!(peers.book().suspect.len(), 1, "it has made room");
        for port in (1..=5000).filter_map(peer) {
            peers.suspect(port);
        }
        assert!(peers.suspects(last) && !peers.suspects(one));
        assert_eq!(peers.book().suspect.len(), MOST_SUSPECT);
    }

    #[test]
    fn the_ring_forgets_the_oldest() {
        let peers = Peers::default();
        for port in 1..=300 {
            peers.meet(peer(port));
        }
        assert!(!peers.meet(peer(300)));
        assert!(peers.meet(peer(1)));
        assert_eq!(peers.book().known.addresses.len(), 256);
    }
}
