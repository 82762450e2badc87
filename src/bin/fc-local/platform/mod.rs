//! What stands between a caller and a function: which instance serves, how it starts, what a call is and what FC
//! reports of it.
//!
//! It knows functions and their code, and must not know the API, the command line or what is deployed.
//!
//! ```text
//! pool, reserved               which instance serves a call, how many calls there may be
//! cold, call                   starting an instance, calling it
//! health                       the configured check of a new instance
//! sessions                     which member of the pool a session is bound to, and when it ends
//! hook, instance               lifecycle hooks, an instance from start to stop
//! spawn, environment           its process and its variables
//! debugger                     what a debugger needs of it
//! agent, connections, report   requests to it, what is said of the responses
//! log, process, port, body, memory, peak
//! strays, reaper               processes that must not outlive their instance, nor fc-local
//! ```

pub(crate) mod agent;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod cold;
pub(crate) mod connections;
pub(crate) mod debugger;
mod environment;
mod health;
mod hook;
pub(crate) mod instance;
pub(crate) mod log;
mod memory;
mod peak;
pub(crate) mod pool;
mod port;
pub(crate) mod process;
pub(crate) mod reaper;
pub(crate) mod report;
mod reserved;
pub(crate) mod sessions;
pub(crate) mod spawn;
pub(crate) mod strays;
