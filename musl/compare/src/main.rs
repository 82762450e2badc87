//! The size and cold-start comparison of fc-runtime with other servers; README.md is its method.
//!
//! # Layout
//! `cli` reads the order and `verbs` does it. `peers` is the manifest, `package` and `shell` make what one
//! would deploy. `run` and `phases` let the peers take turns, `scale` is the gate of the second core, and `burst`
//! shows how soon many handlers run.
//! `bench`, `measure`, `launch`, `join`, `cgroup`, `cores`, `server`, `output`, `client`, `load`, `question`, `events`,
//! `mcp`, `agent`, `http` and `process` do the measuring; `probe` tries what servers of MCP do differently. `raw` becomes
//! `result` by `summary` and `merge`; `verdict` and `targets` judge it; `table`, `sections`, `mcp_sections`, `rank`,
//! `headline`, `words`, `svg`, `export` and `publish` show it.

mod agent;
mod bench;
mod burst;
mod cgroup;
mod cli;
mod client;
mod contestant;
mod cores;
mod events;
mod export;
mod files;
mod grid;
mod headline;
mod http;
mod join;
mod launch;
mod load;
mod machine;
mod mcp;
mod mcp_sections;
mod measure;
mod merge;
mod order;
mod output;
mod outside;
mod package;
mod peers;
mod phase;
mod phases;
mod plan;
mod probe;
mod process;
mod progress;
mod publish;
mod question;
mod rank;
mod raw;
mod result;
mod run;
#[cfg(test)]
mod sample;
mod scale;
mod sections;
mod server;
mod shell;
mod stats;
mod summary;
mod svg;
mod table;
mod targets;
mod units;
mod verbs;
mod verdict;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if words.get(1).is_some_and(|word| word == join::ORDER) {
        // This process is about to become a server; what it says is in that server's stderr.
        eprintln!("{}", join::act(&words[2..]));
        return ExitCode::FAILURE;
    }
    let args = cli::Args::parse(std::env::args_os().skip(1));
    match args.and_then(|args| verbs::act(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("compare: {message}");
            ExitCode::FAILURE
        }
    }
}
