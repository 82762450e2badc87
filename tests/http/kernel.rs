//! What the kernel does for a connection that the standard library does not ask for.
//!
//! Owns addresses, resets and the look into the other side's queue. It must not know any case.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_linger;
use rustix::net::{AddressFamily, SocketType, bind, connect as connect_socket, socket};

/// How long a server that does not read is waited for: one that will not read any more is no reason to fail.
const PATIENCE: Duration = Duration::from_millis(200);

/// Connects from an address that no connection of this process has come from before: a server may remember whom it has
/// refused, and the kernel soon gives a port again.
pub(crate) fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    static HOST: AtomicU32 = AtomicU32::new(0);
    /// Every address of 127.0.0.0/8 is this machine; the first of them are used otherwise.
    const FIRST: u32 = u32::from_be_bytes([127, 1, 0, 0]);
    let host = FIRST + HOST.fetch_add(1, Ordering::Relaxed) % 0x00fe_0000;
    connect_from(SocketAddr::from((Ipv4Addr::from(host), 0)), to)
}

/// Connects from this address.
pub(crate) fn connect_from(from: SocketAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &from)?;
    connect_socket(&socket, &to)?;
    Ok(TcpStream::from(socket))
}

/// Waits until the other side, which must be on this machine, has read all that was sent.
pub(crate) fn await_read(stream: &TcpStream) {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until && !is_read(stream) {
        std::thread::yield_now();
    }
}

/// Whether the other side, which must be on this machine, has read all that was sent, or has gone.
pub(crate) fn is_read(stream: &TcpStream) -> bool {
    let (Ok(own), Ok(other)) = (stream.local_addr(), stream.peer_addr()) else {
        return true;
    };
    !has_unread(&format!("{} {}", in_hex(other), in_hex(own)))
}

/// Makes the end of the connection a reset.
pub(crate) fn reset_on_close(stream: &TcpStream) {
    set_socket_linger(stream, Some(Duration::ZERO)).expect("a live socket");
}

/// Whether the socket between these two has received what its owner has not read.
fn has_unread(wanted: &str) -> bool {
    let sockets = fs::read_to_string("/proc/net/tcp").expect("Linux lists its sockets");
    let Some(line) = sockets.lines().find(|line| line.contains(wanted)) else {
        return false;
    };
    // The fifth field holds the lengths of the queues: `sent:received`.
    let queues = line.split_whitespace().nth(4).unwrap_or_default();
    queues
        .split_once(':')
        .is_some_and(|(_, received)| received != "00000000")
}

/// An address as /proc/net/tcp writes it: the bytes of the number as they lie in memory.
fn in_hex(address: SocketAddr) -> String {
    let SocketAddr::V4(address) = address else {
        panic!("the tests speak IPv4");
    };
    let ip = u32::from_ne_bytes(address.ip().octets());
    format!("{ip:08X}:{:04X}", address.port())
}
