//! `Server`, a runtime that listens.
//!
//! Owns what lies between the settings and the serving. It must not know where a setting came from.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

use super::{Runtime, RuntimeError};

/// A [`Runtime`] that has its port and serves as soon as [`run`](Self::run) is called: what [`Runtime::bind`] returns.
///
/// Connections that are opened before that wait.
///
/// # Examples
///
/// A test lets the system choose the port:
///
/// ```
/// use std::net::{Ipv4Addr, TcpStream};
/// use fc_runtime::{Error, Runtime, Shutdown};
///
/// let shutdown = Shutdown::new();
/// let runtime = Runtime::new().invoke(|event, _| Ok::<_, Error>(event.to_vec()));
/// let server = runtime.port(0).shutdown(&shutdown).bind()?;
/// let port = server.local_addr()?.port();
/// let running = std::thread::spawn(|| server.run());
/// TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
/// shutdown.trigger();
/// running.join().unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
}

impl Server {
    pub(super) fn new(runtime: Runtime, listener: TcpListener) -> Self {
        Self { runtime, listener }
    }

    /// The address that the server listens on. If [`Runtime::port`] was 0, it has the port that the system has chosen.
    ///
    /// # Errors
    ///
    /// The system's error, when the listener is not a TCP socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves, as [`Runtime::run`] does.
    ///
    /// # Errors
    ///
    /// [`RuntimeError`] when serving cannot begin, connections can no longer be accepted, or a second signal cuts the end
    /// short.
    pub fn run(self) -> Result<(), RuntimeError> {
        self.runtime.listener(self.listener).run()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("runtime", &self.runtime)
            .field("listener", &self.listener)
            .finish()
    }
}
