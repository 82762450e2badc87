//! What the HTTP server does with what clients send, against real processes and in the test's own.

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "direct")]
mod direct;
mod hostile;
mod http;
mod leaving;
#[cfg(feature = "direct")]
mod limits;
mod memory;
mod slow_readers;
