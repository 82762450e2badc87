//! `fc-local check`: starts a custom runtime in any language and reports, row by row, how it keeps the contract.
//!
//! ```text
//! rows            asking and judging, group by group
//! bench           the instance under check, and what was recorded
//! client, raw     the agent's requests | what no sound client sends
//! configured      what a template says of the function
//! judge           what a row asks of a response
//! specs, row      what the contract asks | what a row is
//! mcp             the same for a server of MCP, by a URL or a command
//! sections        the titles of what a row cites
//! lines, print    what the runtime wrote | the report
//! ```
//!
//! Every response has a deadline, and the process group is killed in the end, whatever the runtime does.

mod args;
mod bench;
mod client;
mod configured;
mod judge;
mod lines;
mod mcp;
mod print;
mod raw;
mod row;
mod rows;
pub(crate) mod sections;
mod specs;

use std::process::ExitCode;

pub(crate) use self::args::{CheckArgs, EXAMPLES};
use self::bench::Bench;
use self::row::Row;
use crate::interrupt::Interrupt;
use crate::output;
use crate::platform::spawn::CODE_FOLDER;

/// Checks the runtime and prints the report.
pub(crate) async fn run(args: &CheckArgs) -> ExitCode {
    if let Some(wrong) = missing(args) {
        return output::refuse(&wrong);
    }
    match check(args).await {
        Ok(rows) if print::broken(&rows).is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => output::fail(&message),
    }
}

/// What of the command line is not there; a name without a slash may be anywhere in PATH.
fn missing(args: &CheckArgs) -> Option<String> {
    if args.mcp {
        match mcp::Place::of(args) {
            Err(wrong) => return Some(wrong),
            Ok(mcp::Place::Url(_)) => return None,
            Ok(mcp::Place::Command { .. }) => {}
        }
    }
    let dir = args.dir.display();
    if !args.dir.is_dir() {
        return Some(format!("there is no folder {dir}; name another with --dir"));
    }
    let command = args.command.first()?;
    if mcp::is_url(command) {
        return Some(format!(
            "{command} is a URL, and no command: an MCP server is checked by one with --mcp"
        ));
    }
    let is_there = args.dir.join(command).exists() || command.starts_with(CODE_FOLDER);
    (command.contains('/') && !is_there).then(|| {
        format!("there is no {command} in {dir}; name the start command, or its folder with --dir")
    })
}

async fn check(args: &CheckArgs) -> Result<Vec<Row>, String> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| format!("cannot catch signals: {error}"))?;
    let mut bench = Bench::new(args, concurrency(args))?;
    // Rows that are given up drop their instance, which kills its process group.
    let why_not = tokio::select! {
        why_not = all_rows(&mut bench) => why_not,
        () = interrupt.wait() => {
            bench.end().await;
            return Err("interrupted".to_owned());
        }
    };
    bench.end().await;
    let (specs, source) = if args.mcp {
        (mcp::all(), "source")
    } else {
        (specs::ALL.to_vec(), "contract")
    };
    let rows = bench.into_rows(&specs, &why_not?);
    let printed = if args.json {
        print::json(&args.command, &rows)
    } else {
        print::table(&rows, source, args.verbose)
    };
    printed.map_err(|error| format!("cannot write to stdout: {error}"))?;
    Ok(rows)
}

/// How many calls the instance gets at once: what a template says is named, for it decides what is checked.
fn concurrency(args: &CheckArgs) -> u32 {
    if let Some((count, file)) = configured::concurrency(args) {
        let file = file.display();
        output::say(&format!(
            "{count} calls at once, as {file} says; --concurrency sets another number"
        ));
        return count;
    }
    args.concurrency.unwrap_or_else(|| args.usual_concurrency())
}

/// Judges every row that can be judged; gives why the others cannot.
async fn all_rows(bench: &mut Bench<'_>) -> Result<String, String> {
    if bench.args.mcp {
        mcp::judge(bench).await
    } else {
        Ok(rows::judge(bench).await)
    }
}
