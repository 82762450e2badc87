//! A connection that waits, with what is kept of it.
//!
//! Owns what the steps of an exchange are. It must not know how one leads to the next: `talk::steps` does.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use super::body::Reader;
use super::head::Head;
use super::inbox::Buffer;
use super::readiness::Interest;
use super::unsent::{Clock, Unsent};
use crate::client::Socket;
use crate::server::crew::Load;
use crate::server::memory::Share;

/// A connection that waits. One that is idle keeps no memory but this.
pub(super) struct Conn {
    pub(super) socket: Arc<Socket>,
    pub(super) interest: Interest,
    /// As what it counts.
    pub(super) load: Load,
    /// When its clock runs out.
    pub(super) until: Option<Instant>,
    /// Whether it has not sent a request yet.
    pub(super) is_new: bool,
    pub(super) kept: Option<Box<Kept>>,
}

/// What is kept of a connection in the middle of something.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) buffer: Buffer,
    /// The buffer's part of the memory, where it is a large one.
    pub(super) share: Option<Share>,
    pub(super) unsent: Unsent,
    pub(super) step: Step,
}

/// What comes next of a connection.
#[derive(Default)]
#[allow(
    clippy::large_enum_variant,
    reason = "it is moved only where a connection begins or ends to wait"
)]
pub(super) enum Step {
    /// The first byte of a request.
    #[default]
    Idle,
    /// The rest of a head.
    Head {
        until: Option<Instant>,
        is_begun: bool,
        is_head: bool,
    },
    /// The rest of a body.
    Body(Incoming),
    /// The rest of a response is to be sent, and whether it is the last.
    Response { is_last: bool },
    /// So many bytes more are read over, until then.
    Linger {
        bytes: usize,
        until: Option<Instant>,
    },
}

/// A request whose body is coming.
pub(super) struct Incoming {
    pub(super) head: Head,
    pub(super) body: Reader,
    pub(super) clock: Clock,
}

impl Conn {
    /// A client that has just connected. It counts as a request that is being read, until it has sent one: a client that has
    /// connected before a stop has mostly sent a request that is still under way through the machine.
    pub(super) fn new(stream: TcpStream) -> Self {
        // All inherit it but those that came to a program's own listener before the runtime took that over. An error means
        // that this one has gone.
        let _ = stream.set_nodelay(true);
        Self {
            socket: Arc::new(Socket::new(stream)),
            interest: Interest::Nothing,
            load: Load::Nothing,
            until: None,
            is_new: true,
            kept: None,
        }
    }

    #[cfg(test)]
    pub(super) fn keeps_more(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether something is left to be sent.
    pub(super) fn wants_to_send(&self) -> bool {
        self.kept
            .as_ref()
            .is_some_and(|kept| !kept.unsent.is_empty())
    }

    /// Whether something has come of a request whose clock has run out: an instance may have been frozen beyond it
    /// ([contract §4.5](crate::guide::contract#4.5)). Then an event reports it, too.
    pub(super) fn has_news(&self) -> bool {
        let reads = matches!(
            self.kept.as_deref(),
            Some(Kept {
                step: Step::Head { .. } | Step::Body(_),
                ..
            })
        );
        let peek = || {
            recv(
                &self.socket.stream,
                &mut [0],
                RecvFlags::DONTWAIT | RecvFlags::PEEK,
            )
        };
        reads && peek().err() != Some(Errno::AGAIN)
    }
}
