//! A small, synchronous custom runtime for Alibaba Cloud Function Compute.
//!
//! Function Compute starts the file `bootstrap` of a package and talks to it with HTTP, on port 9000. This crate is that
//! server: pass a function to [`Runtime`], build the program for musl, and deploy it.
//!
//! ```no_run
//! use fc_runtime::{Context, Error, Runtime, RuntimeError, log};
//!
//! fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
//!     log::info!("an event of {} bytes for {}", event.len(), ctx.function_name().unwrap_or("me"));
//!     Ok(event.to_vec())
//! }
//!
//! fn main() -> Result<(), RuntimeError> {
//!     Runtime::new().invoke(handle).run()
//! }
//! ```
//!
//! A handler is a plain function that may block for as long as it likes: each call has its own thread, and up to 200
//! calls run at once. If it returns an [`Error`] or panics, the call fails, and the instance stays alive.
//!
//! # The guide
//!
//! [`guide`] has a page for each question. Begin with the [first function](guide::first_function).
//!
//! | to handle | use | page |
//! |---|---|---|
//! | events, as bytes | [`Runtime::invoke`] | [`events_as_bytes`](guide::events_as_bytes) |
//! | events, as JSON | [`Runtime::invoke_json`] | [`events_as_json`](guide::events_as_json) |
//! | events of a trigger, such as OSS or a timer | [`events`], a feature | [`typed_events`] |
//! | HTTP triggers and custom domains | [`Runtime::http`] | [`http_calls`](guide::http_calls) |
//! | responses that are sent piece by piece | [`http::Response::stream`] | [`streams`](guide::streams) |
//! | what runs once in an instance | [`Runtime::initialize`] | [`initializer`](guide::initializer) |
//! | what runs before a freeze and before the end | [`Runtime::pre_freeze`], [`Runtime::pre_stop`] | [`hooks`](guide::hooks) |
//!
//! Around the handler: [settings](guide::settings), [logs](guide::logs), [tests](guide::testing),
//! [troubleshooting](guide::troubleshooting), [errors](guide::errors), [size and start](guide::size_and_start),
//! [security](guide::security), and [the demos of other languages](guide::from_other_runtimes).
//!
//! # The API
//!
//! - [`Runtime`]: the settings, and the way from them to a running [`Server`]. [`Shutdown`] ends it, and
//!   [`RuntimeError`] says why it could not start or continue.
//! - [`Context`]: what Function Compute says about a call. Its [`Credentials`] show nothing in `Debug`.
//! - [`Client`]: whether anybody still waits for the response.
//! - [`http`]: request and response of an HTTP trigger; the [`Headers`] of both, and the [`HeaderError`] of a wrong one.
//! - [`events`]: typed views of what the triggers send (feature `events`).
//! - [`base64`]: encodes bytes for headers and JSON, and decodes them.
//! - [`Error`]: what a handler fails with, unless it uses your own type with [`IntoError`].
//! - [`logger`]: the log lines, as text or JSON, and the marker lines; [`Timestamp`]: their clock.
//! - [`log`](https://docs.rs/log) and [`serde_json`]: these two crates, in the versions that this one is built with.
//!
//! [`architecture`](guide::architecture) shows how the code is laid out, and how a request goes through it.
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `tiny-http` (default) | the default server, on the HTTP library `tiny_http` |
//! | `direct` | the direct server, which serves in its place, on plain sockets: smaller, faster, stricter |
//! | `events` | typed views of the triggers' events |
//! | `anyhow` | handlers that fail with an `anyhow::Error` |
//! | `http` | requests, responses and headers from and to the types of the crate `http` |
//! | `kv` | the key-values of `log` as fields of the log lines |
//! | `small-unwinder` | panics cost 17 KB less in the zip of a static musl program; needs Rust 1.88 |
//!
//! You can turn on both servers: then `direct` serves, and the program does not contain the other one.
//! [`servers`](guide::servers) says how they differ, and when to choose which. To leave out the dependency on
//! `tiny_http`, write `default-features = false, features = ["direct"]`.
//!
//! # What is not supported
//!
//! - `async` handlers. If a library is only async, run it in the handler with a small runtime.
//! - TLS, HTTP/2 and WebSocket: the agent speaks HTTP/1.1 ([contract §4.1](crate::guide::contract#4.1)).
//! - The built-in runtimes' protocol, which pulls invocations.
//! - Systems other than Linux.
//!
//! The oldest Rust that builds this is 1.85. Where the documentation cites a section of the contract, it means the page
//! [`contract`](guide::contract).
#![cfg_attr(docsrs, feature(doc_cfg))]
// Where the module is missing, its name leads to the documentation that has it.
#![cfg_attr(
    feature = "events",
    doc = "",
    doc = "[`typed_events`]: guide::typed_events"
)]
#![cfg_attr(
    not(feature = "events"),
    doc = "",
    doc = "[`events`]: https://docs.rs/fc-runtime/latest/fc_runtime/events/",
    doc = "",
    doc = "[`typed_events`]: https://docs.rs/fc-runtime/latest/fc_runtime/guide/typed_events/"
)]

/// The examples of the README, compiled with the other tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Those of the README in Chinese.
#[cfg(doctest)]
#[doc = include_str!("guide/README.zh-CN.md")]
struct ReadmeInChinese;

// It is linked for the functions that it defines, which the standard library calls by their names.
#[cfg(all(feature = "small-unwinder", target_env = "musl"))]
extern crate unwinding as _;

pub mod base64;
mod call;
mod client;
mod context;
mod digits;
mod dispatch;
mod error;
#[cfg(feature = "events")]
pub mod events;
#[cfg(all(fuzzing, any(feature = "direct", not(feature = "tiny-http"))))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(any(doc, doctest))]
pub mod guide;
mod headers;
pub mod http;
mod http_params;
mod into_error;
mod json;
mod limits;
pub mod logger;
mod panics;
mod runtime;
mod scope;
mod server;
mod sink;
mod status;
mod target;
mod thread;
mod time;

pub use client::Client;
pub use context::{Context, ContextBuilder, Credentials};
pub use error::Error;
pub use headers::{HeaderError, HeaderIter, Headers};
pub use into_error::{HookResult, IntoError};
pub use limits::{DEFAULT_BODY_LIMIT, DEFAULT_STOP_GRACE, DEFAULT_WORKERS};
pub use runtime::{DEFAULT_PORT, PORT_VARIABLES, Runtime, RuntimeError, Server, Shutdown};
pub use time::Timestamp;

/// The logging macros for handlers, in the version that this crate is built with.
pub use log;
/// The allocator for a static program on musl, whose own allocator gets slower with each core. Name it in `main.rs` as
/// the `#[global_allocator]`, like the projects of `fc-local new`. It exists only for musl targets.
#[cfg(target_env = "musl")]
pub use musl_percore::PerCore;
/// JSON values and the macro `json!`, in the version that this crate is built with.
pub use serde_json;
