//! `fc-local invoke`: one instance, a few calls, no server, no state.

mod input;

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hyper::http::request;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::agent::{CallId, Payload};
use crate::call;
use crate::cli::InvokeArgs;
use crate::cold::{self, ColdError, Scratch};
use crate::ids;
use crate::instance::{Instance, InstanceOptions, Lease};
use crate::output;
use crate::report::Report;

/// Why a one-shot call did not end well.
#[derive(Debug)]
enum OneShotError {
    /// The command line asks for something impossible.
    Usage(String),
    /// The instance did not start.
    Cold(ColdError),
    /// The answer is not right.
    Answer(String),
    /// Somebody pressed Ctrl-C, or a supervisor ended it.
    Interrupted,
    /// stdout is closed, or an input cannot be read.
    Io(String, io::Error),
}

impl fmt::Display for OneShotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Answer(message) => f.write_str(message),
            Self::Cold(error @ ColdError::Initialize { log, .. }) if !log.is_empty() => {
                write!(f, "{error}\nIts log:\n{log}")
            }
            Self::Cold(error) => error.fmt(f),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

/// Runs the calls that were asked for, prints them, and judges them.
pub(crate) async fn run(args: &InvokeArgs) -> ExitCode {
    match run_calls(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error.to_string()),
    }
}

async fn run_calls(args: &InvokeArgs) -> Result<(), OneShotError> {
    let event = input::event(args)?;
    let requests = input::http_requests(args)?;
    let function = Arc::new(input::function(args)?);
    let mut interrupt = Interrupt::listen()?;
    let scratch = Scratch::temporary()
        .map_err(|error| OneShotError::Io("no scratch folder".to_owned(), error))?;
    let source = input::code_source(&args.dir, &scratch)?;
    let options = InstanceOptions {
        freeze: args.pre_freeze,
        start_limit: Duration::from_secs(args.start_timeout),
        listen_port: args.listen_port,
    };
    let first = CallId::first(ids::request_id(function.generation));
    output::progress(&format!("starting {}", args.dir.display()));
    // A start that is given up drops its process group, which kills it, and its unpacked code.
    let instance = tokio::select! {
        started = cold::start(function, &source, &options, None, &first) => started.map_err(OneShotError::Cold)?,
        () = interrupt.wait() => return Err(OneShotError::Interrupted),
    };
    let outcome = tokio::select! {
        outcome = call_all(args, &instance, first, event, requests) => outcome,
        () = interrupt.wait() => Err(OneShotError::Interrupted),
    };
    instance.stop().await;
    outcome
}

/// Ctrl-C and SIGTERM, which must not leave the instance behind.
struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    /// From here on the signals no longer end fc-local by themselves.
    fn listen() -> Result<Self, OneShotError> {
        let listen = |kind| {
            signal(kind).map_err(|error| OneShotError::Io("cannot catch signals".to_owned(), error))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

async fn call_all(
    args: &InvokeArgs,
    instance: &Arc<Instance>,
    first: CallId,
    event: Option<Payload>,
    requests: Vec<(request::Parts, Payload)>,
) -> Result<(), OneShotError> {
    let mut unused = Some(first);
    let mut next = || {
        unused
            .take()
            .unwrap_or_else(|| CallId::first(ids::request_id(instance.function.generation)))
    };
    let mut wrong = Vec::new();
    let event_given = event.is_some();
    if let Some(event) = event {
        wrong.extend(call_event(args, lease(instance)?, next(), event).await?);
    }
    for (index, (parts, payload)) in requests.into_iter().enumerate() {
        let expected = expected_http(args, event_given, index);
        wrong.extend(call_http(expected, lease(instance)?, next(), parts, payload).await?);
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(OneShotError::Answer(wrong.join("\nfc-local: ")))
    }
}

/// `--expect` is for the event; without one, the first HTTP answer may have it.
fn expected_http(args: &InvokeArgs, event_given: bool, index: usize) -> Option<&str> {
    let first = args
        .expect
        .as_deref()
        .filter(|_| !event_given && index == 0);
    first.or_else(|| args.expect_http.get(index).map(String::as_str))
}

fn lease(instance: &Arc<Instance>) -> Result<Lease, OneShotError> {
    let gone = || OneShotError::Answer("the instance did not survive the call before".to_owned());
    instance.try_lease().ok_or_else(gone)
}

/// Makes and prints an event call; returns what is wrong with its answer.
async fn call_event(
    args: &InvokeArgs,
    lease: Lease,
    call: CallId,
    event: Payload,
) -> Result<Vec<String>, OneShotError> {
    let answer = call::event(lease, call, event).await;
    output::print_log(&answer.report).map_err(closed)?;
    output::print_event_result(&answer.body).map_err(closed)?;
    let mut wrong = wrong_report("the event call", &answer.report);
    wrong.extend(wrong_text(
        "the event result",
        args.expect.as_deref(),
        &answer.body,
    ));
    Ok(wrong)
}

/// Makes and prints an HTTP call; returns what is wrong with its answer.
async fn call_http(
    expected: Option<&str>,
    lease: Lease,
    call: CallId,
    parts: request::Parts,
    payload: Payload,
) -> Result<Vec<String>, OneShotError> {
    let name = format!("{} {}", parts.method, parts.uri);
    let exchanged = match call::http(lease, call, parts, payload).await {
        Ok(exchange) => exchange.buffer().await,
        Err(failure) => Err(failure),
    };
    let (head, body, report) = match exchanged {
        Ok(answer) => answer,
        Err(failure) => {
            output::print_log(&failure.report).map_err(closed)?;
            return Ok(vec![format!("{name} failed: {}", failure.message)]);
        }
    };
    output::print_log(&report).map_err(closed)?;
    output::print_http_result(&head, &body).map_err(closed)?;
    let mut wrong = wrong_report(&name, &report);
    if head.status.is_server_error() {
        wrong.push(format!("{name} was answered with {}", head.status));
    }
    wrong.extend(wrong_text(
        &format!("the answer to {name}"),
        expected,
        &body,
    ));
    Ok(wrong)
}

fn wrong_report(what: &str, report: &Report) -> Vec<String> {
    let mut wrong: Vec<String> = report
        .error_type
        .map(|kind| format!("{what} failed with {kind}"))
        .into_iter()
        .collect();
    for (edge, seen) in [
        ("Start", report.log.start_marker),
        ("End", report.log.end_marker),
    ] {
        if !seen {
            wrong.push(format!(
                "{what} logged no line `FC Invoke {edge} RequestId: {}`; without it FC keeps no log of the call",
                report.request_id
            ));
        }
    }
    wrong
}

fn wrong_text(what: &str, expected: Option<&str>, body: &[u8]) -> Option<String> {
    let expected = expected.filter(|text| text.as_bytes() != body)?;
    Some(format!(
        "{what} is {:?}, not {expected:?}",
        String::from_utf8_lossy(body)
    ))
}

fn closed(error: io::Error) -> OneShotError {
    OneShotError::Io("cannot write to stdout".to_owned(), error)
}
