//! A free port for an instance, held against every other fc-local on the machine.
//!
//! On the platform each instance has its own address and all listen on 9000; here they share the
//! loopback addresses, so each gets its own port by `FC_CUSTOM_LISTEN_PORT`.

use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// Below the range the kernel gives to outgoing connections, so that none of those is in the way.
const PORTS: std::ops::Range<u16> = 18_000..32_000;

/// A TCP port that the next instance may listen on.
///
/// The token that keeps it is the UDP port of the same number: the TCP port itself must stay free for
/// the instance, and a socket is given back by the kernel even if fc-local is killed.
#[derive(Debug)]
pub(crate) struct ReservedPort {
    number: u16,
    _token: UdpSocket,
}

impl ReservedPort {
    /// Finds and holds a free port.
    pub(crate) fn any() -> io::Result<Self> {
        let first = uuid::Uuid::new_v4().as_u128() as usize % PORTS.len();
        PORTS
            .skip(first)
            .chain(PORTS.take(first))
            .find_map(|number| Self::exactly(number).ok())
            .ok_or_else(|| {
                io::Error::other(format!("no free port in {}..{}", PORTS.start, PORTS.end))
            })
    }

    /// Holds the given port.
    pub(crate) fn exactly(number: u16) -> io::Result<Self> {
        let token = UdpSocket::bind((Ipv4Addr::LOCALHOST, number))?;
        drop(TcpListener::bind((Ipv4Addr::UNSPECIFIED, number))?);
        Ok(Self {
            number,
            _token: token,
        })
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }
}

#[cfg(test)]
mod tests;
