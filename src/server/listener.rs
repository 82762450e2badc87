//! The listener: the port that is served, and what every connection inherits from it.
//!
//! Owns the settings of that socket. It must not know who accepts.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::AsFd;

use rustix::net::sockopt::{set_socket_reuseaddr, set_tcp_nodelay};
use rustix::net::{AddressFamily, SocketFlags, SocketType, listen, socket_with};

/// How many connections may wait to be accepted. The standard library listens with 128, fewer than the platform may
/// open at once, and a client that finds no place is answered only when it tries again, a second later.
const BACKLOG: i32 = 1024;

/// Listens on all addresses, since the agent connects from another one ([contract §4.1](crate::guide::contract#4.1)).
///
/// The standard library's `bind` listens at once, with its own backlog and before anything can be set: that would be
/// one more call of the system, and connections that have not inherited what is set after it.
pub(crate) fn bind(port: u16) -> io::Result<TcpListener> {
    let (family, kind) = (AddressFamily::INET, SocketType::STREAM);
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
    // The connections of an earlier process may still linger on the port.
    set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port))?;
    open(&socket)?;
    Ok(TcpListener::from(socket))
}

/// Takes a listener over that the program has bound, however it was used before.
pub(crate) fn adopt(listener: &TcpListener) -> io::Result<()> {
    // A thread that accepts waits.
    listener.set_nonblocking(false)?;
    open(listener)
}

fn open(socket: impl AsFd) -> io::Result<()> {
    // Else a response of more than a kilobyte on a kept-alive connection waits 40 ms for the client's delayed
    // acknowledgement.
    set_tcp_nodelay(&socket, true)?;
    Ok(listen(socket, BACKLOG)?)
}

#[cfg(test)]
mod tests {
    use super::{adopt, bind};
    use std::net::{TcpListener, TcpStream};

    #[test]
    #[cfg_attr(miri, ignore = "it has no such options of sockets")]
    fn no_response_waits_for_an_acknowledgement() {
        let adopted = TcpListener::bind("127.0.0.1:0").expect("a free port");
        adopt(&adopted).expect("a socket that listens");
        for listener in [bind(0).expect("a free port"), adopted] {
            let address = listener.local_addr().expect("a bound socket");
            let _client = TcpStream::connect(address).expect("it listens");
            let (accepted, _) = listener.accept().expect("a client has come");
            assert!(accepted.nodelay().expect("a live socket"));
        }
    }
}
