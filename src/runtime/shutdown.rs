//! `Shutdown`, which ends a runtime that serves.
//!
//! Owns the handle. It must not know who listens to it.

use std::sync::Arc;

use crate::server::StopState;

/// Ends a running [`Runtime`](crate::Runtime) from another thread.
///
/// # Examples
///
/// ```
/// use std::net::TcpListener;
/// use fc_runtime::{Error, Runtime, Shutdown};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let shutdown = Shutdown::new();
/// let runtime = Runtime::new().invoke(|event, _| Ok::<_, Error>(event.to_vec())).listener(listener).shutdown(&shutdown);
/// let running = std::thread::spawn(|| runtime.run());
/// shutdown.trigger();
/// running.join().unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Shutdown(pub(super) Arc<StopState>);

impl Shutdown {
    /// A handle that no runtime uses yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every runtime that uses this handle, now and in future.
    pub fn trigger(&self) {
        self.0.stop();
    }
}
