//! The socket of a client, which `tiny_http` keeps to itself: it is found by its addresses, and can then be closed.
//!
//! Owns the search among the descriptors of the process, and a descriptor of its own for what is found. It must not know
//! why a connection ends.

use std::io;
use std::mem::ManuallyDrop;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::time::Instant;

use rustix::io::Errno;

/// The socket of one connection.
#[derive(Debug)]
pub(super) struct Socket(TcpStream);

/// After so many numbers in a row that are no descriptor there is none above them: the system gives the lowest that is
/// free, and `tiny_http`, which has a thread and two descriptors for each connection, would need 8,192 threads at once to
/// leave such a gap.
const LARGEST_GAP: u32 = 1 << 14;

impl Socket {
    /// The connection from a client's address to a port of this process; none if it was reset.
    pub(super) fn find(client: SocketAddr, port: u16) -> Option<Self> {
        let mut gap = 0;
        for number in 0..RawFd::MAX {
            // SAFETY: the number may be of no descriptor, or become another's, at any moment. It is only handed to calls of
            // the system that fail then or look at the other, change neither, and never close it.
            let stream = ManuallyDrop::new(unsafe { TcpStream::from_raw_fd(number) });
            gap = match is_between(&stream, client, port) {
                Ok(true) => {
                    let own = stream.try_clone().ok();
                    // It may have become another's since.
                    let is_it = |own: &TcpStream| is_between(own, client, port).unwrap_or(false);
                    return own.filter(is_it).map(Self);
                }
                Err(error) if error.raw_os_error() == Some(Errno::BADF.raw_os_error()) => gap + 1,
                _ => 0,
            };
            if gap == LARGEST_GAP {
                break;
            }
        }
        None
    }

    /// Nothing more can be written, and the client sees the end. What it sends is still read: a client that sends to a
    /// socket which nobody reads is reset, and may lose the response.
    pub(super) fn end_responses(&self) {
        // An error means that the connection has ended already.
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// What reads finds the end after what has come.
    pub(super) fn end_requests(&self) {
        let _ = self.0.shutdown(Shutdown::Read);
    }

    /// From now on nothing that reads waits longer than until then; returns whether that is still to come.
    pub(super) fn read_until(&self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        // No time would be no end, which is an error.
        self.0.set_read_timeout(Some(left)).is_ok()
    }

    /// Waits for more, as long as a read would, and leaves it there; returns whether any has come. The standard library's
    /// `peek` costs 379 bytes more of the zip.
    pub(super) fn has_more(&self) -> bool {
        let mut byte = 0_u8;
        // SAFETY: the descriptor is open as long as `self` is, and there is room for the one byte.
        unsafe {
            libc::recv(
                self.0.as_raw_fd(),
                (&raw mut byte).cast(),
                1,
                libc::MSG_PEEK,
            ) > 0
        }
    }
}

fn is_between(stream: &TcpStream, client: SocketAddr, port: u16) -> io::Result<bool> {
    Ok(stream.peer_addr()? == client && stream.local_addr()?.port() == port)
}

#[cfg(test)]
mod tests {
    use super::Socket;
    use std::io::{ErrorKind, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

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
        assert!(!socket.read_until(Instant::now()));
        assert!(socket.read_until(Instant::now() + Duration::from_millis(1)));
        let error = server.read(&mut [0]).expect_err("nothing has come");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(!socket.has_more());
        client.write_all(b"more").expect("a live connection");
        assert!(socket.read_until(Instant::now() + Duration::from_secs(60)));
        assert!(socket.has_more());
        socket.end_responses();
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
        assert!(!socket.has_more());
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
