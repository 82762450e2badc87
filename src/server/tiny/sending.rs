//! A response on its way to a client that may not read it.
//!
//! Owns how long such a client is waited for, and by whom: a worker waits for a moment, and a thread of the response's own
//! for the rest. It must not know what a response says.

use std::io::{self, ErrorKind, Write};
use std::time::Duration;

/// How long one write waits for a client that reads nothing: once or twice as long such a client keeps a worker. The
/// thread that waits in its place looks as often.
pub(super) const WRITE_TIME: Duration = Duration::from_millis(200);

/// How many writes in a row may find that the client has read nothing: a minute of them.
const MOST_TRIES: u32 = 300;

/// Where a response goes.
pub(super) struct Answer {
    out: Box<dyn Write + Send>,
    /// How many bytes of its beginning were sent before it.
    begun: usize,
    /// Whether a write has failed for good.
    is_refused: bool,
    /// Whether what the client does not take at once is kept here, and not waited for.
    keeps: bool,
    /// Whether something is kept, here or in `out`.
    is_late: bool,
    rest: Vec<u8>,
}

impl Answer {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            begun: 0,
            is_refused: false,
            keeps: false,
            is_late: false,
            rest: Vec::new(),
        }
    }

    /// Sends the first bytes now, which are sent no more when the response begins with them.
    pub(super) fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.flush()?;
        self.begun = bytes.len();
        Ok(())
    }

    /// From now on, or no longer, nothing that is written waits for a client that reads nothing: it is kept.
    pub(super) fn keep(&mut self, keeps: bool) {
        self.keeps = keeps;
    }

    /// Whether a part of it is still to be sent.
    pub(super) fn is_late(&self) -> bool {
        self.is_late
    }

    /// How much memory that part takes, in bytes.
    pub(super) fn bytes_kept(&self) -> usize {
        self.rest.capacity()
    }

    /// Whether nothing can be written any more because the client has gone.
    pub(super) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Sends what was kept, and waits for the client.
    pub(super) fn send_rest(&mut self) -> io::Result<()> {
        (self.keeps, self.is_late) = (false, false);
        let rest = std::mem::take(&mut self.rest);
        let sent = self.write_all(&rest).and_then(|()| self.flush());
        self.is_late = sent.is_err();
        sent
    }

    /// Keeps bytes that the client has not taken, if there is memory for them; returns whether it has.
    fn put_by(&mut self, bytes: &[u8]) -> bool {
        let has_room = self.keeps && self.rest.try_reserve(bytes.len()).is_ok();
        if has_room {
            self.rest.extend_from_slice(bytes);
            self.is_late = true;
        }
        has_room
    }

    /// Writes, or flushes where there is nothing to write, as often as the client is waited for.
    fn attempt(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut tries = 0;
        loop {
            let done = match bytes {
                [] => self.out.flush().map(|()| 0),
                bytes => self.out.write(bytes),
            };
            let Err(error) = done else {
                return done;
            };
            let is_slow = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            if is_slow && self.put_by(bytes) {
                return Ok(bytes.len());
            }
            tries += 1;
            if !is_slow || tries == MOST_TRIES {
                self.is_refused |= !is_slow && error.kind() != ErrorKind::Interrupted;
                return Err(error);
            }
        }
    }
}

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let begun = self.begun.min(bytes.len());
        if begun > 0 {
            self.begun -= begun;
            return Ok(begun);
        }
        if !self.is_late {
            return self.attempt(bytes);
        }
        // It must not overtake what is kept, so without memory the response ends here.
        let kept = self.put_by(bytes).then_some(bytes.len());
        kept.ok_or_else(|| ErrorKind::OutOfMemory.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_late {
            return Ok(());
        }
        self.attempt(&[]).map(drop)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Answer, MOST_TRIES};
    use std::io::{self, BufWriter, ErrorKind, Write};
    use std::sync::{Arc, Mutex};

    /// A connection, which takes as many bytes as there is room for.
    #[derive(Clone)]
    pub(in super::super) struct Wire(Arc<Mutex<State>>);

    struct State {
        room: usize,
        is_ended: bool,
        taken: Vec<u8>,
        tries: u32,
    }

    impl Wire {
        fn with_room(room: usize) -> Self {
            Self(Arc::new(Mutex::new(State {
                room,
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
                let taken = state.room.min(bytes.len());
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
    fn kept(wire: &Wire) -> Answer {
        let mut answer = Answer::new(Box::new(BufWriter::with_capacity(8, wire.clone())));
        answer.keep(true);
        answer
    }

    #[test]
    fn what_a_client_does_not_take_is_kept_and_sent_later_in_order() {
        let wire = Wire::with_room(14);
        let mut answer = kept(&wire);
        for part in ["abcd", "efghijklmnopqrstuvwxyz", "0"] {
            answer.write_all(part.as_bytes()).expect("it is kept");
        }
        answer.flush().expect("it is kept");
        assert_eq!(wire.taken(), b"abcdefghijklmn");
        assert!(answer.is_late() && answer.bytes_kept() >= "opqrstuvwxyz0".len());
        wire.change(|state| state.room = usize::MAX);
        answer.send_rest().expect("there is room");
        assert_eq!(wire.taken(), b"abcdefghijklmnopqrstuvwxyz0");
        assert!(!answer.is_late());
    }

    #[test]
    fn the_last_bytes_of_a_small_answer_are_late_too() {
        let wire = Wire::with_room(0);
        let mut answer = kept(&wire);
        answer.write_all(b"abc").expect("there is a buffer");
        assert!(!answer.is_late());
        answer.flush().expect("it is kept");
        assert!(answer.is_late());
        wire.change(|state| state.room = 3);
        answer.send_rest().expect("there is room");
        assert_eq!(wire.taken(), b"abc");
    }

    #[test]
    fn a_client_is_waited_for_so_often_and_no_longer() {
        let wire = Wire::with_room(0);
        let mut answer = Answer::new(wire.writer());
        let error = answer.write_all(b"abc").expect_err("nobody reads");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert_eq!(wire.change(|state| state.tries), MOST_TRIES);
        assert!(!answer.is_refused() && !answer.is_late());
        answer.keep(true);
        answer.write_all(b"abc").expect("it is kept");
        assert!(answer.send_rest().is_err());
        assert!(answer.is_late(), "it will never be whole");
    }

    #[test]
    fn a_client_that_has_gone_is_not_waited_for() {
        let wire = Wire::ended();
        let mut answer = kept(&wire);
        assert!(answer.write_all(b"abcdefghijkl").is_err());
        assert!(answer.is_refused() && !answer.is_late());
        assert_eq!(wire.change(|state| state.tries), 1);
    }
}
