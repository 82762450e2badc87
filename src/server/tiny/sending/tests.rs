//! A response and a client that takes as much as the test says.

use super::super::super::memory::Memory;
use super::{BYTES_EACH, MOST_TRIES, Outgoing};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::{Arc, Mutex};

/// A connection, which takes as many bytes as there is room for.
#[derive(Clone)]
pub(in super::super) struct Wire(Arc<Mutex<State>>);

struct State {
    room: usize,
    /// How many it takes at once.
    most: usize,
    is_ended: bool,
    taken: Vec<u8>,
    tries: usize,
}

impl Wire {
    fn with_room(room: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            room,
            most: usize::MAX,
            is_ended: false,
            taken: Vec::new(),
            tries: 0,
        })))
    }

    pub(in super::super) fn open() -> Self {
        Self::with_room(usize::MAX)
    }

    /// One to which nothing can be written.
    pub(in super::super) fn ended() -> Self {
        let wire = Self::open();
        wire.change(|state| state.is_ended = true);
        wire
    }

    pub(in super::super) fn taken(&self) -> Vec<u8> {
        self.change(|state| state.taken.clone())
    }

    pub(in super::super) fn writer(&self) -> Box<dyn Write + Send> {
        Box::new(self.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().expect("no panic while it is held"))
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.change(|state| {
            state.tries += 1;
            let taken = state.room.min(state.most).min(bytes.len());
            if state.is_ended {
                return Err(ErrorKind::BrokenPipe.into());
            }
            if taken == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            state.room -= taken;
            state.taken.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A response through a buffer like that of `tiny_http`, which keeps what it is told.
fn kept(wire: &Wire) -> Outgoing {
    with_memory(wire, usize::MAX)
}

/// The same where there is so much memory, in bytes.
fn with_memory(wire: &Wire, bytes: usize) -> Outgoing {
    let mut outgoing = Outgoing::new(Box::new(BufWriter::with_capacity(8, wire.clone())));
    outgoing.keep(Memory::new(bytes).share(), true);
    outgoing
}

#[test]
fn what_is_kept_has_its_share_of_the_memory_beside_the_response() {
    let wire = Wire::with_room(0);
    let memory = Memory::new(100);
    let mut share = memory.share();
    assert!(share.set(40), "the response");
    let mut outgoing = Outgoing::new(wire.writer());
    outgoing.keep(share, true);
    outgoing.write_all(&[1; 40]).expect("it is kept");
    assert!(outgoing.is_late() && memory.has_room_for(20) && !memory.has_room_for(21));
    outgoing.settle();
    assert!(memory.has_room_for(60) && !memory.has_room_for(61));
    drop(outgoing);
    assert!(memory.has_room_for(100));
}

#[test]
fn without_memory_for_the_rest_the_client_is_waited_for_and_nothing_is_lost() {
    let wire = Wire::with_room(0);
    let mut outgoing = with_memory(&wire, 11);
    outgoing.write_all(b"abcdefghijk").expect("it is kept");
    assert!(outgoing.is_late());
    // There is no memory for a twelfth.
    wire.change(|state| state.room = 12);
    outgoing.write_all(b"l").expect("it is sent");
    outgoing.flush().expect("there is room");
    assert_eq!(wire.taken(), b"abcdefghijkl");
    assert!(!outgoing.is_late());
}

#[test]
fn a_client_that_trickles_is_waited_for_no_longer_than_one_that_takes_nothing() {
    let long = vec![0; MOST_TRIES * BYTES_EACH];
    let taken = |each: usize| {
        let wire = Wire::with_room(usize::MAX);
        wire.change(|state| state.most = each);
        let sent = Outgoing::new(wire.writer()).write_all(&long);
        (wire.taken().len(), sent.map_err(|error| error.kind()))
    };
    let trickled = (MOST_TRIES * 100, Err(ErrorKind::TimedOut));
    assert_eq!(taken(100), trickled);
    assert_eq!(taken(BYTES_EACH - 1).1, trickled.1);
    assert_eq!(taken(BYTES_EACH), (long.len(), Ok(())));
}

#[test]
fn what_a_client_does_not_take_is_kept_and_sent_later_in_order() {
    let wire = Wire::with_room(14);
    let mut outgoing = kept(&wire);
    for part in ["abcd", "efghijklmnopqrstuvwxyz", "0"] {
        outgoing.write_all(part.as_bytes()).expect("it is kept");
    }
    outgoing.flush().expect("it is kept");
    assert_eq!(wire.taken(), b"abcdefghijklmn");
    assert!(outgoing.is_late() && outgoing.rest.len() >= "opqrstuvwxyz0".len());
    wire.change(|state| state.room = usize::MAX);
    outgoing.send_rest().expect("there is room");
    assert_eq!(wire.taken(), b"abcdefghijklmnopqrstuvwxyz0");
    assert!(!outgoing.is_late());
}

#[test]
fn the_last_bytes_of_a_small_response_are_late_too() {
    let wire = Wire::with_room(0);
    let mut outgoing = kept(&wire);
    outgoing.write_all(b"abc").expect("there is a buffer");
    assert!(!outgoing.is_late());
    outgoing.flush().expect("it is kept");
    assert!(outgoing.is_late());
    wire.change(|state| state.room = 3);
    outgoing.send_rest().expect("there is room");
    assert_eq!(wire.taken(), b"abc");
}

#[test]
fn a_client_is_waited_for_so_often_and_no_longer() {
    let wire = Wire::with_room(0);
    let mut outgoing = Outgoing::new(wire.writer());
    let error = outgoing.write_all(b"abc").expect_err("nobody reads");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert_eq!(wire.change(|state| state.tries), MOST_TRIES);
    assert!(!outgoing.is_refused() && !outgoing.is_late());
    let mut outgoing = kept(&wire);
    outgoing.write_all(b"abc").expect("there is a buffer");
    outgoing.flush().expect("it is kept");
    assert!(outgoing.send_rest().is_err());
    assert!(outgoing.is_late(), "it will never be whole");
}

#[test]
fn a_client_that_has_gone_is_not_waited_for() {
    let wire = Wire::ended();
    let mut outgoing = kept(&wire);
    assert!(outgoing.write_all(b"abcdefghijkl").is_err());
    assert!(outgoing.is_refused() && !outgoing.is_late());
    assert_eq!(wire.change(|state| state.tries), 1);
}
