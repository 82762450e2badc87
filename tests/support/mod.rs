//! What the tests share: an instance of a real binary, and an agent that speaks to it byte by byte.

#![allow(dead_code, unused_imports, reason = "each test file uses its own part")]
#![allow(
    unreachable_pub,
    reason = "the items are for the test files, which are crates of their own"
)]

mod agent;
mod instance;
pub mod secrets;

pub use agent::{Connection, request};
pub use instance::{Instance, binary, free_port};
