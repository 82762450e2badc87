//! Who has sent requests lately: `tiny_http` knows the address of a request, but not its connection.
//!
//! Owns what is known of an address. It must not know what follows from it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The addresses that requests came from lately; each handle is of the same book.
#[derive(Debug, Clone, Default)]
pub(super) struct Peers(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    known: Recent,
    /// Until when an address is not trusted.
    distrusted: Vec<(SocketAddr, Instant)>,
}

/// How long an address is not trusted after a request that did not end where it seemed to: as long as a client that
/// closes its connection, as it is told to, leaves the address alone. After that the address may be another client's.
const DISTRUST: Duration = Duration::from_secs(60);

/// Of how many addresses that is known at once, of which the oldest makes room for one more. Each request looks through
/// them, and a client that wants one to be forgotten must spoil as many connections within the minute.
const MOST_DISTRUSTED: usize = 4096;

impl Peers {
    /// Whether this is the first request of its sender, who is not the only sender there ever was.
    pub(super) fn meet(&self, peer: Option<SocketAddr>) -> bool {
        let mut book = self.book();
        let alone = book.known.addresses.is_empty();
        peer.is_some_and(|peer| book.known.insert(peer)) && !alone
    }

    /// Whether this sender has sent what cannot be trusted to end where it seems to.
    pub(super) fn distrusts(&self, peer: Option<SocketAddr>) -> bool {
        let distrusted = &self.book().distrusted;
        let mut of_peer = distrusted.iter().filter(|(known, _)| Some(*known) == peer);
        of_peer.any(|(_, until)| *until > Instant::now())
    }

    /// For a while nothing more is taken from this address.
    pub(super) fn distrust(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else { return };
        let now = Instant::now();
        let line = (peer, now + DISTRUST);
        let distrusted = &mut self.book().distrusted;
        // A line that is of this sender, or of no use any more, makes room.
        let is_free = |(known, until): &(SocketAddr, Instant)| *known == peer || *until <= now;
        let place = distrusted.iter().position(is_free);
        let oldest = || {
            let lines = distrusted.iter().enumerate();
            let oldest = lines.min_by_key(|(_, (_, until))| *until)?;
            (distrusted.len() >= MOST_DISTRUSTED).then_some(oldest.0)
        };
        match place.or_else(oldest) {
            Some(place) => distrusted[place] = line,
            None => distrusted.push(line),
        }
    }

    /// The same, as soon as what is returned is dropped.
    pub(super) fn distrust_later(&self, peer: Option<SocketAddr>) -> Distrust {
        Distrust(self.clone(), peer)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The distrust that comes when this is dropped, whatever ends its life.
#[derive(Debug)]
pub(super) struct Distrust(Peers, Option<SocketAddr>);

impl Drop for Distrust {
    fn drop(&mut self) {
        self.0.distrust(self.1);
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
    use super::{MOST_DISTRUSTED, Peers};
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
    fn a_sender_that_is_distrusted_is_so_for_a_while() {
        let peers = Peers::default();
        let later = peers.distrust_later(peer(1));
        assert!(!peers.distrusts(peer(1)), "not yet");
        drop(later);
        peers.distrust(peer(1));
        assert!(peers.distrusts(peer(1)) && !peers.distrusts(peer(2)));
        assert!(!peers.distrusts(None));
        assert_eq!(peers.book().distrusted.len(), 1, "one line for each");
        peers.book().distrusted[0].1 = Instant::now();
        assert!(!peers.distrusts(peer(1)));
        for port in 1..=5000 {
            peers.distrust(peer(port));
        }
        assert!(peers.distrusts(peer(5000)) && !peers.distrusts(peer(1)));
        assert_eq!(peers.book().distrusted.len(), MOST_DISTRUSTED);
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
