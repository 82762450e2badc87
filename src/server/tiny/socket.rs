//! The socket of a client, which `tiny_http` keeps to itself: it is found by its addresses, and can then be closed.
//!
//! Owns the search among the descriptors of the process, and a descriptor of its own for what is found. It must not know
//! why a connection ends.

use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::net::{Shutdown, getpeername, getsockname, shutdown};

/// The socket of one connection.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

/// After so many numbers in a row that are no descriptor there is none above them: the system gives the lowest that is
/// free, and `tiny_http`, which has a thread and two descriptors for each connection, would need 8,192 threads at once to
/// leave such a gap.
const LARGEST_GAP: u32 = 1 << 14;

impl Socket {
    /// The connection from a client's address to a port of this process; none if it was reset.
    pub(super) fn find(client: SocketAddr, port: u16) -> Option<Self> {
        let mut gap = 0;
        for number in 0..RawFd::MAX {
            // SAFETY: the number may be of no descriptor, or become another's, at any moment. It is only handed to two calls
            // of the system, which fail then or look at the other, and change neither.
            let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
            gap = match is_between(descriptor, client, port) {
                Ok(true) => {
                    let own = fcntl_dupfd_cloexec(descriptor, 0).ok().map(Self);
                    // It may have become another's since.
                    return own.filter(|own| is_between(own.0.as_fd(), client, port) == Ok(true));
                }
                Err(Errno::BADF) => gap + 1,
                _ => 0,
            };
            if gap == LARGEST_GAP {
                break;
            }
        }
        None
    }

    /// Nothing more can be written, and the client sees the end. What it sends is still read: a client that sends to a
    /// socket which nobody reads is reset, and may lose the answer.
    pub(super) fn end_answers(&self) {
        // An error means that the connection has ended already.
        let _ = shutdown(&self.0, Shutdown::Write);
    }

    /// What reads finds the end after what has come.
    pub(super) fn end_requests(&self) {
        let _ = shutdown(&self.0, Shutdown::Read);
    }

    /// Waits until something can be read; returns whether it could before `until`.
    pub(super) fn is_readable(&self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).ok();
        let mut looks = [PollFd::new(&self.0, PollFlags::IN)];
        // A signal that interrupts the wait only makes it shorter.
        left.is_none_or(|left| left != Timespec::default())
            && poll(&mut looks, left.as_ref()).is_ok_and(|ready| ready > 0)
    }
}

fn is_between(descriptor: BorrowedFd<'_>, client: SocketAddr, port: u16) -> Result<bool, Errno> {
    let peer = getpeername(descriptor)?.and_then(|peer| SocketAddr::try_from(peer).ok());
    if peer != Some(client) {
        return Ok(false);
    }
    let own = SocketAddr::try_from(getsockname(descriptor)?);
    Ok(own.is_ok_and(|own| own.port() == port))
}

#[cfg(test)]
mod tests {
    use super::Socket;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_socket_is_found_by_its_addresses_and_its_two_ways_end_apart() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let mut client = TcpStream::connect(address).expect("it listens");
        let (mut server, peer) = listener.accept().expect("it has connected");
        assert!(
            Socket::find(peer, address.port() ^ 1).is_none(),
            "another port"
        );
        assert!(
            Socket::find(address, address.port()).is_none(),
            "no client of it"
        );
        let socket = Socket::find(peer, address.port()).expect("it is open");
        assert!(!socket.is_readable(Instant::now()));
        client.write_all(b"more").expect("a live connection");
        assert!(socket.is_readable(Instant::now() + PATIENCE));
        socket.end_answers();
        assert_eq!(
            client.read(&mut [0]).ok(),
            Some(0),
            "the client sees the end"
        );
        assert!(server.write(b"x").is_err());
        socket.end_requests();
        let mut rest = String::new();
        server.read_to_string(&mut rest).expect("an end");
        assert_eq!(rest, "more");
    }

    #[test]
    fn a_socket_that_is_closed_is_not_found() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let _client = TcpStream::connect(address).expect("it listens");
        let (server, peer) = listener.accept().expect("it has connected");
        drop(server);
        assert!(Socket::find(peer, address.port()).is_none());
    }
}
