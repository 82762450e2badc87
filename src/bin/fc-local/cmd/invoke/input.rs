//! From the options of `fc-local invoke` to a function, an event and requests.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use hyper::Request;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request;

use super::args::InvokeArgs;
use super::error::InvokeError;
use super::events::EventSource;
use crate::facts::limit;
use crate::function::{Function, Hook};
use crate::name::FunctionName;
use crate::platform::agent::Payload;

/// The name that functions get which were never deployed.
const NAME: &str = "fc-local";

/// FC's default for hooks ([contract §2](crate::check::sections::SECTIONS#2)).
const HOOK_TIMEOUT: Duration = Duration::from_secs(3);

/// The initializer may load a model or open connections; FC allows up to 300 s
/// ([contract §4.4](crate::check::sections::SECTIONS#4.4)).
const INITIALIZER_TIMEOUT: Duration = Duration::from_secs(300);

/// Longer than FC's own default, so that a first try does not fail by it.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where the package lies if nothing says so.
pub(super) const PACKAGE: &str = "pkg";

/// The name that stands for stdin.
const STDIN: &str = "-";

/// An event, and where it came from unless that says nothing.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) origin: Option<String>,
    pub(super) payload: Payload,
}

/// One `--http` has a method and a path.
const HTTP_VALUES: usize = 2;

/// The function that template and options describe, options before the template.
pub(super) fn function(
    args: &InvokeArgs,
    described: Option<Function>,
) -> Result<Function, InvokeError> {
    let is_described = described.is_some();
    let mut function = described.unwrap_or_else(|| nameless(args.fc3));
    let hook = |handler: &str, timeout| Hook {
        handler: handler.to_owned(),
        timeout,
    };
    if let Some(memory_mb) = args.memory {
        function.memory_mb = memory_mb;
    }
    if let Some(seconds) = args.timeout {
        function.timeout = Duration::from_secs(seconds);
    }
    function.concurrency = function.concurrency.max(args.concurrency);
    if args.initializer && function.initializer.is_none() {
        function.initializer = Some(hook("index.initializer", INITIALIZER_TIMEOUT));
    }
    if args.pre_freeze && function.pre_freeze.is_none() {
        function.pre_freeze = Some(hook("index.preFreeze", HOOK_TIMEOUT));
    }
    if args.no_pre_stop {
        function.pre_stop = None;
    } else if !is_described {
        function.pre_stop = Some(hook("index.preStop", HOOK_TIMEOUT));
    }
    function.add_variables(&args.variables.read()?);
    Ok(function)
}

/// A function that no template describes.
fn nameless(fc3: bool) -> Function {
    let mut function = Function::with_defaults(if fc3 {
        FunctionName::fc3(NAME)
    } else {
        FunctionName::fc2(NAME, NAME)
    });
    function.timeout = TIMEOUT;
    function
}

/// The events, in the order of the command line; none if only HTTP calls are asked for.
pub(super) fn events(args: &InvokeArgs) -> Result<Vec<Event>, InvokeError> {
    let sources = &args.events.sources;
    let from_stdin = |source: &&EventSource| **source == EventSource::File(STDIN.into());
    if sources.iter().filter(from_stdin).count() > 1 {
        let message = "stdin can only be read once; give `-f -` once, and the other events with -e, -f or --example";
        return Err(InvokeError::Usage(message.to_owned()));
    }
    if sources.is_empty() && args.http.is_empty() {
        if io::stdin().is_terminal() {
            let message = "no event: give one with -e TEXT, -f FILE, --example NAME or on stdin, or a request with \
                           --http METHOD PATH";
            return Err(InvokeError::Usage(message.to_owned()));
        }
        return Ok(vec![event(args, &EventSource::File(STDIN.into()))?]);
    }
    sources.iter().map(|source| event(args, source)).collect()
}

fn event(args: &InvokeArgs, source: &EventSource) -> Result<Event, InvokeError> {
    let (origin, bytes) = match source {
        EventSource::Text(text) => (None, text.clone().into_bytes()),
        EventSource::File(path) if path.as_os_str() == STDIN => (None, read_stdin()?),
        EventSource::File(path) => (Some(path.display().to_string()), read_file(path)?),
        EventSource::Example(example) => (
            Some(format!("--example {}", example.name())),
            example.bytes().to_vec(),
        ),
    };
    Ok(Event {
        origin,
        payload: payload(args, bytes),
    })
}

/// The HTTP requests, in the order they were asked for.
pub(super) fn http_requests(
    args: &InvokeArgs,
) -> Result<Vec<(request::Parts, Payload)>, InvokeError> {
    let body = match (&args.data, &args.data_file) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(path)) => read_file(path)?,
        (None, None) => Vec::new(),
    };
    let headers = user_headers(&args.header)?;
    let (expected, calls) = (args.expect_http.len(), args.http.len() / HTTP_VALUES);
    if expected > calls {
        return Err(InvokeError::Usage(format!(
            "--expect-http is given {expected} times, but --http {calls} times; each belongs to one --http METHOD PATH"
        )));
    }
    let pairs = args.http.chunks_exact(HTTP_VALUES);
    pairs
        .map(|pair| {
            Ok((
                request_head(&pair[0], &pair[1], &headers)?,
                payload(args, body.clone()),
            ))
        })
        .collect()
}

/// What the answers must be, checked against what is asked for.
pub(super) fn expectations(
    args: &InvokeArgs,
    events: usize,
) -> Result<Expectations<'_>, InvokeError> {
    let given = args.expect.len();
    // Without an event the first HTTP answer may have the one that is given.
    if given > events.max(1) || (given > 1 && given < events) {
        return Err(InvokeError::Usage(format!(
            "--expect is given {given} times, but there are {events} events; give it once for all of them, or once for \
             each"
        )));
    }
    Ok(Expectations {
        events: &args.expect,
        http: &args.expect_http,
        event_given: events > 0,
    })
}

/// The bodies that must come.
#[derive(Debug)]
pub(super) struct Expectations<'a> {
    events: &'a [String],
    http: &'a [String],
    event_given: bool,
}

impl Expectations<'_> {
    /// One for all events, or one for each.
    pub(super) fn event(&self, index: usize) -> Option<String> {
        match self.events {
            [one] => Some(one.clone()),
            each => each.get(index).cloned(),
        }
    }

    /// `--expect` is for the events; without one, the first HTTP answer may have it.
    pub(super) fn http(&self, index: usize) -> Option<String> {
        let first = self
            .events
            .first()
            .filter(|_| !self.event_given && index == 0);
        first.or_else(|| self.http.get(index)).cloned()
    }
}

fn payload(args: &InvokeArgs, bytes: Vec<u8>) -> Payload {
    Payload {
        bytes: bytes.into(),
        chunked: args.chunked,
    }
}

fn request_head(
    method: &str,
    path: &str,
    headers: &HeaderMap,
) -> Result<request::Parts, InvokeError> {
    let request = Request::builder().method(method).uri(path).body(());
    let bad = |error| {
        InvokeError::Usage(format!(
            "--http {method} {path} is not an HTTP request: {error}"
        ))
    };
    let (mut head, ()) = request.map_err(bad)?.into_parts();
    if !path.starts_with('/') {
        return Err(InvokeError::Usage(format!(
            "--http {method} {path}: a path starts with `/`"
        )));
    }
    head.headers = headers.clone();
    head.headers
        .entry(HOST)
        .or_insert(HeaderValue::from_static("localhost"));
    Ok(head)
}

fn user_headers(lines: &[String]) -> Result<HeaderMap, InvokeError> {
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
            InvokeError::Usage(format!(
                "--header {line:?} is not a header; write 'NAME: VALUE'"
            ))
        };
        let (name, value) = parse(line).ok_or_else(bad)?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn read_stdin() -> Result<Vec<u8>, InvokeError> {
    read_all(io::stdin().lock(), "the event from stdin")
}

fn read_file(path: &Path) -> Result<Vec<u8>, InvokeError> {
    let shown = path.display().to_string();
    let file =
        File::open(path).map_err(|error| InvokeError::Io(format!("cannot read {shown}"), error))?;
    read_all(file, &shown)
}

/// Reads what the platform would take; more is an error, because a cut event would be a wrong one.
fn read_all(source: impl Read, what: &str) -> Result<Vec<u8>, InvokeError> {
    let mut bytes = Vec::new();
    source
        .take(limit::SYNC_BODY_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| InvokeError::Io(format!("cannot read {what}"), error))?;
    if bytes.len() > limit::SYNC_BODY_BYTES {
        return Err(InvokeError::Refused(format!(
            "{what} is larger than {} bytes, the most that Function Compute takes",
            limit::SYNC_BODY_BYTES
        )));
    }
    Ok(bytes)
}
