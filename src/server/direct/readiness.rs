//! The set of all sockets that wait, in which the system finds those that need not wait any more.
//!
//! Owns the calls of epoll(7). It must not know what is done about an event.
//!
//! A connection is registered once and reported when it changes (`EPOLLET`), so that a request costs no call for it. The
//! listener is reported once each time that it is asked for (`EPOLLONESHOT`), so that a client wakes one worker.

use std::io;
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use super::slots::Id;

use epoll::{EventData, EventFlags};

/// What the listener is called. No connection is: see `Slots::new`.
const LISTENER: u64 = u64::MAX;

/// What is reported of a registered connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interest {
    /// It is not registered.
    Nothing,
    /// Bytes that come, and the end.
    Read,
    /// The same, and that the client has read of what was sent.
    ReadAndWrite,
}

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A client has connected.
    Listener,
    /// Something has come on a connection, or can be sent; and whether its end has come.
    Connection { id: Id, has_ended: bool },
}

/// All sockets that wait.
pub(super) struct Readiness(OwnedFd);

impl Readiness {
    pub(super) fn new(listener: &TcpListener) -> io::Result<Self> {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let once = EventFlags::IN | EventFlags::ONESHOT;
        epoll::add(&set, listener, EventData::new_u64(LISTENER), once)?;
        Ok(Self(set))
    }

    /// The next client is reported again.
    pub(super) fn await_client(&self, listener: &TcpListener) -> io::Result<()> {
        let once = EventFlags::IN | EventFlags::ONESHOT;
        Ok(epoll::modify(
            &self.0,
            listener,
            EventData::new_u64(LISTENER),
            once,
        )?)
    }

    /// Wakes all that wait, and each that will, by a listener that was closed.
    pub(super) fn wake_all(&self, listener: &TcpListener) {
        let always = EventFlags::IN;
        // It is registered as long as it is open.
        let _ = epoll::modify(&self.0, listener, EventData::new_u64(LISTENER), always);
    }

    /// From now on the connection is reported. What has come already is reported at once, and so is that something can be
    /// sent, if that is of interest.
    pub(super) fn register(
        &self,
        stream: &TcpStream,
        id: Id,
        before: Interest,
        interest: Interest,
    ) -> io::Result<()> {
        let read = EventFlags::IN | EventFlags::RDHUP | EventFlags::ET;
        let flags = match interest {
            Interest::Nothing | Interest::Read => read,
            Interest::ReadAndWrite => read | EventFlags::OUT,
        };
        let data = EventData::new_u64(id.to_bits());
        match before {
            Interest::Nothing => epoll::add(&self.0, stream, data, flags)?,
            Interest::Read | Interest::ReadAndWrite => {
                epoll::modify(&self.0, stream, data, flags)?;
            }
        }
        Ok(())
    }

    /// Waits for what happens next, but not longer than this. A connection that has much to say comes after the others
    /// that have something to say, since each wait is for one event.
    pub(super) fn wait(&self, at_most: Option<Duration>) -> io::Result<Option<Event>> {
        let at_most = at_most.and_then(|time| Timespec::try_from(time).ok());
        let mut events = [MaybeUninit::uninit(); 1];
        loop {
            match epoll::wait(&self.0, &mut events, at_most.as_ref()) {
                // A frozen instance wakes up with it (contract §4.5).
                Err(Errno::INTR) => {}
                happened => return Ok(happened?.0.first().map(event)),
            }
        }
    }
}

fn event(event: &epoll::Event) -> Event {
    let (flags, data) = (event.flags, event.data.u64());
    let end = EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
    match data {
        LISTENER => Event::Listener,
        id => Event::Connection {
            id: Id::from_bits(id),
            has_ended: flags.intersects(end),
        },
    }
}
