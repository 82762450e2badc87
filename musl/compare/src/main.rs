//! The size and cold-start comparison of fc-runtime with other servers; README.md is its method.
//!
//! # Layout
//! `cli` reads the order, `peers` the manifest, `package` makes what one would deploy, `run` lets
//! the peers take turns, `measure`, `server`, `load`, `http` and `process` do the measuring,
//! `summary` sums up, `table`, `headline`, `words`, `svg` and `export` show it.

mod cli;
mod export;
mod grid;
mod headline;
mod http;
mod load;
mod machine;
mod measure;
mod package;
mod peers;
mod plan;
mod process;
mod progress;
mod result;
mod run;
#[cfg(test)]
mod sample;
mod server;
mod stats;
mod summary;
mod svg;
mod table;
mod units;
mod verbs;
mod verdict;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args = cli::Args::parse(std::env::args_os().skip(1));
    match args.and_then(|args| verbs::act(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("compare: {message}");
            ExitCode::FAILURE
        }
    }
}
