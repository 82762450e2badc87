//! The guide: one page for each question, with examples that run as tests.
//!
//! It adds nothing to your program: the module exists only while documentation is built or its examples are tested.
//!
#![doc = include_str!("guide.md")]
#![cfg_attr(
    not(feature = "events"),
    doc = "",
    doc = "[`typed_events`]: https://docs.rs/fc-runtime/latest/fc_runtime/guide/typed_events/"
)]

#[doc = include_str!("first_function.md")]
pub mod first_function {}

#[doc = include_str!("events_as_bytes.md")]
pub mod events_as_bytes {}

#[doc = include_str!("events_as_json.md")]
pub mod events_as_json {}

#[doc = include_str!("error_types.md")]
pub mod error_types {}

#[doc = include_str!("http_calls.md")]
pub mod http_calls {}

#[doc = include_str!("cors.md")]
pub mod cors {}

#[doc = include_str!("streams.md")]
pub mod streams {}

// The crate of its examples depends on this one, and compiles them itself.
#[cfg_attr(doctest, doc = "See `src/mcp`.")]
#[cfg_attr(not(doctest), doc = include_str!("mcp_server.md"))]
pub mod mcp_server {}

#[doc = include_str!("initializer.md")]
pub mod initializer {}

#[doc = include_str!("hooks.md")]
pub mod hooks {}

#[doc = include_str!("sessions.md")]
pub mod sessions {}

#[cfg(feature = "events")]
#[doc = include_str!("typed_events.md")]
pub mod typed_events {}

#[doc = include_str!("logs.md")]
pub mod logs {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("https.md")]
pub mod https {}

#[doc = include_str!("debugging.md")]
pub mod debugging {}

#[doc = include_str!("local.md")]
pub mod local {}

#[doc = include_str!("clients.md")]
pub mod clients {}

#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("servers.md")]
pub mod servers {}

#[doc = include_str!("settings.md")]
pub mod settings {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("tools.md")]
pub mod tools {}

#[doc = include_str!("cores.md")]
pub mod cores {}

#[doc = include_str!("size_and_start.md")]
pub mod size_and_start {}

#[doc = include_str!("from_other_runtimes.md")]
pub mod from_other_runtimes {}

#[doc = include_str!("contract.md")]
pub mod contract {}

#[doc = include_str!("fc3.md")]
pub mod fc3 {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}
