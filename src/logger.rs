//! What the runtime writes to stdout: log lines with the request id, and the marker lines of Function Compute.
//!
//! Owns the output and the request id of the call that a thread is serving. It must not know what a call is about.
//!
//! A handler may print by itself, in whole lines: a line that it flushes half finished has no end of its own, and the next
//! marker line stands behind it, where Function Compute does not look for one.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use env_logger::{Builder, Target};
use log::{Level, LevelFilter, Record};

use crate::time::Timestamp;

/// The variable that sets the level of the log lines: `off`, `error`, `warn`, `info`, `debug`, `trace`, or per module.
pub const LEVEL_VARIABLE: &str = "RUST_LOG";

/// The level where [`LEVEL_VARIABLE`] is not set, or empty.
pub const DEFAULT_LEVEL: &str = "info";

/// The HTTP library is silent unless it is named in [`LEVEL_VARIABLE`]: what it has to say of a broken listener the
/// runtime says itself, and the end of a listener that was closed on purpose is no error.
const HTTP_LIBRARY: &str = "tiny_http";

/// What stands in a line for the request id where no call is being served.
const NO_REQUEST_ID: &str = "-";

/// Makes `log`'s macros write lines like `2026-11-23T08:01:02.345Z <request id> [INFO] message` to stdout.
///
/// [`Runtime::run`](crate::Runtime::run) calls this, and keeps the logger that a program has installed before.
pub fn init() {
    let filters = std::env::var(LEVEL_VARIABLE)
        .ok()
        .filter(|filters| !filters.is_empty());
    let filters = filters.as_deref().unwrap_or(DEFAULT_LEVEL);
    // An error means that the program has a logger of its own, which is then the one to use.
    let _ = Builder::new()
        .filter_module(HTTP_LIBRARY, LevelFilter::Off)
        .parse_filters(filters)
        .target(Target::Pipe(Box::new(Stdout)))
        .format(write_record)
        .try_init();
}

/// What a marker line is about (contract §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The initializer.
    Initialize,
    /// An event or an HTTP call.
    Invoke,
    /// The hook before a freeze.
    PreFreeze,
    /// The hook before the end.
    PreStop,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initialize => "Initialize",
            Self::Invoke => "Invoke",
            Self::PreFreeze => "PreFreeze",
            Self::PreStop => "PreStop",
        })
    }
}

/// Says that the process serves; Function Compute takes it for the mark of a cold start (contract §5.1).
pub(crate) fn mark_inited() {
    write_line("FunctionCompute rust runtime inited.\n");
}

/// Says that work on the request of this id begins.
pub(crate) fn mark_start(phase: Phase, request_id: &str) {
    write_line(&format!("FC {phase} Start RequestId: {request_id}\n"));
}

/// Says that work on the request of this id is over, and whether it failed. The answer must not be complete before.
pub(crate) fn mark_end(phase: Phase, request_id: &str, failed: bool) {
    // The suffix stands after a returned error as after a panic (contract §9, K11).
    let suffix = if failed {
        ", Error: Unhandled function error"
    } else {
        ""
    };
    write_line(&format!("FC {phase} End RequestId: {request_id}{suffix}\n"));
}

/// Writes the error of an invocation or hook, which stands before its end line (contract §5.1), whatever the level is.
pub(crate) fn write_failure(json: &str) {
    if log::log_enabled!(Level::Error) {
        return log::error!("{json}");
    }
    let mut line = Vec::new();
    let written = write_record(
        &mut line,
        &Record::builder()
            .level(Level::Error)
            .args(format_args!("{json}"))
            .build(),
    );
    // A vector takes every byte, and output that is closed or full costs the line, never the answer.
    let _ = written.and_then(|()| Stdout.write_all(&line));
}

/// The text without line breaks, so that it cannot end a line and begin another.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('\n', "\r")
}

/// While it lives, the lines of this thread carry a request id.
#[derive(Debug)]
pub(crate) struct Scope {
    outer: Option<String>,
}

impl Scope {
    /// From now on this thread serves the request of this id.
    pub(crate) fn enter(request_id: &str) -> Self {
        Self {
            outer: REQUEST_ID.replace(Some(request_id.to_owned())),
        }
    }

    /// Whether this thread is serving a request.
    pub(crate) fn is_entered() -> bool {
        // A thread that is ending serves nothing, and its request id is gone already.
        REQUEST_ID
            .try_with(|id| id.borrow().is_some())
            .unwrap_or(false)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        REQUEST_ID.set(self.outer.take());
    }
}

thread_local! {
    static REQUEST_ID: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn write_record<W: Write>(line: &mut W, record: &Record<'_>) -> io::Result<()> {
    // One line is one record of the log service, and a message must not be able to forge a marker line, so a line
    // break inside a message becomes a carriage return, as in the runtime for Node.js (contract §5.2).
    let message = one_line(&record.args().to_string());
    let (time, level) = (Timestamp::now(), record.level());
    // What logs while its thread ends, such as a destructor, finds no request id any more.
    let id = REQUEST_ID.try_with(|id| id.borrow().clone()).ok().flatten();
    let id = id
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| NO_REQUEST_ID.to_owned());
    writeln!(line, "{time} {id} [{level}] {message}")
}

fn write_line(line: &str) {
    // Output that is closed or full costs the line, never the answer.
    let _ = Stdout.write_all(line.as_bytes());
}

/// The process's stdout without the buffer of `std::io::stdout`.
///
/// What a handler prints without ending its line stays in that buffer, so a marker line written past it still begins
/// a line of its own. That does not hold for what leaves the buffer unfinished, because the handler flushes it or it is
/// longer than the buffer. One lock for markers and log lines keeps each of them whole.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        output().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn output() -> MutexGuard<'static, Output> {
    static OUTPUT: OnceLock<Mutex<Output>> = OnceLock::new();
    let output = OUTPUT.get_or_init(|| Mutex::new(Output::open()));
    // A thread that panicked here has at worst lost its own line.
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Output(Option<File>);

impl Output {
    /// Stdout, or nothing when the process was started without one.
    fn open() -> Self {
        Self(
            io::stdout()
                .as_fd()
                .try_clone_to_owned()
                .ok()
                .map(File::from),
        )
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Some(file) => file.write_all(bytes),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, write_record};

    fn line(args: std::fmt::Arguments<'_>) -> String {
        let mut line = Vec::new();
        let record = log::Record::builder()
            .args(args)
            .level(log::Level::Warn)
            .build();
        write_record(&mut line, &record).expect("a vector takes every byte");
        String::from_utf8(line).expect("the line is text")
    }

    #[test]
    fn a_line_carries_the_request_id_of_its_thread_only_while_it_serves() {
        let scope = Scope::enter("r1");
        assert!(line(format_args!("hello")).ends_with("Z r1 [WARN] hello\n"));
        let other = std::thread::spawn(|| line(format_args!("hello")))
            .join()
            .expect("no panic");
        assert!(other.ends_with("Z - [WARN] hello\n"), "{other}");
        drop(scope);
        assert!(line(format_args!("hello")).ends_with("Z - [WARN] hello\n"));
    }

    #[test]
    fn scopes_nest() {
        let _outer = Scope::enter("outer");
        drop(Scope::enter("inner"));
        assert!(line(format_args!("x")).contains(" outer "));
    }

    #[test]
    fn a_message_cannot_forge_a_marker_line() {
        let forged = line(format_args!("a\nFC Invoke End RequestId: r1"));
        assert_eq!(forged.matches('\n').count(), 1, "{forged:?}");
    }
}
