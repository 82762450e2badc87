//! `fc-local invoke`: one instance, a few calls, no server, no state.

use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request;
use tokio::signal::unix::{SignalKind, signal};

use crate::agent::{CallId, Payload};
use crate::call;
use crate::cli::InvokeArgs;
use crate::cold::{self, CodeSource, ColdError};
use crate::facts::limit;
use crate::function::{Function, Generation, Hook};
use crate::ids;
use crate::instance::{Instance, InstanceOptions, Lease};
use crate::output;
use crate::package::BOOTSTRAP;
use crate::report::Report;

/// The name that functions get which were never deployed.
const NAME: &str = "fc-local";

/// FC's default for hooks (contract §2).
const HOOK_TIMEOUT: Duration = Duration::from_secs(3);

/// The initializer may load a model or open connections; FC allows up to 300 s (contract §4.4).
const INITIALIZER_TIMEOUT: Duration = Duration::from_secs(300);

/// Why a one-shot call did not end well.
#[derive(Debug)]
enum OneShotError {
    /// The command line asks for something impossible.
    Usage(String),
    /// The instance did not start.
    Cold(ColdError),
    /// The answer is not right.
    Answer(String),
    /// stdout is closed, or an input cannot be read.
    Io(String, io::Error),
}

impl fmt::Display for OneShotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Answer(message) => f.write_str(message),
            Self::Cold(ColdError::Initialize { log, .. }) if !log.is_empty() => {
                let Self::Cold(error) = self else {
                    return Ok(());
                };
                write!(f, "{error}\nIts log:\n{log}")
            }
            Self::Cold(error) => error.fmt(f),
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
    let event = event(args)?;
    let requests = http_requests(args)?;
    let function = Arc::new(function(args)?);
    let scratch = tempfile::tempdir()
        .map_err(|error| OneShotError::Io("no scratch folder".to_owned(), error))?;
    let source = code_source(&args.dir, scratch.path())?;
    let options = InstanceOptions {
        freeze: args.pre_freeze,
        start_limit: Duration::from_secs(args.start_timeout),
        listen_port: args.listen_port,
    };
    let first = CallId::first(ids::request_id(function.generation));
    output::progress(&format!("starting {}", args.dir.display()));
    let instance = cold::start(function, &source, &options, None, &first)
        .await
        .map_err(OneShotError::Cold)?;
    let outcome = tokio::select! {
        outcome = call_all(args, &instance, first, event, requests) => outcome,
        () = interrupted() => Err(OneShotError::Answer("interrupted".to_owned())),
    };
    instance.stop().await;
    outcome
}

/// Waits for Ctrl-C or SIGTERM, so that the instance is not left behind.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
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

fn function(args: &InvokeArgs) -> Result<Function, OneShotError> {
    let (generation, service) = if args.fc3 {
        (Generation::Fc3, "")
    } else {
        (Generation::Fc2, NAME)
    };
    let mut function = Function::with_defaults(generation, service, NAME);
    let hook = |handler: &str, timeout| {
        Some(Hook {
            handler: handler.to_owned(),
            timeout,
        })
    };
    function.memory_mb = args.memory;
    function.timeout = Duration::from_secs(args.timeout);
    function.initializer = args
        .initializer
        .then(|| hook("index.initializer", INITIALIZER_TIMEOUT))
        .flatten();
    function.pre_freeze = args
        .pre_freeze
        .then(|| hook("index.preFreeze", HOOK_TIMEOUT))
        .flatten();
    function.pre_stop = (!args.no_pre_stop)
        .then(|| hook("index.preStop", HOOK_TIMEOUT))
        .flatten();
    for pair in &args.env {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(OneShotError::Usage(format!(
                "--env {pair:?} has no `=`; write NAME=VALUE"
            )));
        };
        function
            .environment
            .insert(name.to_owned(), value.to_owned());
    }
    Ok(function)
}

fn code_source(dir: &Path, scratch: &Path) -> Result<CodeSource, OneShotError> {
    // The instance runs with its code as the current folder, so the path must not depend on ours.
    let path = dir.canonicalize().map_err(|error| {
        let what = format!(
            "no package at {} (build one there, or name another with --dir)",
            dir.display()
        );
        OneShotError::Io(what, error)
    })?;
    if path.is_dir() {
        return Ok(CodeSource::Folder(path));
    }
    if path.file_name().is_some_and(|name| name == BOOTSTRAP) {
        let parent = path.parent().unwrap_or(&path).display().to_string();
        return Err(OneShotError::Usage(format!(
            "--dir takes the folder or zip around {BOOTSTRAP}: {parent}"
        )));
    }
    Ok(CodeSource::Zip {
        file: path,
        scratch: scratch.to_owned(),
    })
}

fn event(args: &InvokeArgs) -> Result<Option<Payload>, OneShotError> {
    let bytes = match (&args.event, &args.event_file) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(path)) if path.as_os_str() == "-" => read_stdin()?,
        (None, Some(path)) => read_file(path)?,
        (None, None) if !args.http.is_empty() => return Ok(None),
        (None, None) if io::stdin().is_terminal() => {
            let message = "no event: give one with -e TEXT, -f FILE or on stdin, or a request with --http METHOD PATH";
            return Err(OneShotError::Usage(message.to_owned()));
        }
        (None, None) => read_stdin()?,
    };
    Ok(Some(Payload::sized(bytes)))
}

fn http_requests(args: &InvokeArgs) -> Result<Vec<(request::Parts, Payload)>, OneShotError> {
    let body = match (&args.data, &args.data_file) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(path)) => read_file(path)?,
        (None, None) => Vec::new(),
    };
    let headers = user_headers(&args.header)?;
    let pairs = args.http.chunks_exact(2);
    pairs
        .map(|pair| {
            Ok((
                request_head(&pair[0], &pair[1], &headers)?,
                Payload::sized(body.clone()),
            ))
        })
        .collect()
}

fn request_head(
    method: &str,
    path: &str,
    headers: &HeaderMap,
) -> Result<request::Parts, OneShotError> {
    let request = Request::builder().method(method).uri(path).body(());
    let bad = |error| {
        OneShotError::Usage(format!(
            "--http {method} {path} is no HTTP request: {error}"
        ))
    };
    let (mut head, ()) = request.map_err(bad)?.into_parts();
    if !path.starts_with('/') {
        return Err(OneShotError::Usage(format!(
            "--http {method} {path}: a path starts with `/`"
        )));
    }
    head.headers = headers.clone();
    head.headers
        .entry(HOST)
        .or_insert(HeaderValue::from_static("localhost"));
    Ok(head)
}

fn user_headers(lines: &[String]) -> Result<HeaderMap, OneShotError> {
    let parse = |line: &String| {
        let (name, value) = line.split_once(':')?;
        Some((
            HeaderName::try_from(name.trim()).ok()?,
            HeaderValue::try_from(value.trim()).ok()?,
        ))
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        let bad = || {
            OneShotError::Usage(format!(
                "--header {line:?} is no header; write 'NAME: VALUE'"
            ))
        };
        let (name, value) = parse(line).ok_or_else(bad)?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn read_stdin() -> Result<Vec<u8>, OneShotError> {
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(limit::SYNC_BODY_BYTES as u64 + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| OneShotError::Io("cannot read the event from stdin".to_owned(), error))?;
    Ok(bytes)
}

fn read_file(path: &Path) -> Result<Vec<u8>, OneShotError> {
    std::fs::read(path)
        .map_err(|error| OneShotError::Io(format!("cannot read {}", path.display()), error))
}

fn closed(error: io::Error) -> OneShotError {
    OneShotError::Io("cannot write to stdout".to_owned(), error)
}
