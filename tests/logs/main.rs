//! What reaches the log, and what must not.

#[path = "../support/mod.rs"]
mod support;

mod lines;
mod secrets;
