//! `fc-local`: a Function Compute for one machine, to run and test custom runtimes without the cloud.
//!
//! The layers, each knowing only those below it:
//!
//! ```text
//! cli                          the command line
//! new | oneshot                a new project | calls on a package
//! watch, serve, admin          building at each change, the server, and looking after its data
//! check                        how a runtime keeps the contract, row by row
//! doctor                       what building and deploying needs on this machine
//! api                          requests of both generations, HTTP triggers, the package store
//! pool | store, logfile        which instance serves a call | what survives a restart
//! client                       asking a server that runs
//! cold, call, hook             starting an instance, calling it
//! instance, start              its process, port, log and freezer
//! agent, log, process, package, pack, template, port, body, report, function, interrupt, facts, ids, output
//! ```

mod admin;
mod agent;
mod api;
mod body;
mod call;
mod check;
mod cli;
mod client;
mod cold;
mod doctor;
mod facts;
mod function;
mod hook;
mod ids;
mod instance;
mod interrupt;
mod log;
mod logfile;
mod new;
mod oneshot;
mod output;
mod pack;
mod package;
mod pool;
mod port;
mod process;
mod report;
mod serve;
mod start;
mod store;
mod template;
mod watch;

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
