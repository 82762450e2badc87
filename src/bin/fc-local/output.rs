//! What fc-local shows to people: results on stdout, everything else on stderr, colours and progress on a
//! terminal only.

mod apart;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::LazyLock;

pub(crate) use apart::{Apart, logs};

pub(crate) const YELLOW: &str = "\x1b[33m";
pub(crate) const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// The exit code for a command line that asks for something impossible; `clap` ends with the same.
const WRONG_COMMAND_LINE: u8 = 2;

/// Says what is wrong with the command line, and gives the exit code for it.
pub(crate) fn refuse(message: &str) -> ExitCode {
    fail(message);
    ExitCode::from(WRONG_COMMAND_LINE)
}

/// Says why the command failed, and gives the exit code for it.
pub(crate) fn fail(message: &str) -> ExitCode {
    let is_terminal = io::stderr().is_terminal();
    let line = paint(&format!("fc-local: {message}"), RED, is_terminal);
    apart::message(format!("{line}\n"));
    ExitCode::FAILURE
}

/// Says something that has to be known, be stderr a terminal or not.
pub(crate) fn say(message: &str) {
    apart::message(format!("fc-local: {message}\n"));
}

/// Reports progress to a person who waits; a pipe gets nothing.
pub(crate) fn progress(message: impl Display) {
    // Each request is reported, and to ask the system would cost each.
    static IS_WATCHED: LazyLock<bool> = LazyLock::new(|| io::stderr().is_terminal());
    if *IS_WATCHED {
        apart::progress(format!("fc-local: {message}\n"));
    }
}

/// Prints bytes as they are.
pub(crate) fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Writes bytes to stderr as they are.
pub(crate) fn print_aside(bytes: &[u8]) {
    apart::write(bytes);
}

/// Prints the result of a command.
///
/// # Errors
///
/// stdout is closed; the text says so.
pub(crate) fn print_result(bytes: &[u8]) -> Result<(), String> {
    print(bytes).map_err(|error| format!("cannot write to stdout: {error}"))
}

/// Prints lines, each with its end.
///
/// # Errors
///
/// As [`print_result`].
pub(crate) fn print_lines(lines: &[String]) -> Result<(), String> {
    print_result(format!("{}\n", lines.join("\n")).as_bytes())
}

/// How a command ends: what went wrong is said.
pub(crate) fn exit_code(result: Result<(), String>) -> ExitCode {
    result.map_or_else(|message| fail(&message), |()| ExitCode::SUCCESS)
}

/// A text in a colour, if that is on.
pub(crate) fn paint(text: &str, colour: &str, on: bool) -> String {
    if on {
        format!("{colour}{text}{PLAIN}")
    } else {
        text.to_owned()
    }
}
