//! What all who take part share: the books, the server that serves at this moment, and the gate that a freeze closes.
//!
//! It must not know who takes part.

use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use super::Book;

/// How often one looks for the next server, where one has ended.
const TICK: Duration = Duration::from_millis(1);

/// Where a server serves, and what it has answered.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    has_ended: AtomicBool,
    answered: Mutex<Vec<usize>>,
}

impl Place {
    pub(crate) fn new(address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            address,
            has_ended: AtomicBool::new(false),
            answered: Mutex::default(),
        })
    }

    /// A request of this number has its whole response.
    pub(crate) fn answer(&self, number: usize) {
        let mut answered = self.answered.lock().expect("no panic while it is held");
        answered.push(number);
    }

    /// The numbers of all requests that have their whole responses.
    pub(crate) fn answered(&self) -> Vec<usize> {
        let mut answered = self.answered.lock().expect("no panic while it was held");
        std::mem::take(&mut answered)
    }

    /// From now on nobody has to be served here.
    pub(crate) fn end(&self) {
        self.has_ended.store(true, SeqCst);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(SeqCst)
    }
}

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) book: Book,
    place: RwLock<Arc<Place>>,
    gate: RwLock<()>,
    is_over: AtomicBool,
}

impl Stage {
    pub(crate) fn new(place: Arc<Place>) -> Self {
        Self {
            book: Book::default(),
            place: RwLock::new(place),
            gate: RwLock::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Where to be served now.
    pub(crate) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.place.read().expect("no panic while it is held"))
    }

    pub(crate) fn move_to(&self, place: Arc<Place>) {
        *self.place.write().expect("no panic while it is held") = place;
    }

    /// A connection to a place; none where nobody serves any more, which is wrong unless the place has ended.
    pub(crate) fn connect(&self, place: &Place) -> Option<TcpStream> {
        let connected = TcpStream::connect(place.address);
        if place.has_ended() {
            thread::sleep(TICK);
            return None;
        }
        let wrong = |error| format!("nobody takes a connection: {error}");
        connected.map_err(|error| self.book.note(wrong(error))).ok()
    }

    /// Lets a call begin; it is on its way until the returned value is dropped.
    pub(crate) fn pass(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().expect("no panic while it is held")
    }

    /// Waits until no call is on its way, and lets none begin until the returned value is dropped.
    pub(crate) fn close_gate(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().expect("no panic while it is held")
    }

    pub(crate) fn end(&self) {
        self.is_over.store(true, SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(SeqCst)
    }
}
