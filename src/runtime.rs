//! `Runtime`, which a program builds from its handlers and runs.
//!
//! Owns the settings and where they come from. It must not know how a call is served.

mod bound;
#[cfg(any(feature = "direct", doc))]
mod direct;
mod error;
mod listen;
mod port;
mod shutdown;

use std::fmt;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_core::de::DeserializeOwned;
use serde_core::ser::Serialize;

use crate::context::Context;
use crate::dispatch::{Dispatch, Handlers};
use crate::http::{Request, Response};
use crate::into_error::{HookResult, IntoError};
use crate::json;
use crate::limits::{Limits, MEMORY_VARIABLE, SMALLEST_MB, default_memory, memory_mb};
use crate::server::{self, LastWork, Stop};

pub use bound::Server;
pub use error::RuntimeError;
use listen::listening;
pub use port::{DEFAULT_PORT, PORT_VARIABLES};
pub use shutdown::Shutdown;

/// A custom runtime: the handlers of a function, and the HTTP server that Function Compute talks to.
///
/// # Examples
///
/// ```no_run
/// use fc_runtime::{Context, Error, Runtime, log};
///
/// fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
///     log::info!("{} bytes, {:?} left", event.len(), ctx.remaining());
///     Ok(event.to_vec())
/// }
///
/// fn main() -> Result<(), fc_runtime::RuntimeError> {
///     Runtime::new().invoke(handle).run()
/// }
/// ```
#[derive(Default)]
pub struct Runtime {
    handlers: Handlers,
    port: Option<u16>,
    listener: Option<TcpListener>,
    limits: Limits,
    memory_limit: Option<usize>,
    shutdown: Option<Shutdown>,
}

impl Runtime {
    /// A runtime without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves events with this handler, which returns the result of the invocation, as bytes or text.
    ///
    /// The handler may fail with any type that implements [`IntoError`]. In a closure that names no error type, write
    /// `Ok::<_, Error>(…)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::{Error, Runtime};
    ///
    /// let runtime = Runtime::new().invoke(|event, _| Ok::<_, Error>(format!("{} bytes", event.len())));
    /// ```
    #[must_use]
    pub fn invoke<F, R, E>(mut self, handler: F) -> Self
    where
        F: Fn(&[u8], &Context) -> Result<R, E> + Send + Sync + 'static,
        R: Into<Vec<u8>>,
        E: IntoError,
    {
        self.handlers.invoke = Some(Box::new(move |event, ctx| match handler(event, ctx) {
            Ok(result) => Ok(result.into()),
            Err(error) => Err(error.into_error()),
        }));
        self
    }

    /// Serves events with this handler, which takes and returns JSON.
    ///
    /// The event may be any type that `serde` can read: `serde_json::Value` or your own. If the event cannot be read as
    /// that type, the call fails with an error of the type `InvalidJson` before the handler runs. The error has the
    /// line, the column, what was expected and what kind of value was found, but never the value, because errors are
    /// logged. If your own type refuses a value, such as with `#[serde(try_from)]`, its message is kept as it is. An
    /// event may be empty, which is not JSON ([contract §7](crate::guide::contract#7)).
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::{Context, Error, Runtime};
    /// use fc_runtime::serde_json::{Value, json};
    ///
    /// fn total(prices: Vec<u32>, _: &Context) -> Result<Value, Error> {
    ///     Ok(json!({ "total": prices.iter().sum::<u32>() }))
    /// }
    ///
    /// let runtime = Runtime::new().invoke_json(total);
    /// assert_eq!(total(vec![1, 2], &Context::default())?, json!({ "total": 3 }));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn invoke_json<F, T, R, E>(mut self, handler: F) -> Self
    where
        F: Fn(T, &Context) -> Result<R, E> + Send + Sync + 'static,
        T: DeserializeOwned,
        R: Serialize,
        E: IntoError,
    {
        self.handlers.invoke = Some(Box::new(move |event, ctx| {
            json::serve(&handler, event, ctx)
        }));
        self
    }

    /// Serves HTTP calls with this handler, which returns the response for the client.
    #[must_use]
    pub fn http<F, R, E>(mut self, handler: F) -> Self
    where
        F: Fn(Request, &Context) -> Result<R, E> + Send + Sync + 'static,
        R: Into<Response>,
        E: IntoError,
    {
        self.handlers.http = Some(Box::new(move |request, ctx| match handler(request, ctx) {
            Ok(response) => Ok(response.into()),
            Err(error) => Err(error.into_error()),
        }));
        self
    }

    /// Runs this hook when an instance is created, if the function is configured with an initializer. If it fails,
    /// Function Compute may call it again. A hook that cannot fail may return nothing: see [`HookResult`].
    #[must_use]
    pub fn initialize<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> R + Send + Sync + 'static,
        R: HookResult,
    {
        self.handlers.initialize = Some(Box::new(move |ctx| hook(ctx).into_result()));
        self
    }

    /// Runs this hook before the instance is frozen (FC 2.0 only).
    #[must_use]
    pub fn pre_freeze<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> R + Send + Sync + 'static,
        R: HookResult,
    {
        self.handlers.pre_freeze = Some(Box::new(move |ctx| hook(ctx).into_result()));
        self
    }

    /// Runs this hook before the instance ends: when Function Compute calls it, or once when SIGTERM or SIGINT ends the
    /// process before that.
    #[must_use]
    pub fn pre_stop<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> R + Send + Sync + 'static,
        R: HookResult,
    {
        self.handlers.pre_stop = Some(Box::new(move |ctx| hook(ctx).into_result()));
        self
    }

    /// Listens on this port, whatever the environment says. With 0, the system chooses a port, which
    /// [`Server::local_addr`] returns after [`bind`](Self::bind).
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self {
            port: Some(port),
            ..self
        }
    }

    /// Serves this listener, which a test may have bound to its own port, instead of binding a new one.
    #[must_use]
    pub fn listener(self, listener: TcpListener) -> Self {
        Self {
            listener: Some(listener),
            ..self
        }
    }

    /// Accepts bodies of up to this many bytes; a larger body gets a 413.
    ///
    /// With 0, only requests without a body are served.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// Limits the memory for the bodies of all requests, and for responses that clients have not read yet, to this many bytes
    /// together. A request that does not fit gets a 503 with `Retry-After`, and its client may try again. With the direct server,
    /// heads that have arrived in part count too, except for the first 4 KB of each.
    ///
    /// The default is half of the function's memory, which the variable `FC_FUNCTION_MEMORY_SIZE` states
    /// ([contract §4.3](crate::guide::contract#4.3)); without the variable there is no limit. Memory that handlers use
    /// themselves does not count, and neither does what a stream still has to send.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Serves up to this many requests at once; more requests wait. At least one is always served.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.limits.workers = workers.max(1);
        self
    }

    /// When the runtime stops, waits this long for requests that are being served, and for clients that read their
    /// responses slowly. Then the pre-stop hook runs, and requests that still have no response are cut off; a line of
    /// the log reports them.
    ///
    /// The default is [`DEFAULT_STOP_GRACE`](crate::DEFAULT_STOP_GRACE). With [`Duration::MAX`], a stop waits for as
    /// long as it takes; with zero, only for requests that finish at once.
    #[must_use]
    pub fn stop_grace(mut self, time: Duration) -> Self {
        self.limits.stop_grace = time;
        self
    }

    /// Stops when this handle is triggered, instead of on SIGTERM and SIGINT.
    #[must_use]
    pub fn shutdown(self, shutdown: &Shutdown) -> Self {
        Self {
            shutdown: Some(shutdown.clone()),
            ..self
        }
    }

    /// Serves until SIGTERM or SIGINT arrives, or the handle of [`shutdown`](Self::shutdown) is triggered. Then every
    /// request in flight gets its response within [`stop_grace`](Self::stop_grace), the pre-stop hook runs unless
    /// Function Compute has already called it, and `run` returns `Ok`.
    ///
    /// Installs the logger, unless the program has one. The signals stay caught after `run` has returned, so a program
    /// that continues after that has to end without them.
    ///
    /// # Errors
    ///
    /// [`RuntimeError`] when there is nothing to serve, the port is not available, connections can no longer be
    /// accepted, or a second signal cuts the end short.
    pub fn run(self) -> Result<(), RuntimeError> {
        let listener = listening(&self.handlers, self.listener, self.port)?;
        let stop = self
            .shutdown
            .map_or(Stop::Signals, |shutdown| Stop::Handle(shutdown.0));
        let dispatch = Arc::new(Dispatch::new(self.handlers));
        let (served, stopped) = (Arc::clone(&dispatch), dispatch);
        let serve = Box::new(move |call| served.serve(call));
        let last_work: Arc<LastWork> = Arc::new(move || stopped.stop());
        let memory_mb = memory_mb(std::env::var(MEMORY_VARIABLE).ok().as_deref());
        if memory_mb.is_some_and(|megabytes| megabytes <= SMALLEST_MB) {
            server::stay_on_one_core();
        }
        let limits = Limits {
            memory_bytes: self.memory_limit.unwrap_or(default_memory(memory_mb)),
            ..self.limits
        };
        server::serve(listener, limits, serve, &stop, &last_work).map_err(RuntimeError::from)
    }

    /// Listens, and returns the server that [`run`](Self::run) would run. The server knows its address, and connections
    /// to it wait until it runs.
    ///
    /// Installs the logger, unless the program has one.
    ///
    /// # Errors
    ///
    /// [`RuntimeError`] when there is nothing to serve, or the port is not available.
    pub fn bind(mut self) -> Result<Server, RuntimeError> {
        let listener = listening(&self.handlers, self.listener.take(), self.port)?;
        Ok(Server::new(self, listener))
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("port", &self.port)
            .field("listener", &self.listener)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
