//! `fc-local`: a Function Compute for one machine, to run, test and check custom runtimes without the cloud.
//!
//! It shares no code with the library `fc-runtime`, on purpose: it is what judges that library from outside, and
//! `fc-local check` judges the runtimes of other languages by the same rules. A mistake about the platform in one of the
//! two then shows as a disagreement; in code that both use, it would agree with itself.
//!
//! # Layout
//!
//! Each room knows rooms below it and no others; `tests/local/layout.rs` compares this table with the code.
//!
//! | room | what it owns | knows |
//! |---|---|---|
//! | `cli` | the list of commands | cmd, check, doctor |
//! | `cmd` | one room a command with its options, the life of a server | api, platform, project, signature, store |
//! | `check` | how a runtime keeps the contract, row by row | platform, project, store |
//! | `doctor` | what building and deploying needs on this machine | api, project |
//! | `api` | requests of both generations, HTTP triggers, the package store | platform, project, signature, store |
//! | `platform` | instances: which serves, how it starts, what a call is | project, store |
//! | `project` | templates and code packages | |
//! | `signature` | who sent a request | |
//! | `store` | what survives a restart | |
//!
//! On the ground, for all: `cargo` (what it says of packages), `facts` (names and limits of the contract), `function`, `hex`,
//! `ids`, `interrupt`, `name`, `nearest`, `output`, `temporary`. Where the next things go: another command is a room in `cmd`; another
//! resource a file in `api`, with its fields in `store::spec`; another kind of template a file in `project`; sessions are a
//! choice of `platform::pool`; what a check finds out is a row in `check`.
//!
//! What is cited as "contract" is the page `guide::contract` in the documentation of fc-runtime, whose sections are listed in
//! [`SECTIONS`](crate::check::sections::SECTIONS); "fun-cli" is `tests/fun/fun-cli.md` in the repository.

mod api;
mod cargo;
mod check;
mod cli;
mod cmd;
mod doctor;
mod facts;
mod function;
mod hex;
mod ids;
mod interrupt;
mod name;
mod nearest;
mod output;
mod platform;
mod project;
mod signature;
mod store;
mod temporary;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use platform::reaper;

/// How long the end waits for threads that read or write files. What they write appears whole or not at all, and a disk that does not
/// answer must not keep fc-local from its end.
const DISK_LIMIT: Duration = Duration::from_secs(2);

/// How many threads serve, on so many processors. The clients and the instances of a call run on the same machine and wait
/// while it is relayed: a thread for each processor would wake and rest with each call, which costs more than it gains.
fn workers(processors: usize) -> usize {
    (processors / 2).max(1)
}

fn main() -> ExitCode {
    if reaper::is_asked_for() {
        return reaper::run();
    }
    let cli = cli::Cli::read();
    temporary::sweep();
    let processors = available_parallelism().map_or(1, NonZeroUsize::get);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers(processors))
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("cannot start the async runtime: {error}")),
    };
    let code = runtime.block_on(cli.run());
    reaper::end();
    runtime.shutdown_timeout(DISK_LIMIT);
    code
}
