//! `fc-local`: a Function Compute for one machine, to run, test and check custom runtimes without the cloud.
//!
//! It shares no code with the library `fc-runtime`, on purpose: it is what judges that library from outside, and
//! `fc-local check` judges the runtimes of other languages by the same rules. A mistake about the platform in one of the
//! two then shows as a disagreement; in code that both use, it would agree with itself.
//!
//! # Layout
//!
//! Each room knows only those that its arrow points to, and those on the ground.
//!
//! ```text
//! main ──> cli                 the list of commands
//!           ├──> cmd           one room a command, and the life of a server ──> api, platform, project, store
//!           ├──> check         how a runtime keeps the contract, row by row ──> platform
//!           └──> doctor        what building and deploying needs            ──> project
//!
//! api       requests of both generations, HTTP triggers, the package store  ──> platform, project, store
//! platform  instances: which serves, how it starts, what a call is          ──> project, store (log files alone)
//! project   templates and code packages
//! store     what survives a restart
//!
//! ground    facts (names and limits of the contract), function, ids, output, interrupt
//! ```

mod api;
mod check;
mod cli;
mod cmd;
mod doctor;
mod facts;
mod function;
mod ids;
mod interrupt;
mod output;
mod platform;
mod project;
mod store;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("cannot start the async runtime: {error}")),
    };
    runtime.block_on(cli.run())
}
