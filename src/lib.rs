//! A small, synchronous custom runtime for Alibaba Cloud Function Compute.
//!
//! Function Compute starts the file `bootstrap` of a package and talks to it by HTTP. This crate is that server: hand
//! a function to [`Runtime`], build the program for musl, and ship it.
//!
//! ```no_run
//! use fc_runtime::{Context, Error, Runtime};
//!
//! fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
//!     log::info!("an event of {} bytes for {}", event.len(), ctx.function_name().unwrap_or("me"));
//!     Ok(event.to_vec())
//! }
//!
//! fn main() -> Result<(), fc_runtime::RuntimeError> {
//!     Runtime::new().invoke(handle).run()
//! }
//! ```
//!
//! # What is not supported
//!
//! - `async` handlers: a handler is a plain function, and up to 200 run at once, each on its own thread.
//! - TLS, HTTP/2 and WebSocket: the agent speaks HTTP/1.1 (contract §4.1).
//! - The built-in runtimes' protocol, which pulls invocations.
//!
//! # Layout
//!
//! - [`Runtime`]: the settings, and the way from them to a running server; [`Shutdown`] ends it.
//! - `server`: the listener, the workers, the signals. It turns bytes into calls and replies into bytes.
//! - `dispatch`: the `match` over the endpoints, and the handler behind each.
//! - `http_params`, `base64`: the HTTP calls that come in a header.
//! - [`Context`]: what Function Compute says about a call; [`Credentials`] keep to themselves.
//! - [`http`]: request and response of an HTTP trigger; [`Headers`] of both.
//! - [`json`](json()): handlers that speak JSON.
//! - `events`: typed views of what the triggers send (feature `events`).
//! - [`Error`]: what a handler fails with.
//! - [`logger`]: the log lines and the marker lines; [`Timestamp`]: their clock.
//!
//! The numbered sections of "contract" that the documentation cites are those of the notes that the project keeps about
//! the platform.

/// The examples of the README, compiled with the other tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod base64;
mod call;
mod context;
mod dispatch;
mod error;
#[cfg(feature = "events")]
pub mod events;
mod headers;
pub mod http;
mod http_params;
mod json;
mod limits;
pub mod logger;
mod panics;
mod runtime;
mod server;
mod time;

pub use context::{Context, ContextBuilder, Credentials};
pub use error::Error;
pub use headers::{HeaderError, Headers};
pub use json::json;
pub use limits::{
    DEFAULT_BODY_LIMIT, DEFAULT_BODY_TIMEOUT, DEFAULT_CONNECTIONS, DEFAULT_HEAD_LIMIT,
    DEFAULT_HEAD_TIMEOUT, DEFAULT_HEADER_COUNT, DEFAULT_WORKERS, DEFAULT_WRITE_TIMEOUT,
};
pub use runtime::{DEFAULT_PORT, PORT_VARIABLES, Runtime, RuntimeError, Shutdown};
pub use time::Timestamp;

/// The facade that handlers log by; the version this crate is built with.
pub use log;
/// JSON values and their `json!` macro; the version this crate is built with.
pub use serde_json;
