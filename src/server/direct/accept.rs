//! How clients are accepted.
//!
//! Owns what becomes of a client that has no place, and of an accept that fails. It must not know what is said on a
//! connection.

use std::io::Error;
use std::io::ErrorKind::{ConnectionAborted, InvalidInput, WouldBlock};
use std::net::TcpStream;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::HttpServer;
use super::conn::Conn;
use super::inbox::Buffer;
use super::slots::Visit;
use super::talk::Pause;
use crate::server::crew::Load;

/// How long nobody is accepted after the system had no descriptor or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

impl HttpServer {
    /// Accepts a client and attends to it. That the system has no descriptor or memory for it passes, and so does a
    /// connection that was gone before it was accepted; only a socket that is closed, or about to be, is the end.
    pub(super) fn accept(&self, desk: &mut Buffer) {
        match self.listener.accept() {
            Ok((stream, _)) => {
                self.is_short.store(false, SeqCst);
                self.await_client();
                if let Some((visit, conn)) = self.admit(stream) {
                    self.attend(visit, conn, desk, false);
                }
            }
            Err(error) if matches!(error.kind(), ConnectionAborted | WouldBlock) => {
                self.await_client();
            }
            Err(error) if error.kind() == InvalidInput => self.report_unless_stopping(&error),
            Err(error) if is_short_of_files(&error) && raise_file_limit() => self.await_client(),
            Err(error) => {
                if !self.is_short.swap(true, SeqCst) {
                    log::warn!("a connection waits because it cannot be accepted: {error}");
                }
                self.rests.store(true, SeqCst);
                self.start_clock(Some(Instant::now() + ACCEPT_PAUSE));
            }
        }
    }

    pub(super) fn await_client(&self) {
        if let Err(error) = self.readiness.await_client(&self.listener) {
            self.report_unless_stopping(&error);
        }
    }

    /// Accepts the clients that still wait when the server closes: a close would reset their connections and lose their
    /// requests.
    pub(super) fn accept_the_rest(&self) {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    if let Some((visit, mut conn)) = self.admit(stream) {
                        conn.load = Load::Reading;
                        self.crew.hold(conn.load);
                        self.leave(visit, conn, Pause::Yield);
                    }
                }
                Err(error) if error.kind() == ConnectionAborted => {}
                // Nobody is left, or the socket is closed already, which is what is wanted.
                Err(_) => break,
            }
        }
    }

    /// Gives a client a place, if there is one.
    ///
    /// One over the limit is closed at once. In the backlog it would wait without a word for one of the others to end,
    /// which idle ones never do; a close is a response that a client understands, and that its operator can see.
    pub(super) fn admit(&self, stream: TcpStream) -> Option<(Visit<'_, Conn>, Conn)> {
        let visit = self.slots.take();
        let was_full = self.is_full.swap(visit.is_none(), SeqCst);
        if visit.is_none() && !was_full {
            let most = self.limits.connections();
            log::warn!(
                "{most} connections are open, further ones are closed; Runtime::connections raises that"
            );
        }
        Some((visit?, Conn::new(stream)))
    }
}

fn is_short_of_files(error: &Error) -> bool {
    error.raw_os_error() == Some(Errno::MFILE.raw_os_error())
}

/// Raises the number of files that the process may have open to what the system allows it, if that is more: the usual
/// 1024 are fewer than the connections there may be. Returns whether it could. At the start it would be a call more that most
/// instances never need.
fn raise_file_limit() -> bool {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    raised.current != limit.current && setrlimit(Resource::Nofile, raised).is_ok()
}
