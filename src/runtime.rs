//! `Runtime`, which a program builds from its handlers and runs.
//!
//! Owns the settings and where they come from. It must not know how a call is served.

mod bound;

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_core::de::DeserializeOwned;
use serde_core::ser::Serialize;

use crate::context::Context;
use crate::dispatch::{Dispatch, Handlers};
use crate::http::{Request, Response};
use crate::into_error::IntoError;
use crate::json;
use crate::limits::Limits;
#[cfg(any(feature = "direct", doc))]
use crate::limits::SHORTEST_TIMEOUT;
#[cfg(feature = "direct")]
use crate::limits::{MEMORY_VARIABLE, default_memory};
use crate::server::{self, LastWork, ServeError, Stop, StopState};

pub use bound::Server;

/// The variables that name the port, the first that is set wins ([contract §4.2](crate::guide::contract#4.2)).
pub const PORT_VARIABLES: [&str; 2] = ["FC_CUSTOM_LISTEN_PORT", "FC_SERVER_PORT"];

/// The port where nothing else is said ([contract §4.1](crate::guide::contract#4.1)).
pub const DEFAULT_PORT: u16 = 9000;

/// A custom runtime: the handlers of a function behind the HTTP server that Function Compute talks to.
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
    #[cfg(any(feature = "direct", doc))]
    memory_limit: Option<usize>,
    shutdown: Option<Shutdown>,
}

impl Runtime {
    /// A runtime without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves events with this handler: what it returns is the result of the invocation, bytes or text.
    ///
    /// It may fail with any type that is [`IntoError`]. A closure that never names one has to: `Ok::<_, Error>(…)`.
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
    /// The event may be any type that `serde` can read, `serde_json::Value` or one of your own. An event that is not
    /// that JSON is answered with an error of the type `InvalidJson`, which has line, column, what was expected and
    /// what kind of value was found, but never the value: the error is logged. The handler is not called. What a type
    /// of your own says when it refuses a value, such as by `#[serde(try_from)]`, is kept as it is. Mind that an event
    /// may be empty, which is not JSON ([contract §7](crate::guide::contract#7)).
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

    /// Serves HTTP calls with this handler: what it returns is the client's answer.
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

    /// Runs this when an instance is created, if the function is configured with an initializer. When it fails, Function
    /// Compute may call it again.
    #[must_use]
    pub fn initialize<F, E>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> Result<(), E> + Send + Sync + 'static,
        E: IntoError,
    {
        self.handlers.initialize = Some(Box::new(move |ctx| hook(ctx).map_err(E::into_error)));
        self
    }

    /// Runs this before the instance is frozen (FC 2.0 only).
    #[must_use]
    pub fn pre_freeze<F, E>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> Result<(), E> + Send + Sync + 'static,
        E: IntoError,
    {
        self.handlers.pre_freeze = Some(Box::new(move |ctx| hook(ctx).map_err(E::into_error)));
        self
    }

    /// Runs this before the instance ends: when Function Compute calls it, or once when SIGTERM or SIGINT end the process
    /// before that.
    #[must_use]
    pub fn pre_stop<F, E>(mut self, hook: F) -> Self
    where
        F: Fn(&Context) -> Result<(), E> + Send + Sync + 'static,
        E: IntoError,
    {
        self.handlers.pre_stop = Some(Box::new(move |ctx| hook(ctx).map_err(E::into_error)));
        self
    }

    /// Listens on this port, whatever the environment says; 0 lets the system choose one, which
    /// [`Server::local_addr`] gives after [`bind`](Self::bind).
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self {
            port: Some(port),
            ..self
        }
    }

    /// Serves this listener, which a test has bound to its own port, instead of binding one.
    #[must_use]
    pub fn listener(self, listener: TcpListener) -> Self {
        Self {
            listener: Some(listener),
            ..self
        }
    }

    /// Takes bodies up to this many bytes; larger ones are answered with 413.
    ///
    /// With 0 only requests without a body are served.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// Serves up to this many requests at once; further ones wait. At least one is always served.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.limits.workers = workers.max(1);
        self
    }

    /// Waits so long at a stop for requests that are being served, and for clients that read their answers slowly. Then
    /// the pre-stop hook runs, and what is still not answered is cut off, which a line of the log reports.
    ///
    /// Unless it is set it is [`DEFAULT_STOP_GRACE`](crate::DEFAULT_STOP_GRACE). With [`Duration::MAX`] a stop waits for as
    /// long as it takes, and with no time at all only for what is answered at once.
    #[must_use]
    pub fn stop_grace(mut self, time: Duration) -> Self {
        self.limits.stop_grace = time;
        self
    }

    /// Ends when this handle says so, instead of on SIGTERM and SIGINT.
    #[must_use]
    pub fn shutdown(self, shutdown: &Shutdown) -> Self {
        Self {
            shutdown: Some(shutdown.clone()),
            ..self
        }
    }

    /// Serves until SIGTERM or SIGINT comes, or the handle of [`shutdown`](Self::shutdown) says so. Then every request in
    /// flight gets its response within [`stop_grace`](Self::stop_grace), the pre-stop hook runs unless Function Compute has called it already, and `Ok` is returned.
    ///
    /// Installs the logger, unless the program has one. The signals stay caught after the return, so that a program that
    /// then continues has to end itself.
    ///
    /// # Errors
    ///
    /// [`RuntimeError`] when there is nothing to serve, the port cannot be had, connections can no longer be accepted,
    /// or a second signal cuts the end short.
    pub fn run(self) -> Result<(), RuntimeError> {
        let listener = listening(&self.handlers, self.listener, self.port)?;
        let stop = self
            .shutdown
            .map_or(Stop::Signals, |shutdown| Stop::Handle(shutdown.0));
        let dispatch = Arc::new(Dispatch::new(self.handlers));
        let (served, stopped) = (Arc::clone(&dispatch), dispatch);
        let serve = Box::new(move |call| served.answer(call));
        let last_work: Arc<LastWork> = Arc::new(move || stopped.stop());
        #[cfg(feature = "direct")]
        let limits = Limits {
            memory_bytes: self.memory_limit.unwrap_or_else(memory_of_environment),
            ..self.limits
        };
        #[cfg(not(feature = "direct"))]
        let limits = self.limits;
        server::serve(listener, limits, serve, &stop, &last_work).map_err(RuntimeError::from)
    }

    /// Listens, and returns the server that [`run`](Self::run) would run: it knows its address, and connections to it wait
    /// until it runs.
    ///
    /// Installs the logger, unless the program has one.
    ///
    /// # Errors
    ///
    /// [`RuntimeError`] when there is nothing to serve, or the port cannot be had.
    pub fn bind(mut self) -> Result<Server, RuntimeError> {
        let listener = listening(&self.handlers, self.listener.take(), self.port)?;
        Ok(Server::new(self, listener))
    }
}

/// # The limits of the direct server
///
/// `tiny_http` gives no way to keep them, and a limit that is not kept is worse than none, so these methods exist only
/// with the feature `direct`: who builds a program that sets one with the other server learns it from the compiler.
///
/// A time counts as a millisecond at least, and [`Duration::MAX`] is no limit.
#[cfg(any(feature = "direct", doc))]
impl Runtime {
    /// Has up to this many connections at once, busy or idle, and at least one; further ones are closed. Each is an
    /// open file, of which an instance may have 100,000 ([contract §4.4](crate::guide::contract#4.4)); where the
    /// process may have fewer, its limit is raised when it is reached, as far as the system allows.
    ///
    /// Unless it is set there are [`DEFAULT_CONNECTIONS`](crate::DEFAULT_CONNECTIONS), or as many as there are
    /// [`workers`](Self::workers), if they are more. A connection over the limit is closed because it would else wait
    /// without a word for another to end, which idle ones may never do.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = Some(connections.max(1));
        self
    }

    /// Lets the bodies of all requests, heads that have come in part and responses that clients have not taken yet have up to
    /// this many bytes of memory together. A request for which there is no room is answered with 503 and `Retry-After`, and
    /// its client may come again. The first 4 KB of a head that is not whole are not counted: each connection may have them.
    ///
    /// Unless it is set it is half of the function's memory, which the variable `FC_FUNCTION_MEMORY_SIZE` says
    /// ([contract §4.3](crate::guide::contract#4.3)); without the variable there is no limit. What handlers take
    /// themselves is not counted.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Takes heads up to this many bytes, from the request line to the empty line. A longer request line is answered
    /// with 414, a larger head with 431. The trailers after a chunked body may be as large once more.
    ///
    /// Function Compute sends up to 12 KB: who sets less refuses some of its requests.
    #[must_use]
    pub fn head_limit(mut self, bytes: usize) -> Self {
        self.limits.head_bytes = bytes;
        self
    }

    /// Takes up to this many headers, those of Function Compute, about 40, among them; more are answered with 431. So
    /// are more trailers than that.
    #[must_use]
    pub fn header_count(mut self, headers: usize) -> Self {
        self.limits.headers = headers;
        self
    }

    /// Waits so long for the rest of a head whose first byte has come, then answers with 408. A connection that is idle
    /// is never closed, for Function Compute keeps its connections open and takes one that was closed for a failure.
    #[must_use]
    pub fn head_timeout(mut self, time: Duration) -> Self {
        self.limits.head_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits so long for a body, and a second more for each 16 KiB that have come, then answers with 408.
    #[must_use]
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.body_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits so long for a client that does not read a piece of its response, and a second more for each 16 KiB that it
    /// has read, then closes the connection. A handler that streams may take all the time it needs between two pieces.
    #[must_use]
    pub fn write_timeout(mut self, time: Duration) -> Self {
        self.limits.write_time = time.max(SHORTEST_TIMEOUT);
        self
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

/// Ends a running [`Runtime`] from another thread.
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
pub struct Shutdown(Arc<StopState>);

impl Shutdown {
    /// A handle that no runtime listens to yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the runtimes that listen to this handle, and each that will.
    pub fn trigger(&self) {
        self.0.stop();
    }
}

/// Why a runtime could not serve, or could not go on.
///
/// Its `Debug` is its message too: that is what a `main` that returns it prints.
#[non_exhaustive]
pub enum RuntimeError {
    /// Neither [`Runtime::invoke`] nor [`Runtime::http`] was given a handler.
    NoHandler,
    /// A variable of [`PORT_VARIABLES`] does not hold a port.
    #[non_exhaustive]
    Port {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// The port cannot be listened on, mostly because another process does.
    #[non_exhaustive]
    Bind {
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// The system gave no thread or descriptor to begin with, or signals end too many runs of this process already.
    Start(io::Error),
    /// Connections can no longer be accepted. What was accepted has been answered; the process should end, so that
    /// Function Compute starts another.
    Accept,
    /// A second signal came before all requests were answered.
    #[non_exhaustive]
    Interrupted {
        /// How many were not.
        in_flight: usize,
    },
}

impl fmt::Debug for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHandler => f.write_str(
                "there is nothing to serve: give Runtime::invoke or Runtime::http a handler",
            ),
            Self::Port { variable, value } => write!(
                f,
                "{variable} is {value:?}, which is not a port from 1 to 65535"
            ),
            Self::Bind { port, source } => write!(
                f,
                "cannot listen on 0.0.0.0:{port}: {source}; Runtime::port or {} sets another port",
                PORT_VARIABLES[0]
            ),
            Self::Start(source) => write!(f, "cannot begin to serve: {source}"),
            Self::Accept => {
                f.write_str("connections can no longer be accepted: raise the limit of open files and of threads")
            }
            Self::Interrupted { in_flight } => {
                write!(f, "a second signal left {in_flight} requests unanswered")
            }
        }
    }
}

impl std::error::Error for RuntimeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } | Self::Start(source) => Some(source),
            _ => None,
        }
    }
}

impl From<ServeError> for RuntimeError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Start(source) => Self::Start(source),
            ServeError::Accept => Self::Accept,
            ServeError::Interrupted(in_flight) => Self::Interrupted { in_flight },
        }
    }
}

/// The listener that was given, or one on the port that was chosen, if there is anything to serve.
fn listening(
    handlers: &Handlers,
    listener: Option<TcpListener>,
    port: Option<u16>,
) -> Result<TcpListener, RuntimeError> {
    if handlers.invoke.is_none() && handlers.http.is_none() {
        return Err(RuntimeError::NoHandler);
    }
    crate::logger::init();
    match listener {
        Some(listener) => {
            server::adopt(&listener).map_err(RuntimeError::Start)?;
            Ok(listener)
        }
        None => listen(port.map_or_else(port_of_environment, Ok)?),
    }
}

fn listen(port: u16) -> Result<TcpListener, RuntimeError> {
    server::bind(port).map_err(|source| RuntimeError::Bind { port, source })
}

#[cfg(feature = "direct")]
fn memory_of_environment() -> usize {
    default_memory(std::env::var(MEMORY_VARIABLE).ok().as_deref())
}

fn port_of_environment() -> Result<u16, RuntimeError> {
    port_from(|variable| {
        std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned())
    })
}

fn port_from(lookup: impl Fn(&str) -> Option<String>) -> Result<u16, RuntimeError> {
    let set = |variable| {
        Some((
            variable,
            lookup(variable).filter(|value| !value.is_empty())?,
        ))
    };
    let Some((variable, value)) = PORT_VARIABLES.into_iter().find_map(set) else {
        return Ok(DEFAULT_PORT);
    };
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(port) if port > 0 && digits => Ok(port),
        _ => Err(RuntimeError::Port { variable, value }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Runtime, RuntimeError, Shutdown, port_from};
    use crate::Error;

    fn port(variables: &[(&str, &str)]) -> Result<u16, String> {
        let lookup = |wanted: &str| {
            variables
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        };
        port_from(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn the_port_comes_from_the_first_variable_that_is_set() {
        assert_eq!(port(&[]), Ok(9000));
        assert_eq!(port(&[("FC_SERVER_PORT", "81")]), Ok(81));
        assert_eq!(
            port(&[("FC_SERVER_PORT", "81"), ("FC_CUSTOM_LISTEN_PORT", "82")]),
            Ok(82)
        );
        assert_eq!(
            port(&[("FC_SERVER_PORT", "81"), ("FC_CUSTOM_LISTEN_PORT", "")]),
            Ok(81)
        );
    }

    #[test]
    fn a_port_that_cannot_be_used_names_the_variable_and_the_value() {
        for value in ["0", "65536", "-1", "+1", "http", " 9000"] {
            assert_eq!(
                port(&[("FC_CUSTOM_LISTEN_PORT", value), ("FC_SERVER_PORT", "81")]),
                Err(format!(
                    "FC_CUSTOM_LISTEN_PORT is {value:?}, which is not a port from 1 to 65535"
                ))
            );
        }
    }

    #[test]
    fn a_runtime_without_a_handler_does_not_run() {
        let error = Runtime::new()
            .initialize(|_| Ok::<_, Error>(()))
            .run()
            .expect_err("there is nothing to serve");
        assert!(matches!(error, RuntimeError::NoHandler));
    }

    #[test]
    fn a_main_that_returns_an_error_shows_its_message() {
        let error = RuntimeError::Interrupted { in_flight: 2 };
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    #[test]
    fn handles_travel_between_threads() {
        fn sendable<T: Send + Sync + 'static>() {}
        sendable::<Shutdown>();
        sendable::<RuntimeError>();
        sendable::<Runtime>();
    }
}
