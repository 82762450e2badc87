//! The heartbeat of a stream: what is sent while its closure has nothing to say.
//!
//! Owns the two threads of such a stream, one that works and one that writes. It must not know what either of them writes.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::call::StreamWriter;
use crate::client::Client;
use crate::error::Error;
use crate::panics::guard;
use crate::scope::Scope;
use crate::thread;

/// A shorter period would keep a core busy.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);

/// How much is gathered before it is sent without having been flushed.
const PIECE_BYTES: usize = 8 * 1024;

/// The same stream, which sends `filler` whenever nothing else was sent for a period.
pub(super) fn with_heartbeat(
    write: StreamWriter,
    period: Duration,
    filler: Vec<u8>,
) -> StreamWriter {
    let period = period.max(SHORTEST_PERIOD);
    Box::new(move |out| beat(write, out, period, &filler))
}

/// Runs the closure on another thread: this one has the connection, which cannot be handed over, and the clock.
fn beat(
    write: StreamWriter,
    out: &mut dyn Write,
    period: Duration,
    filler: &[u8],
) -> Result<(), Error> {
    let table = Arc::new(Table::default());
    let client = Client::current();
    let (worker, request_id) = ((Arc::clone(&table), client.clone()), Scope::request_id());
    thread::start(Box::new(move || {
        let (table, client) = worker;
        let _scope = request_id.map(Scope::enter);
        let mut pipe = Pipe {
            table: &table,
            gathered: Vec::new(),
        };
        let work = || guard(|| write(&mut pipe).and_then(|()| Ok(pipe.finish()?)));
        let worked = client.scope(work);
        table.lay(State::Done(worked));
    }))?;
    let mut relay = Relay {
        table: &table,
        out,
        client: &client,
        failed: None,
    };
    let worked = relay.run(period, filler);
    // What the closure made of the client's leaving is its own; that it has left is what counts.
    match relay.failed {
        Some(kind) if worked.is_ok() => Err(io::Error::from(kind).into()),
        _ => worked,
    }
}

/// What lies between the two threads: one of them lays it there, and the other takes it. Two channels and a scoped thread
/// of the standard library, each of which is compiled anew for its types and in three forms, took 41,464 bytes of the file
/// more and 21,210 of the zip.
#[derive(Default)]
struct Table {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
enum State {
    /// The thread that works has nothing to send.
    #[default]
    Working,
    /// Some bytes to send, and whether they end where something else may be sent: with a flush.
    Piece(Vec<u8>, bool),
    /// What became of the piece.
    Sent(io::Result<()>),
    /// The closure has ended.
    Done(Result<(), Error>),
    /// The thread that writes has ended before.
    Gone,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what lies there, and wakes the other thread.
    fn lay(&self, state: State) {
        *self.lock() = state;
        self.changed.notify_one();
    }

    /// Waits for something that is for this thread, if it comes in time; then the other one works.
    fn take(&self, patience: Duration, is_for_another: fn(&mut State) -> bool) -> State {
        let waited = (self.changed).wait_timeout_while(self.lock(), patience, is_for_another);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if is_for_another(&mut state) {
            return State::Working;
        }
        std::mem::take(&mut state)
    }
}

/// The end of the thread that works.
struct Pipe<'a> {
    table: &'a Table,
    gathered: Vec<u8>,
}

impl Pipe<'_> {
    fn send(&mut self, is_whole: bool) -> io::Result<()> {
        let piece = State::Piece(std::mem::take(&mut self.gathered), is_whole);
        let mut state = self.table.lock();
        if !matches!(*state, State::Gone) {
            *state = piece;
            self.table.changed.notify_one();
        }
        drop(state);
        let is_not_mine = |state: &mut State| !matches!(state, State::Sent(_) | State::Gone);
        match self.table.take(Duration::MAX, is_not_mine) {
            State::Sent(sent) => sent,
            _ => {
                self.table.lay(State::Gone);
                Err(ErrorKind::BrokenPipe.into())
            }
        }
    }

    /// Sends what is left. Whoever serves the stream flushes it at its end.
    fn finish(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.send(true)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE_BYTES {
            self.send(false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send(true)
    }
}

/// The end of the thread that writes.
struct Relay<'a> {
    table: &'a Table,
    out: &'a mut dyn Write,
    client: &'a Client,
    failed: Option<ErrorKind>,
}

impl Drop for Relay<'_> {
    /// Where writing panicked, the other thread would wait for it.
    fn drop(&mut self) {
        self.table.lay(State::Gone);
    }
}

impl Relay<'_> {
    /// Sends what comes until the other thread is done, and the filler meanwhile.
    fn run(&mut self, period: Duration, filler: &[u8]) -> Result<(), Error> {
        let is_not_mine = |state: &mut State| !matches!(state, State::Piece(..) | State::Done(_));
        let mut is_whole = true;
        loop {
            match self
                .table
                .take(self.patience(is_whole, period), is_not_mine)
            {
                State::Piece(piece, ends) => {
                    is_whole = ends;
                    let sent = self.send(&piece, ends);
                    // The other thread waits for this.
                    self.table.lay(State::Sent(sent));
                }
                State::Done(worked) => return worked,
                _ => {
                    let _ = self.send(filler, true);
                }
            }
        }
    }

    /// How long the stream may be silent: nothing may stand in the middle of what the closure has not flushed, and a client
    /// that has left hears nothing.
    fn patience(&self, is_whole: bool, period: Duration) -> Duration {
        if is_whole && self.failed.is_none() {
            period
        } else {
            Duration::MAX
        }
    }

    fn send(&mut self, bytes: &[u8], flushes: bool) -> io::Result<()> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        let mut written = self.out.write_all(bytes);
        if written.is_ok() && flushes {
            written = self.out.flush();
        }
        written.inspect_err(|error| {
            self.failed = Some(error.kind());
            self.client.cut();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Relay, Table, with_heartbeat};
    use crate::client::Client;
    use crate::error::Error;
    use crate::scope::Scope;
    use std::io::{self, ErrorKind, Write};
    use std::panic::AssertUnwindSafe;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    const SHORT: Duration = Duration::from_millis(1);
    const NEVER: Duration = Duration::MAX;

    /// Says what each flush has sent, and fails from the given one on.
    struct Wire {
        bytes: Vec<u8>,
        flushed: Sender<Vec<u8>>,
        flushes_left: usize,
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            let left = self.flushes_left.checked_sub(1);
            self.flushes_left = left.ok_or(ErrorKind::ConnectionReset)?;
            let _ = self.flushed.send(std::mem::take(&mut self.bytes));
            Ok(())
        }
    }

    fn wire(flushes_left: usize) -> (Wire, Receiver<Vec<u8>>) {
        let (flushed, seen) = channel();
        let bytes = Vec::new();
        (
            Wire {
                bytes,
                flushed,
                flushes_left,
            },
            seen,
        )
    }

    #[test]
    fn a_silent_stream_sends_the_filler_until_it_goes_on() {
        let (mut wire, seen) = wire(usize::MAX);
        let work = move |out: &mut dyn Write| {
            for _ in 0..3 {
                assert_eq!(seen.recv().expect("it beats"), b":\n");
            }
            write!(out, "data")?;
            out.flush()?;
            while seen.recv().expect("it is sent") != b"data" {}
            Ok(())
        };
        let stream = with_heartbeat(Box::new(work), SHORT, b":\n".to_vec());
        assert_eq!(stream(&mut wire), Ok(()));
    }

    #[test]
    fn a_stream_that_is_never_silent_is_the_same_as_without() {
        let (mut wire, seen) = wire(usize::MAX);
        let work = |out: &mut dyn Write| {
            write!(out, "one")?;
            out.flush()?;
            out.write_all(&[b'x'; 9000])?;
            Ok(write!(out, "two")?)
        };
        let stream = with_heartbeat(Box::new(work), NEVER, b"!".to_vec());
        assert_eq!(stream(&mut wire), Ok(()));
        let sent: Vec<_> = seen.try_iter().collect();
        assert_eq!(sent[0], b"one");
        assert_eq!(sent[1].len(), 9003);
        assert!(sent[1].ends_with(b"xtwo") && sent.len() == 2);
    }

    #[test]
    fn nothing_beats_in_what_is_not_flushed_yet_nor_for_a_client_that_has_left() {
        let (mut wire, _seen) = wire(0);
        let table = Table::default();
        let mut relay = Relay {
            table: &table,
            out: &mut wire,
            client: &Client::default(),
            failed: None,
        };
        assert_eq!(relay.patience(true, SHORT), SHORT);
        assert_eq!(relay.patience(false, SHORT), NEVER);
        relay.send(b"", true).expect_err("it takes no flush");
        assert_eq!(relay.patience(true, SHORT), NEVER);
    }

    #[test]
    fn a_client_that_leaves_is_known_while_the_closure_works() {
        let (mut wire, _seen) = wire(2);
        let work = |out: &mut dyn Write| {
            let client = Client::current();
            while !client.has_left() {
                std::thread::yield_now();
            }
            assert_eq!(
                out.flush().map_err(|error| error.kind()),
                Err(ErrorKind::ConnectionReset)
            );
            Ok(())
        };
        let stream = with_heartbeat(Box::new(work), SHORT, b"!".to_vec());
        let cut = served(|| stream(&mut wire)).expect_err("the client has left");
        assert_eq!(
            cut.message(),
            io::Error::from(ErrorKind::ConnectionReset).to_string()
        );
    }

    /// With a client that can be seen to leave, as a server has it.
    fn served<T>(work: impl FnOnce() -> T) -> T {
        #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
        {
            use crate::client::{Socket, serve};
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("it is bound");
            let stream = std::net::TcpStream::connect(address).expect("it listens");
            let socket = std::sync::Arc::new(Socket::new(stream));
            serve(Some(socket.clone()));
            let done = work();
            serve(None);
            done
        }
        #[cfg(all(feature = "tiny-http", not(feature = "direct")))]
        work()
    }

    /// What nobody has for a connection: one that panics.
    struct Bursting;

    impl Write for Bursting {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("it burst");
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_closure_does_not_wait_for_a_thread_that_has_ended() {
        let (sent, seen) = channel();
        let work = move |out: &mut dyn Write| {
            let _ = out.write(b"data");
            let failed = (out.flush(), out.flush());
            let kinds = [failed.0, failed.1].map(|flushed| flushed.map_err(|error| error.kind()));
            sent.send(kinds).expect("it is waited for");
            Ok(())
        };
        let _scope = Scope::enter("r1".into());
        let stream = with_heartbeat(Box::new(work), NEVER, Vec::new());
        let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| stream(&mut Bursting)));
        assert!(panicked.is_err());
        assert_eq!(seen.recv(), Ok([Err(ErrorKind::BrokenPipe); 2]));
    }

    #[test]
    fn the_closure_serves_the_call_and_its_panic_is_its_error() {
        let (mut wire, _seen) = wire(usize::MAX);
        let _scope = Scope::enter("r1".into());
        let work = |_: &mut dyn Write| {
            assert_eq!(Scope::request_id().as_deref(), Some("r1"));
            panic!("it burst");
        };
        let stream = with_heartbeat(Box::new(work), NEVER, Vec::new());
        let error = stream(&mut wire).expect_err("it panics");
        assert_eq!((error.error_type(), error.message()), ("Panic", "it burst"));
        let failing = |_: &mut dyn Write| Err(Error::new("Broken", "dried up"));
        let stream = with_heartbeat(Box::new(failing), NEVER, Vec::new());
        assert_eq!(stream(&mut wire), Err(Error::new("Broken", "dried up")));
    }
}
