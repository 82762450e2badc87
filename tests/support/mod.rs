//! What the tests share: an instance of a real binary, and an agent that speaks to it byte by byte.

#![allow(dead_code, unused_imports, reason = "each test file uses its own part")]
#![allow(
    unreachable_pub,
    reason = "the items are for the test files, which are separate crates"
)]

mod agent;
mod in_process;
mod instance;
mod process;
mod program;
pub mod secrets;

pub use agent::{Connection, Response, request};
pub use in_process::{with, with_listener};
pub use instance::Instance;
pub use process::Sample;
pub use program::{binary, free_port};
