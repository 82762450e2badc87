//! One room for each command: what it can be asked, in the words of `--help`, and doing it.
//!
//! ```text
//! new | start, watch | invoke, example | list, sessions, logs, rm
//! serve                        the life of a server
//! client                       asking a server that runs
//! announcement, keys, data, sample, live, running, variables
//! ```

mod announcement;
mod client;
mod data;
pub(crate) mod example;
pub(crate) mod fire;
pub(crate) mod invoke;
mod keys;
pub(crate) mod list;
mod live;
pub(crate) mod logs;
pub(crate) mod new;
pub(crate) mod rm;
mod running;
mod sample;
mod serve;
pub(crate) mod sessions;
pub(crate) mod start;
mod variables;
pub(crate) mod watch;
