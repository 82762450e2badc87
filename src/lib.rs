//! A small, synchronous custom runtime for Alibaba Cloud Function Compute.
//!
//! Function Compute starts the file `bootstrap` of a package and talks to it by HTTP, on port 9000. This crate is that
//! server: hand a function to [`Runtime`], build the program for musl, and ship it.
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
//! A handler is a plain function that may wait for as long as it likes: each call has a thread of its own, and up to 200
//! are served at once. What it returns is the answer; an [`Error`] or a panic is a failed call, and the instance lives on.
//!
//! # The guide
//!
//! [`guide`] has a page for each thing that a function does. Begin with its [first function](guide::first_function).
//!
//! | to serve | by | page |
//! |---|---|---|
//! | events, as bytes | [`Runtime::invoke`] | [`events_as_bytes`](guide::events_as_bytes) |
//! | events, as JSON | [`json`](json()) | [`events_as_json`](guide::events_as_json) |
//! | events of a trigger, such as OSS or a timer | [`events`], a feature | [`typed_events`] |
//! | HTTP triggers and custom domains | [`Runtime::http`] | [`http_calls`](guide::http_calls) |
//! | answers that are written bit by bit | [`http::Response::stream`] | [`streams`](guide::streams) |
//! | what runs once in an instance | [`Runtime::initialize`] | [`initializer`](guide::initializer) |
//! | what runs before a freeze and before the end | [`Runtime::pre_freeze`], [`Runtime::pre_stop`] | [`hooks`](guide::hooks) |
//!
//! Around the handler: [logs](guide::logs), [tests](guide::testing), [every error and its cure](guide::errors), [size and
//! start](guide::size_and_start), and [the demos of other languages](guide::from_other_runtimes) beside their twins here.
//!
//! # The way of a request
//!
//! ```text
//! agent ──TCP──> server ──Call──> dispatch ──(event|http|hook)──> your handler
//!                  ^                 │                                │
//!                  └──── Reply ──────┴──────── result / panic ────────┘
//! ```
//!
//! 1. The platform's agent keeps connections open and sends one request after the other on each (contract §4.1). `server`
//!    reads one whole request, and refuses by itself what is not sound HTTP or too large.
//! 2. `dispatch` looks at the header `x-fc-control-path`, or at the path where there is none: `/initialize`, `/invoke`,
//!    `/http-invoke`, `/pre-freeze` or `/pre-stop` (contract §1.2). It prints the start line of the call, by which the
//!    platform finds its log.
//! 3. The handler runs, on the thread that has read the request. Its log lines carry the request id.
//! 4. `dispatch` makes an answer of the result, or of the error or the panic, and prints the end line. That comes first,
//!    because the instance may be frozen as soon as the answer is complete (contract §4.5).
//! 5. `server` writes the answer, and reads the next request.
//!
//! # The map
//!
//! - [`Runtime`]: the settings, and the way from them to a running server; [`Shutdown`] ends it, and [`RuntimeError`]
//!   tells why it could not go on.
//! - [`Context`]: what Function Compute says about a call; its [`Credentials`] keep to themselves.
//! - [`http`]: request and response of an HTTP trigger; the [`Headers`] of both, and the [`HeaderError`] of an unsound one.
//! - [`json`](json()): handlers that speak JSON.
//! - [`events`]: typed views of what the triggers send (feature `events`).
//! - [`Error`]: what a handler fails with.
//! - [`logger`]: the log lines, as text or JSON, and the marker lines; [`Timestamp`]: their clock.
//! - [`log`](https://docs.rs/log) and [`serde_json`]: two crates, in the versions that this one is built with.
//!
//! Inside, where no name is public: `server` (the listener, the workers, the signals and the two fronts: bytes into calls,
//! replies into bytes), `dispatch` (the `match` over the endpoints, and the handler behind each), `http_params` and
//! `base64` (the HTTP calls that come in a header), `panics` (what becomes of one).
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `tiny-http` (default) | the front on the HTTP library `tiny_http` |
//! | `direct` | the front on blocking sockets alone, in its place: smaller, sooner there, and strict |
//! | `events` | typed views of the triggers' events |
//! | `kv` | the key-values of `log` as fields of the log lines |
//! | `small-unwinder` | panics cost 17 KB less in the zip of a static musl program; needs Rust 1.88 |
//!
//! Choose exactly one of the two servers: `--all-features` is an error. [`servers`](guide::servers) says how they differ,
//! and when to choose which. Without the default: `default-features = false, features = ["direct"]`.
//!
//! # The settings
//!
//! | setting | where | default |
//! |---|---|---|
//! | port | [`Runtime::port`], else the first of [`PORT_VARIABLES`] that is set | [`DEFAULT_PORT`]: 9000 |
//! | largest body, in bytes | [`Runtime::body_limit`] | [`DEFAULT_BODY_LIMIT`]: 33,554,432 |
//! | calls served at once | [`Runtime::workers`]; threads are started as they are needed | [`DEFAULT_WORKERS`]: 200 |
//! | log level | the environment variable [`RUST_LOG`](logger::LEVEL_VARIABLE) | [`info`](logger::DEFAULT_LEVEL) |
//! | log format | the environment variable [`RUST_LOG_FORMAT`](logger::FORMAT_VARIABLE): `text` or `json` | `text` |
//!
//! # What is not supported
//!
//! - `async` handlers. A library that is async only is run by a small runtime inside of the handler.
//! - TLS, HTTP/2 and WebSocket: the agent speaks HTTP/1.1 (contract §4.1).
//! - The built-in runtimes' protocol, which pulls invocations.
//! - Machines other than Linux.
//!
//! The oldest Rust that builds this is 1.85. The numbered sections of "contract" that the documentation cites are those of
//! the notes that the project keeps about the platform.
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

mod base64;
mod call;
mod context;
mod digits;
mod dispatch;
mod error;
#[cfg(feature = "events")]
pub mod events;
#[cfg(all(fuzzing, not(feature = "tiny-http")))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(any(doc, doctest))]
pub mod guide;
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
    DEFAULT_HEAD_TIMEOUT, DEFAULT_HEADER_COUNT, DEFAULT_STOP_GRACE, DEFAULT_WORKERS,
    DEFAULT_WRITE_TIMEOUT,
};
pub use runtime::{DEFAULT_PORT, PORT_VARIABLES, Runtime, RuntimeError, Shutdown};
pub use time::Timestamp;

/// The facade that handlers log by; the version this crate is built with.
pub use log;
/// The allocator for a static program on musl, whose own gets slower with each core: name it in `main.rs` as
/// `#[global_allocator]`, as the projects of `fc-local new` do. It is there for targets on musl only.
#[cfg(target_env = "musl")]
pub use musl_percore::PerCore;
/// JSON values and their `json!` macro; the version this crate is built with.
pub use serde_json;
