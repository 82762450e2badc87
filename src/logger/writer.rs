//! The way of a line: from what somebody logs, with the request id of the thread's call, to the output.
//!
//! Owns the format that was chosen for the process. It must not know who chooses it, nor what happens to a line that
//! cannot be written.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::OnceLock;

use log::{Level, Record};

#[cfg(feature = "kv")]
use super::fields;
use super::line::{Format, Line};
use super::output;
use super::spare::lend;
use crate::error::Error;
use crate::scope::Scope;

/// How lines are written; nothing stands here while the program uses its own logger.
static FORMAT: OnceLock<Format> = OnceLock::new();

/// Chooses how lines are written, for all that come from now on.
pub(super) fn choose(format: impl FnOnce() -> Format) {
    FORMAT.get_or_init(format);
}

/// Writes the error of an invocation or hook, which stands before its end line
/// ([contract §5.1](crate::guide::contract#5.1)), whatever the level is.
pub(crate) fn write_failure(error: &Error) {
    match FORMAT.get() {
        Some(Format::Json { .. }) => {
            write_log_line(Level::Error, error.message(), &error.type_and_trace());
        }
        None if log::log_enabled!(Level::Error) => log_json(Level::Error, error),
        _ => write_log_line(Level::Error, &error.to_json(), &[]),
    }
}

/// Logs an error that is the client's mistake and no failure, for those who look closely.
pub(crate) fn log_mistake(error: &Error) {
    log_json(Level::Debug, error);
}

// One function for both levels: each `log!` is 300 bytes of the zip.
fn log_json(level: Level, error: &Error) {
    log::log!(level, "{}", error.to_json());
}

pub(super) fn write_record<W: Write>(out: &mut W, record: &Record<'_>) -> io::Result<()> {
    #[cfg(feature = "kv")]
    let fields = fields::of(record, format());
    #[cfg(not(feature = "kv"))]
    let fields = [];
    let mut written = Ok(());
    lend(|spare| &spare.message, &mut |message| {
        let shown = message.write_fmt(*record.args());
        shown.expect("a text takes every byte, so that a value has refused to be shown");
        with_log_line(record.level(), message, &fields, &mut |line| {
            written = out.write_all(line.as_bytes());
        });
    });
    written
}

/// Writes a line of this thread's call past the logger, so that no level can silence it.
pub(super) fn write_log_line(level: Level, message: &str, fields: &[String]) {
    with_log_line(level, message, fields, &mut write_whole);
}

fn with_log_line(level: Level, message: &str, fields: &[String], run: &mut dyn FnMut(&str)) {
    let id = Scope::request_id();
    lend(|spare| &spare.line, &mut |text| {
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
pub(super) fn write_line(parts: &[&str]) {
    lend(|spare| &spare.line, &mut |line| {
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
pub(super) struct Stdout;

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
    use super::super::spare::{KEPT_BYTES, kept};
    use super::{Scope, write_record};
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
        let long = "x".repeat(2 * KEPT_BYTES);
        assert!(line(format_args!("{long}")).contains(&long));
        assert_eq!(kept(), (0, 0));
        line(format_args!("short"));
        assert_eq!(kept(), (KEPT_BYTES, KEPT_BYTES));
    }
}
