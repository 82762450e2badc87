use super::{MOST_BYTES, PIECE_BYTES, Relay, Table, with_heartbeat};
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
    // Who serves the stream flushes the rest.
    let sent: Vec<_> = seen.try_iter().chain([wire.bytes]).collect();
    let sent = sent.concat();
    assert!(sent.starts_with(b"onex") && sent.ends_with(b"xtwo"));
    assert_eq!(sent.len(), 9006);
}

#[test]
fn what_was_sent_without_a_flush_is_flushed_by_the_next_one() {
    let (mut wire, seen) = wire(usize::MAX);
    let work = move |out: &mut dyn Write| {
        out.write_all(&[b'x'; PIECE_BYTES])?;
        out.flush()?;
        let mut sent = 0;
        while sent < PIECE_BYTES {
            sent += seen.recv().expect("it is sent").len();
        }
        Ok(out.flush()?)
    };
    let stream = with_heartbeat(Box::new(work), NEVER, Vec::new());
    assert_eq!(stream(&mut wire), Ok(()));
}

/// A client that reads nothing until the closure has to wait for it.
#[test]
fn the_closure_waits_for_a_client_that_is_slower() {
    let table = Table::default();
    let mut bytes = vec![b'x'; MOST_BYTES];
    assert!(table.lay(&mut bytes, false).is_ok() && bytes.is_empty());
    std::thread::scope(|threads| {
        let lays = threads.spawn(|| table.lay(&mut vec![b'y'], false));
        let (mut taken, mut all) = (table.take(NEVER), Vec::new());
        while taken.bytes != b"y" {
            all.append(&mut taken.bytes);
            taken = table.take(NEVER);
        }
        assert_eq!(all.len(), MOST_BYTES, "the other bytes came after");
        assert!(lays.join().expect("no panic").is_ok());
    });
    assert!(table.lay(&mut vec![0; MOST_BYTES], true).is_ok());
    table.fail(ErrorKind::ConnectionReset, &mut || ());
    assert!(table.lay(&mut Vec::new(), false).is_err());
}

#[test]
fn nobody_lays_anything_down_while_a_failure_becomes_known() {
    let table = Table::default();
    let mut is_locked = false;
    table.fail(ErrorKind::ConnectionReset, &mut || {
        is_locked = table.state.try_lock().is_err();
    });
    assert!(is_locked && table.state.try_lock().is_ok());
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
    relay.send(b"", true);
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
        let failed = loop {
            if let Err(error) = out.flush() {
                break error.kind();
            }
        };
        sent.send(failed).expect("it is waited for");
        Ok(())
    };
    let _scope = Scope::enter("r1".into());
    let stream = with_heartbeat(Box::new(work), NEVER, Vec::new());
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| stream(&mut Bursting)));
    assert!(panicked.is_err());
    assert_eq!(seen.recv(), Ok(ErrorKind::BrokenPipe));
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
