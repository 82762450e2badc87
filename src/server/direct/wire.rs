//! The socket as the server reads and writes it: nothing waits for a client but a handler that streams.
//!
//! Owns the calls of the system. It must not know what the bytes mean.
//!
//! The socket itself stays a blocking one, and each call says that it does not wait: so nothing need be set on it.

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::inbox::Source;
use super::turns::Place;
use super::unsent::{Clock, Unsent};
use crate::client::Socket;
use crate::limits::Limits;
use crate::server::memory::Memory;

/// How often a connection is read from before others have their turn: one that never stops sending must not keep a
/// worker. It is 4 MiB of a large body.
const READS_AT_ONCE: u32 = 64;

/// A connection's socket, for as long as somebody attends to it.
pub(super) struct Wire<'a> {
    socket: &'a Arc<Socket>,
    limits: &'a Limits,
    memory: &'a Arc<Memory>,
    unsent: Unsent,
    /// Nothing more has come, as far as is known: an event reports what comes later.
    pub(super) is_drained: bool,
    /// Whether the client has closed its side, or the connection has ended: then a short read does not mean that there
    /// is nothing more to read, because the end itself is to be read.
    has_ended: bool,
    reads_left: u32,
    /// The handler whose stream is being written, which may wait for its client.
    pub(super) streams: Option<Place<'a>>,
}

impl<'a> Wire<'a> {
    /// Goes on with what could not be sent yet.
    pub(super) fn resume(
        socket: &'a Arc<Socket>,
        limits: &'a Limits,
        memory: &'a Arc<Memory>,
        unsent: Unsent,
        has_ended: bool,
    ) -> Self {
        Self {
            socket,
            limits,
            memory,
            unsent,
            is_drained: false,
            has_ended,
            reads_left: READS_AT_ONCE,
            streams: None,
        }
    }

    /// Whether there may be more to read although reading has stopped, because others shall have their turn.
    pub(super) fn is_cut_short(&self) -> bool {
        self.reads_left == 0 && !self.is_drained
    }

    /// What could not be sent, to go on with later.
    pub(super) fn take_unsent(&mut self) -> Unsent {
        std::mem::take(&mut self.unsent)
    }

    pub(super) fn unsent(&self) -> &Unsent {
        &self.unsent
    }

    /// Sends of what is left what the client takes now; returns whether that was all.
    pub(super) fn send_unsent(&mut self) -> io::Result<bool> {
        let left = self.unsent.left();
        let sent = send_now(&self.socket.stream, left)?;
        if sent == left.len() {
            self.unsent = Unsent::default();
            return Ok(true);
        }
        if sent > 0 {
            self.unsent.advance(sent, self.limits);
        }
        Ok(false)
    }

    pub(super) fn socket(&self) -> &'a Arc<Socket> {
        self.socket
    }

    /// Shows the client that nothing more will come.
    pub(super) fn end(&self) {
        // An error means that the client has gone.
        let _ = self.socket.stream.shutdown(Shutdown::Write);
    }

    /// Writes one piece of a stream, under its own clock: between the pieces its handler may take the time it needs.
    fn stream_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let clock = Clock::start(self.limits.write_time, self.limits.slowest);
        let mut sent = 0;
        let mut is_last_try = false;
        loop {
            let more = send_now(&self.socket.stream, bytes)?;
            bytes = &bytes[more..];
            sent += more;
            if bytes.is_empty() {
                return Ok(());
            }
            if more == 0 && is_last_try {
                return Err(ErrorKind::TimedOut.into());
            }
            let until = self.limits.until_written(clock, sent);
            // An instance may have been frozen beyond its clock (contract §4.5), and its client may have read meanwhile.
            is_last_try = !self.wait_for_room(until)?;
        }
    }

    /// Waits until the client has read something, or until then; returns whether it has. Others have the handler's turn
    /// meanwhile.
    fn wait_for_room(&mut self, until: Option<Instant>) -> io::Result<bool> {
        let stream = &self.socket.stream;
        let wait = || {
            loop {
                let left = until.map(|until| until.saturating_duration_since(Instant::now()));
                let left = left.and_then(|left| Timespec::try_from(left).ok());
                match poll(&mut [PollFd::new(stream, PollFlags::OUT)], left.as_ref()) {
                    // A frozen instance wakes up with it (contract §4.5).
                    Err(Errno::INTR) => {}
                    ready => return Ok(ready? > 0),
                }
            }
        };
        match &mut self.streams {
            Some(place) => place.leave_for(wait),
            None => wait(),
        }
    }
}

impl Source for Wire<'_> {
    fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        if self.is_drained || self.reads_left == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.reads_left -= 1;
        let room = into.capacity() - into.len();
        let read = recv(
            &self.socket.stream,
            spare_capacity(into),
            RecvFlags::DONTWAIT,
        )
        .map(|(_, read)| read);
        self.is_drained = match read {
            Ok(read) => read > 0 && read < room && !self.has_ended,
            Err(error) => error == Errno::AGAIN,
        };
        Ok(read?)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.streams.is_some() {
            let before = self.take_unsent();
            self.stream_all(before.left())?;
            return self.stream_all(bytes);
        }
        let sent = if self.unsent.is_empty() {
            send_now(&self.socket.stream, bytes)?
        } else {
            0
        };
        let memory = self.memory;
        self.unsent.add(&bytes[sent..], sent, self.limits, memory)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends what the client takes now, which may be nothing.
fn send_now(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    if bytes.is_empty() {
        return Ok(0);
    }
    loop {
        match send(stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            // A frozen instance wakes up with it (contract §4.5).
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(0),
            sent => return Ok(sent?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Unsent, Wire};
    use crate::client::Socket;
    use crate::limits::Limits;
    use crate::server::direct::inbox::Source;
    use crate::server::memory::Memory;
    use std::io::{ErrorKind, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::Arc;

    fn pair() -> (TcpStream, Arc<Socket>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let client = TcpStream::connect(address).expect("it listens");
        let (stream, _) = listener.accept().expect("it has connected");
        (client, Arc::new(Socket::new(stream)))
    }

    #[test]
    fn a_short_read_is_the_last_unless_the_client_has_ended() {
        let (mut client, socket) = pair();
        let (limits, memory) = (Limits::default(), Memory::new(usize::MAX));
        let of = |has_ended| Wire::resume(&socket, &limits, &memory, Unsent::default(), has_ended);
        let read = |wire: &mut Wire<'_>| {
            wire.read(&mut Vec::with_capacity(4))
                .map_err(|error| error.kind())
        };
        client.write_all(b"sentmor").expect("it reads");
        let mut wire = of(false);
        let (mut wait, waits) = ([0; 7], Err(ErrorKind::WouldBlock));
        socket.stream.peek(&mut wait).expect("it comes");
        assert_eq!([read(&mut wire), read(&mut wire)], [Ok(4), Ok(3)]);
        client.write_all(b"e").expect("it reads");
        socket.stream.peek(&mut wait).expect("it comes");
        assert_eq!(read(&mut wire), waits, "an event reports it");
        client.shutdown(Shutdown::Write).expect("a live socket");
        let mut wire = of(true);
        assert_eq!([read(&mut wire), read(&mut wire)], [Ok(1), Ok(0)]);
    }

    #[test]
    fn what_is_read_at_once_has_an_end() {
        let (mut client, socket) = pair();
        let (limits, memory) = (Limits::default(), Memory::new(usize::MAX));
        let sending = std::thread::spawn(move || while client.write_all(&[0; 4096]).is_ok() {});
        let mut wire = Wire::resume(&socket, &limits, &memory, Unsent::default(), false);
        while !wire.is_cut_short() {
            wire.is_drained = false;
            let _ = wire.read(&mut Vec::with_capacity(1));
        }
        let error = wire
            .read(&mut Vec::with_capacity(1))
            .expect_err("others have their turn");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        drop(wire);
        drop(socket);
        sending.join().expect("a reset ends it");
    }

    #[test]
    fn what_a_client_does_not_take_is_kept_and_sent_later_in_order() {
        let (mut client, socket) = pair();
        let response: Vec<u8> = (0..=255).cycle().take(16 * 1024 * 1024).collect();
        let (limits, memory) = (Limits::default(), Memory::new(response.len()));
        let mut wire = Wire::resume(&socket, &limits, &memory, Unsent::default(), false);
        wire.write_all(&response).expect("a live socket");
        assert!(!wire.unsent().is_empty() && wire.unsent().until().is_some());
        assert!(!memory.has_room_for(response.len()), "it is counted");
        wire.write_all(b"end").expect("a live socket");
        let unsent = wire.take_unsent();
        let reading = std::thread::spawn(move || {
            let mut read = Vec::new();
            client.read_to_end(&mut read).expect("a close");
            read
        });
        let mut wire = Wire::resume(&socket, &limits, &memory, unsent, false);
        while !wire.send_unsent().expect("a live socket") {
            assert!(wire.wait_for_room(None).expect("a live socket"));
        }
        wire.end();
        let read = reading.join().expect("no panic");
        assert!(read == [&response[..], b"end"].concat());
    }
}
