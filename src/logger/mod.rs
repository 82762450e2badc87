//! What the runtime writes to stdout: log lines with the request id, and the marker lines of Function Compute.
//!
//! Owns the output and what the environment says about it. It must not know what a call is about.
//!
//! A handler may print directly, in whole lines. If it flushes half a line, the next marker continues that line, and
//! Function Compute does not find it.
//!
//! # Text and JSON
//!
//! Two environment variables control the log lines: [`LEVEL_VARIABLE`] says which lines are written, and
//! [`FORMAT_VARIABLE`] in which form, `text` (the default) or `json`. With any other value, one line warns of it, and
//! the lines are text. There are no colours, neither in a log nor on a terminal.
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
//! The fields are the key-values of `log`, `log::info!(user = 7; "an order of {count} items")`, which need the cargo
//! feature `kv` of this crate. In JSON, numbers and booleans stay what they are; everything else becomes text.
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
//! A line is at most [`LINE_LIMIT`] bytes long. The message of a longer line is cut between two characters, and ends in
//! ` [cut: 1234 bytes]`; a JSON line stays JSON. A field that has no room is left out as a whole, and counts as cut.
//!
//! # A stdout that is full
//!
//! No response depends on the reader of stdout. When a pipe is full, lines wait for its reader for one second in all.
//! After that they are dropped, and the first line that has room again says how many:
//! `12 log lines are lost because they could not be written`. The same goes for a full disk. What a handler prints
//! directly does wait for the reader, and so does what the standard library writes to stderr about a panic in a thread
//! that the handler has started.
//!
//! # In the log service
//!
//! Function Compute puts each line into the field `message` of its log store. With JSON lines, give that field an index
//! of the type JSON with the sub-keys `level`, `requestId`, `function` and `fields.errorType` (text), and one for each
//! field that you search for, such as `fields.user` (long), and turn on statistics. Then you can search in the lines,
//!
//! ```text
//! message.level: ERROR and message.function: shop
//! ```
//!
//! and count them:
//!
//! ```text
//! message.level: ERROR | SELECT "message.fields.errorType" AS type, count(*) AS times GROUP BY type ORDER BY times DESC
//! ```

#[cfg(feature = "kv")]
mod fields;
mod line;
mod marks;
mod output;
mod spare;
mod writer;

use env_logger::{Builder, Target};
use log::{Level, LevelFilter};

use line::Format;

pub use line::LINE_LIMIT;
pub(crate) use marks::{Phase, mark_end, mark_inited, mark_start};
pub(crate) use writer::{log_mistake, write_failure};

/// The variable that sets the level of the log lines: `off`, `error`, `warn`, `info`, `debug`, `trace`, or per module.
pub const LEVEL_VARIABLE: &str = "RUST_LOG";

/// The level if [`LEVEL_VARIABLE`] is not set, or empty.
pub const DEFAULT_LEVEL: &str = "info";

/// The variable that sets the format of the log lines: `text` or `json`, in any case.
///
/// Its name follows [`LEVEL_VARIABLE`], because a function cannot set names that begin with `FC_`, which the platform
/// reserves ([contract §4.3](crate::guide::contract#4.3)).
pub const FORMAT_VARIABLE: &str = "RUST_LOG_FORMAT";

/// The variable that has the function's name ([contract §4.3](crate::guide::contract#4.3)).
pub const FUNCTION_VARIABLE: &str = "FC_FUNCTION_NAME";

/// The HTTP library is silent unless it is named in [`LEVEL_VARIABLE`]: what it has to say of a broken listener the
/// runtime says itself, and the end of a listener that was closed on purpose is no error.
const HTTP_LIBRARY: &str = "tiny_http";

/// Makes `log`'s macros write lines like `2026-11-23T08:01:02.345Z <request id> [INFO] message` to stdout, or JSON.
///
/// [`Runtime::run`](crate::Runtime::run) calls this, but keeps a logger that the program has already installed.
pub fn init() {
    let filters = variable(LEVEL_VARIABLE);
    let filters = filters.as_deref().unwrap_or(DEFAULT_LEVEL);
    let installed = Builder::new()
        .filter_module(HTTP_LIBRARY, LevelFilter::Off)
        .parse_filters(filters)
        .target(Target::Pipe(Box::new(writer::Stdout)))
        .format(writer::write_record)
        .try_init();
    // An error means that the program has its own logger, which is then the one to use.
    if installed.is_ok() {
        choose_format();
    }
}

fn choose_format() {
    let name = variable(FORMAT_VARIABLE).unwrap_or_default();
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    writer::choose(|| {
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
        writer::write_log_line(Level::Warn, &message, &[]);
    }
}

/// The value of a variable that is set, and not to nothing.
fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}
