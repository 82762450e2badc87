//! The heartbeat of a stream: what is sent while its closure has nothing to say.
//!
//! Owns the two threads of such a stream, one that works and one that writes. It must not know what either of them writes.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::call::StreamWriter;
use crate::client::Client;
use crate::error::Error;
use crate::panics::guard;
use crate::scope::Scope;

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
    let (pieces, coming) = sync_channel(0);
    let (sent, results) = channel();
    let client = Client::current();
    let request_id = Scope::request_id();
    thread::scope(|threads| {
        let works_for = client.clone();
        let work = move || {
            let _scope = request_id.map(Scope::enter);
            let mut pipe = Pipe {
                pieces,
                results,
                gathered: Vec::new(),
            };
            works_for.scope(|| guard(|| write(&mut pipe).and_then(|()| Ok(pipe.flush()?))))
        };
        let worker = thread::Builder::new().spawn_scoped(threads, work)?;
        let mut relay = Relay {
            out,
            client: &client,
            failed: None,
        };
        relay.run(&coming, &sent, period, filler);
        let worked = worker
            .join()
            .unwrap_or_else(|_| unreachable!("a panic is an error"));
        // What the closure made of the client's leaving is its own; that it has left is what counts.
        match relay.failed {
            Some(kind) if worked.is_ok() => Err(io::Error::from(kind).into()),
            _ => worked,
        }
    })
}

/// Some bytes, and whether they end where something else may be sent: with a flush.
type Piece = (Vec<u8>, bool);

/// The end of the thread that works.
struct Pipe {
    pieces: SyncSender<Piece>,
    results: Receiver<io::Result<()>>,
    gathered: Vec<u8>,
}

impl Pipe {
    fn send(&mut self, is_whole: bool) -> io::Result<()> {
        let piece = (std::mem::take(&mut self.gathered), is_whole);
        let gone = |_| io::Error::from(ErrorKind::BrokenPipe);
        self.pieces.send(piece).map_err(|_| ErrorKind::BrokenPipe)?;
        self.results.recv().map_err(gone)?
    }
}

impl Write for Pipe {
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
    out: &'a mut dyn Write,
    client: &'a Client,
    failed: Option<ErrorKind>,
}

impl Relay<'_> {
    /// Sends what comes until the other thread is done, and the filler meanwhile.
    fn run(
        &mut self,
        coming: &Receiver<Piece>,
        sent: &Sender<io::Result<()>>,
        period: Duration,
        filler: &[u8],
    ) {
        let mut is_whole = true;
        loop {
            match coming.recv_timeout(self.patience(is_whole, period)) {
                Ok((piece, ends)) => {
                    is_whole = ends;
                    // The other thread waits for this.
                    let _ = sent.send(self.send(&piece, ends));
                }
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.send(filler, true);
                }
                Err(RecvTimeoutError::Disconnected) => return,
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
    use super::{Relay, with_heartbeat};
    use crate::client::Client;
    use crate::error::Error;
    use crate::scope::Scope;
    use std::io::{self, ErrorKind, Write};
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
        let mut relay = Relay {
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
