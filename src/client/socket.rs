//! A client whose connection can be looked at.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The connection, for as long as the server has it: what keeps a client in mind must not keep a socket open.
#[derive(Clone, Default)]
pub(super) struct Seen(Option<Weak<Socket>>);

thread_local! {
    /// Whom this thread serves. It is not dropped with the thread, because a destructor costs 120 bytes of the zip: nobody
    /// is served any more when a call is over.
    static SERVED: Cell<ManuallyDrop<Option<Arc<Socket>>>> = const { Cell::new(ManuallyDrop::new(None)) };
}

pub(super) fn current() -> Seen {
    let socket = serve(None);
    let seen = Seen(socket.as_ref().map(Arc::downgrade));
    serve(socket);
    seen
}

/// From now on this thread serves the client at the other end of this connection, or nobody; returns the one before.
pub(crate) fn serve(socket: Option<Arc<Socket>>) -> Option<Arc<Socket>> {
    ManuallyDrop::into_inner(SERVED.replace(ManuallyDrop::new(socket)))
}

/// Runs the work as if this thread served it.
pub(super) fn scope<T>(seen: &Seen, work: impl FnOnce() -> T) -> T {
    let socket = seen.0.as_ref().and_then(Weak::upgrade);
    let before = serve(socket);
    let done = work();
    serve(before);
    done
}

/// A write to whom this thread serves has failed.
pub(super) fn cut(seen: &Seen) {
    if let Some(socket) = seen.0.as_ref().and_then(Weak::upgrade) {
        socket.has_failed.store(true, Relaxed);
    }
}

/// A connection's socket, and whether a write to it has failed.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    has_failed: AtomicBool,
}

impl Seen {
    pub(super) fn gone() -> Self {
        Self(Some(Weak::new()))
    }

    /// Whether a write has failed, or the client has closed its side.
    pub(super) fn has_left(&self) -> bool {
        let Some(socket) = &self.0 else {
            return false;
        };
        // The server keeps a connection until its call is answered, or has no more use for it.
        socket.upgrade().is_none_or(|socket| socket.has_ended())
    }
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            has_failed: AtomicBool::new(false),
        }
    }

    /// Whether the other side has closed its end, whatever it has sent before that and nobody has read yet.
    fn has_ended(&self) -> bool {
        const AT_ONCE: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        if self.has_failed.load(Relaxed) {
            return true;
        }
        let mut asked = [PollFd::new(&self.stream, PollFlags::RDHUP)];
        // An interrupted look has seen nothing, and the next one will.
        poll(&mut asked, Some(&AT_ONCE)).is_ok_and(|ready| ready > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, Socket, current, cut, serve};
    use std::io::Write;
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::Arc;

    fn connected() -> (TcpStream, Arc<Socket>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let other = TcpStream::connect(address).expect("it listens");
        let (stream, _) = listener.accept().expect("it has connected");
        (other, Arc::new(Socket::new(stream)))
    }

    fn wait_for_end(client: &Seen) {
        while !client.has_left() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_connection_that_the_client_closes_is_seen_whatever_is_unread() {
        let (mut other, socket) = connected();
        serve(Some(Arc::clone(&socket)));
        let client = current();
        other.write_all(b"the next request").expect("it reads");
        assert!(!client.has_left());
        other.shutdown(Shutdown::Write).expect("a live socket");
        wait_for_end(&client);

        let (other, socket) = connected();
        serve(Some(Arc::clone(&socket)));
        let client = current();
        assert!(!client.has_left());
        drop(other);
        wait_for_end(&client);
    }

    #[test]
    fn a_write_that_has_failed_and_a_connection_that_is_dropped_count_too() {
        let (_other, socket) = connected();
        serve(Some(Arc::clone(&socket)));
        let client = current();
        cut(&client);
        assert!(client.has_left());

        let (_other, socket) = connected();
        serve(Some(Arc::clone(&socket)));
        let client = current();
        assert!(!client.has_left());
        serve(None);
        drop(socket);
        assert!(client.has_left());
    }
}
