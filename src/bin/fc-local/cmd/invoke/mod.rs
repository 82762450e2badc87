//! `fc-local invoke`: calls on one instance of a package, without server or state, or on a server that runs.

mod args;
mod bill;
mod calls;
mod code;
mod error;
mod events;
mod input;
mod remote;
mod show;
mod template;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::ids;
use crate::interrupt::Interrupt;
use crate::output;
use crate::platform::agent::CallId;
use crate::platform::cold::{self, Scratch};
use crate::platform::instance::{AGENT_TARGET, InstanceOptions};

pub(crate) use args::{EXAMPLES, InvokeArgs};

use bill::Bill;
use calls::{Job, Target};
use error::InvokeError;
use remote::Remote;
use show::View;

/// How many wrong answers are described; more of them say nothing new.
const WRONG_SHOWN_MAX: usize = 10;

/// What is shown of the log of one call, from its end: more than anybody reads, and not so much that it fills the memory.
const LOG_BYTES: usize = 64 * 1024 * 1024;

/// Runs the calls that were asked for, prints them, and judges them.
pub(crate) async fn run(args: &InvokeArgs) -> ExitCode {
    match run_calls(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ InvokeError::Usage(_)) => output::refuse(&error.to_string()),
        Err(error) => output::fail(&error.to_string()),
    }
}

async fn run_calls(args: &InvokeArgs) -> Result<(), InvokeError> {
    let jobs = calls::jobs(args)?;
    let interrupt = Interrupt::listen()
        .map_err(|error| InvokeError::Io("cannot catch signals".to_owned(), error))?;
    match &args.on {
        Some(name) => on_server(args, name, interrupt, &jobs).await,
        None => on_package(args, interrupt, &jobs).await,
    }
}

async fn on_server(
    args: &InvokeArgs,
    name: &str,
    mut interrupt: Interrupt,
    jobs: &[Job],
) -> Result<(), InvokeError> {
    let target = Target::Server(Arc::new(Remote::of(args, name)?));
    tokio::select! {
        outcome = call_all(args, target, Bill::warm(), jobs) => outcome,
        () = interrupt.wait() => Err(InvokeError::Interrupted),
    }
}

async fn on_package(
    args: &InvokeArgs,
    mut interrupt: Interrupt,
    jobs: &[Job],
) -> Result<(), InvokeError> {
    let described = template::described(args)?;
    let (described, code_uri) = described.map(|one| (one.function, one.code)).unzip();
    let function = Arc::new(input::function(args, described)?);
    let dir = args.dir.clone().or(code_uri);
    let dir = dir.unwrap_or_else(|| input::PACKAGE.into());
    let memory_mb = function.memory_mb;
    let scratch = Scratch::temporary()
        .map_err(|error| InvokeError::Io("no scratch folder".to_owned(), error))?;
    let source = code::source(&dir, &scratch)?;
    let options = InstanceOptions {
        debug: false,
        freeze: function.pre_freeze.is_some(),
        start_limit: Duration::from_secs(args.start_timeout),
        listen_port: args.listen_port,
        log_bytes: LOG_BYTES,
        target: AGENT_TARGET,
    };
    let first = CallId::first(ids::request_id(function.name.generation()));
    output::progress(format_args!("starting {}", dir.display()));
    // A start that is given up drops its process group, which kills it, and its unpacked code.
    let started = tokio::select! {
        started = cold::start_timed(function, &source, &options, None, &first) => started.map_err(InvokeError::Cold)?,
        () = interrupt.wait() => return Err(InvokeError::Interrupted),
    };
    let instance = started.instance;
    if !started.log.is_empty() {
        let view = View::of(args.quiet, jobs.len());
        view.print(&view.start(&started.log)).map_err(closed)?;
    }
    let target = Target::Package(Arc::clone(&instance), first);
    let outcome = tokio::select! {
        outcome = call_all(args, target, Bill::cold(started.times, memory_mb), jobs) => outcome,
        () = interrupt.wait() => Err(InvokeError::Interrupted),
    };
    instance.stop().await;
    outcome
}

/// Makes the calls, prints those of the first round, and says what is wrong with all of them.
async fn call_all(
    args: &InvokeArgs,
    target: Target,
    mut bill: Bill,
    jobs: &[Job],
) -> Result<(), InvokeError> {
    let mut wrong = Vec::new();
    let view = View::of(args.quiet, jobs.len());
    let made = calls::make_all(args, target, view, jobs, |number, outcome| {
        outcome.usage.into_iter().for_each(|usage| bill.add(usage));
        if number < jobs.len() {
            view.print(&outcome.shown).map_err(closed)?;
        }
        wrong.extend(outcome.wrong);
        Ok(())
    });
    let made = made.await;
    if args.repeat > 1 {
        view.print_note(&bill.to_string()).map_err(closed)?;
    }
    // An instance that died says first what it died of.
    match made {
        Err(InvokeError::Answer(gone)) => wrong.push(gone),
        made => made?,
    }
    judge(wrong)
}

/// Says what is wrong; what is so in many rounds is said once.
fn judge(wrong: Vec<String>) -> Result<(), InvokeError> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for message in wrong {
        match counted.iter_mut().find(|(seen, _)| *seen == message) {
            Some((_, count)) => *count += 1,
            None => counted.push((message, 1)),
        }
    }
    let lines = counted.iter().map(|(message, count)| match count {
        1 => message.clone(),
        count => format!("{message} ({count} times)"),
    });
    let mut lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return Ok(());
    }
    let more = lines.len().saturating_sub(WRONG_SHOWN_MAX);
    lines.truncate(WRONG_SHOWN_MAX);
    if more > 0 {
        lines.push(format!("and {more} more are wrong"));
    }
    Err(InvokeError::Answer(lines.join("\nfc-local: ")))
}

fn closed(error: io::Error) -> InvokeError {
    InvokeError::Io("cannot write to stdout".to_owned(), error)
}
