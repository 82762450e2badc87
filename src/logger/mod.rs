//! What the runtime writes to stdout: log lines with the request id, and the marker lines of Function Compute.
//!
//! Owns the output and the request id of the call that a thread is serving. It must not know what a call is about.
//!
//! A handler may print directly, in whole lines: a line that it flushes half finished has no end, and the next
//! marker line stands after it, where Function Compute does not look for one.
//!
//! # Text and JSON
//!
//! Two variables of the environment decide about log lines. [`LEVEL_VARIABLE`] says which are written,
//! [`FORMAT_VARIABLE`] how: `text`, the default, or `json`. Any other value is warned of in one line, and the lines are
//! text. There are no colours, neither in a log nor on a terminal.
//!
//! ```text
//! 2026-11-23T08:01:02.345Z 1-65dd9ece [INFO] an order of 3 items user=7
//! {"time":"2026-11-23T08:01:02.345Z","level":"INFO","requestId":"1-65dd9ece","function":"shop","message":"an order of 3 items","fields":{"user":7}}
//! ```
//!
//! | key | is missing when |
//! |---|---|
//! | `time` | never: UTC, in milliseconds |
//! | `level` | never: `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE` |
//! | `requestId` | the line belongs to no call, as one of a thread that the handler has started |
//! | `function` | [`FUNCTION_VARIABLE`] is not set, as in some local tools |
//! | `message` | never |
//! | `fields` | the line has none |
//!
//! The fields are the key-values of `log`, `log::info!(user = 7; "an order of {count} items")`, which the cargo feature
//! `kv` of this crate brings: numbers and truth values stay such in JSON, everything else becomes a text.
//!
//! The line of an invocation or hook that failed has the level `ERROR`. As text, its message is the JSON that the caller
//! gets, `{"errorMessage":…,"errorType":…,"stackTrace":[…]}`. As JSON, its `message` is the `errorMessage`, and `errorType`
//! and `stackTrace` are its `fields`.
//!
//! The marker lines, `FC Invoke Start RequestId: …` and their like, are the same in either format, because the platform
//! looks for them ([contract §5.1](crate::guide::contract#5.1)).
//!
//! # Long lines
//!
//! A line is at most [`LINE_LIMIT`] bytes long. Of one that would be longer the message is cut between two characters, and
//! ends in ` [cut: 1234 bytes]`; a JSON line stays JSON. A field that has no room is left out whole, and counts as cut.
//!
//! # A stdout that is full
//!
//! No response depends on the reader of stdout. When a pipe is full, lines wait for its reader for one second, all together;
//! then they are dropped, and the first line for which there is room again says how many: `12 log lines are lost, for
//! they could not be written`. The same goes for a full disk. What a handler prints directly, and what the standard
//! library writes to stderr about a panic in a thread of the handler's own, does wait for its reader.
//!
//! # In the log service
//!
//! Function Compute puts each line into the field `message` of its log store. With JSON lines, give that field an index of
//! the type JSON with the sub-keys `level`, `requestId`, `function` and `fields.errorType` (text), and one for each field
//! that you search for, such as `fields.user` (long); switch the statistics on. Then a search looks into the lines,
//!
//! ```text
//! message.level: ERROR and message.function: shop
//! ```
//!
//! and an analysis counts them:
//!
//! ```text
//! message.level: ERROR | SELECT "message.fields.errorType" AS type, count(*) AS times GROUP BY type ORDER BY times DESC
//! ```

#[cfg(feature = "kv")]
mod fields;
mod line;
mod output;

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use env_logger::{Builder, Target};
use log::{Level, LevelFilter, Record};

use crate::error::Error;
use line::{Format, Line};

/// The variable that sets the level of the log lines: `off`, `error`, `warn`, `info`, `debug`, `trace`, or per module.
pub const LEVEL_VARIABLE: &str = "RUST_LOG";

/// The level where [`LEVEL_VARIABLE`] is not set, or empty.
pub const DEFAULT_LEVEL: &str = "info";

/// The variable that sets the format of the log lines: `text` or `json`, in any case.
///
/// Its name goes with [`LEVEL_VARIABLE`]: a function cannot set names that begin with `FC_`, which the platform keeps
/// for itself ([contract §4.3](crate::guide::contract#4.3)).
pub const FORMAT_VARIABLE: &str = "RUST_LOG_FORMAT";

/// The variable in which the platform says the function's name ([contract §4.3](crate::guide::contract#4.3)).
pub const FUNCTION_VARIABLE: &str = "FC_FUNCTION_NAME";

/// The longest log line, in bytes, its end among them: what Function Compute keeps whole
/// ([contract §4.4](crate::guide::contract#4.4)).
pub const LINE_LIMIT: usize = 32 * 1024;

/// The HTTP library is silent unless it is named in [`LEVEL_VARIABLE`]: what it has to say of a broken listener the
/// runtime says itself, and the end of a listener that was closed on purpose is no error.
const HTTP_LIBRARY: &str = "tiny_http";

/// How lines are written; nothing stands here while the program uses its own logger.
static FORMAT: OnceLock<Format> = OnceLock::new();

/// Makes `log`'s macros write lines like `2026-11-23T08:01:02.345Z <request id> [INFO] message` to stdout, or JSON.
///
/// [`Runtime::run`](crate::Runtime::run) calls this, and keeps the logger that a program has installed before.
pub fn init() {
    let filters = variable(LEVEL_VARIABLE);
    let filters = filters.as_deref().unwrap_or(DEFAULT_LEVEL);
    let installed = Builder::new()
        .filter_module(HTTP_LIBRARY, LevelFilter::Off)
        .parse_filters(filters)
        .target(Target::Pipe(Box::new(Stdout)))
        .format(write_record)
        .try_init();
    // An error means that the program has its own logger, which is then the one to use.
    if installed.is_ok() {
        choose_format();
    }
}

fn choose_format() {
    let name = variable(FORMAT_VARIABLE).unwrap_or_default();
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    FORMAT.get_or_init(|| {
        if is("json") {
            Format::Json {
                function: variable(FUNCTION_VARIABLE).unwrap_or_default(),
            }
        } else {
            Format::Text
        }
    });
    if !(is("json") || is("text") || is("")) {
        let message = format!(
            "{FORMAT_VARIABLE} is {name:?}, which is neither json nor text; the log is text"
        );
        write_log_line(Level::Warn, &message, &[]);
    }
}

/// The value of a variable that is set, and not to nothing.
fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// What a marker line is about ([contract §5.1](crate::guide::contract#5.1)).
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

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Initialize => "Initialize",
            Self::Invoke => "Invoke",
            Self::PreFreeze => "PreFreeze",
            Self::PreStop => "PreStop",
        }
    }
}

/// Says that the process serves; Function Compute takes it for the mark of a cold start
/// ([contract §5.1](crate::guide::contract#5.1)).
pub(crate) fn mark_inited() {
    write_line(&["FunctionCompute rust runtime inited."]);
}

/// Says that work on the request of this id begins.
pub(crate) fn mark_start(phase: Phase, request_id: &str) {
    write_line(&["FC ", phase.name(), " Start RequestId: ", request_id]);
}

/// Says that work on the request of this id is over, and whether it failed. The response must not be complete before.
pub(crate) fn mark_end(phase: Phase, request_id: &str, failed: bool) {
    // The suffix stands after a returned error as after a panic (contract §9, K11).
    let suffix = if failed {
        ", Error: Unhandled function error"
    } else {
        ""
    };
    write_line(&["FC ", phase.name(), " End RequestId: ", request_id, suffix]);
}

/// Writes the error of an invocation or hook, which stands before its end line
/// ([contract §5.1](crate::guide::contract#5.1)), whatever the level is.
pub(crate) fn write_failure(error: &Error) {
    match FORMAT.get() {
        Some(Format::Json { .. }) => {
            write_log_line(Level::Error, error.message(), &error.type_and_trace());
        }
        None if log::log_enabled!(Level::Error) => log::error!("{}", error.to_json()),
        _ => write_log_line(Level::Error, &error.to_json(), &[]),
    }
}

/// A request id as it stands in lines: without line breaks.
pub(crate) fn request_id(text: &str) -> Arc<str> {
    if text.contains('\n') {
        line::one_line(text).into()
    } else {
        text.into()
    }
}

/// While it lives, the lines of this thread carry a request id.
#[derive(Debug)]
pub(crate) struct Scope {
    outer: Option<Arc<str>>,
}

impl Scope {
    /// From now on this thread serves the request of this id.
    pub(crate) fn enter(request_id: Arc<str>) -> Self {
        Self {
            outer: THREAD.with(|thread| thread.request_id.replace(Some(request_id))),
        }
    }

    /// Whether this thread is serving a request.
    pub(crate) fn is_entered() -> bool {
        // A thread that is ending serves nothing, and its request id is gone already.
        THREAD
            .try_with(|thread| thread.request_id.borrow().is_some())
            .unwrap_or(false)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        THREAD.with(|thread| thread.request_id.replace(self.outer.take()));
    }
}

/// What a thread has for its lines. In one piece, because each that has something to drop costs the thread's end a step.
struct Thread {
    request_id: RefCell<Option<Arc<str>>>,
    /// Memory for the next line, and for its message, so that none is asked for each.
    line: Cell<String>,
    message: Cell<String>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            request_id: RefCell::new(None),
            line: Cell::new(String::new()),
            message: Cell::new(String::new()),
        }
    };
}

/// How many bytes a thread keeps for its next line. Longer lines are rare, and an instance may have hundreds of threads.
const KEPT_BYTES: usize = 512;

/// Lends a text that is empty and mostly has room already. What logs while it is lent, as a value may that is being
/// shown, or while its thread ends, gets another one.
fn lend(of: fn(&Thread) -> &Cell<String>, run: &mut dyn FnMut(&mut String)) {
    let mut text = THREAD
        .try_with(|thread| of(thread).take())
        .unwrap_or_default();
    text.reserve(KEPT_BYTES);
    run(&mut text);
    if text.capacity() == KEPT_BYTES {
        text.clear();
        // Where the thread is ending, nothing is kept.
        let _ = THREAD.try_with(|thread| of(thread).set(text));
    }
}

fn write_record<W: Write>(out: &mut W, record: &Record<'_>) -> io::Result<()> {
    #[cfg(feature = "kv")]
    let fields = fields::of(record, format());
    #[cfg(not(feature = "kv"))]
    let fields = [];
    let mut written = Ok(());
    lend(|thread| &thread.message, &mut |message| {
        let shown = message.write_fmt(*record.args());
        shown.expect("a text takes every byte, so that a value has refused to be shown");
        with_log_line(record.level(), message, &fields, &mut |line| {
            written = out.write_all(line.as_bytes());
        });
    });
    written
}

/// Writes a line of this thread's call past the logger, so that no level can silence it.
fn write_log_line(level: Level, message: &str, fields: &[String]) {
    with_log_line(level, message, fields, &mut write_whole);
}

fn with_log_line(level: Level, message: &str, fields: &[String], run: &mut dyn FnMut(&str)) {
    // What logs while its thread ends, such as a destructor, finds no request id any more.
    let id = THREAD.try_with(|thread| thread.request_id.borrow().clone());
    let id = id.ok().flatten();
    lend(|thread| &thread.line, &mut |text| {
        let line = Line {
            level,
            request_id: id.as_deref().unwrap_or_default(),
            message,
            fields,
        };
        format().append(&line, text);
        run(text);
    });
}

/// Writes a line of these parts, which contain no line break, and ends it.
fn write_line(parts: &[&str]) {
    lend(|thread| &thread.line, &mut |line| {
        line.extend(parts.iter().copied());
        line.push('\n');
        write_whole(line);
    });
}

fn write_whole(line: &str) {
    output::write_line(line.as_bytes(), format());
}

/// How lines are written; text where the program has its own logger.
fn format() -> &'static Format {
    FORMAT.get().unwrap_or(&Format::Text)
}

/// Where the logger's lines go; each comes whole, by one write.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        output::write_line(line, format());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_BYTES, Scope, THREAD, request_id, write_record};
    use std::fmt;

    fn line(args: fmt::Arguments<'_>) -> String {
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
        let scope = Scope::enter("r1".into());
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
        let _outer = Scope::enter("outer".into());
        drop(Scope::enter("inner".into()));
        assert!(line(format_args!("x")).contains(" outer "));
    }

    /// What writes its own line while it is shown.
    struct Chatty;

    impl fmt::Display for Chatty {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            assert!(line(format_args!("inner")).ends_with(" - [WARN] inner\n"));
            f.write_str("shown")
        }
    }

    #[test]
    fn what_logs_while_it_is_shown_stays_out_of_the_line_that_shows_it() {
        let outer = line(format_args!("before {Chatty} after"));
        assert!(outer.ends_with(" - [WARN] before shown after\n"), "{outer}");
    }

    #[test]
    fn a_thread_keeps_memory_for_lines_of_a_usual_length_only() {
        let kept = || {
            THREAD.with(|thread| {
                let (line, message) = (thread.line.take(), thread.message.take());
                let capacities = (line.capacity(), message.capacity());
                thread.line.set(line);
                thread.message.set(message);
                capacities
            })
        };
        let long = "x".repeat(2 * KEPT_BYTES);
        assert!(line(format_args!("{long}")).contains(&long));
        assert_eq!(kept(), (0, 0));
        line(format_args!("short"));
        assert_eq!(kept(), (KEPT_BYTES, KEPT_BYTES));
    }

    #[test]
    fn a_request_id_is_one_line() {
        assert_eq!(&*request_id("r1"), "r1");
        assert_eq!(&*request_id("r1\nFC Invoke\n"), "r1\rFC Invoke\r");
    }
}
