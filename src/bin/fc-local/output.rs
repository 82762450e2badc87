//! What fc-local shows to people: results on stdout, everything else on stderr, colours and progress on a
//! terminal only.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hyper::body::Bytes;
use hyper::http::response;

const YELLOW: &str = "\x1b[33m";
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// Says why the command failed, and gives the exit code for it.
pub(crate) fn fail(message: &str) -> ExitCode {
    let stderr = io::stderr();
    let line = paint(&format!("fc-local: {message}"), RED, stderr.is_terminal());
    // Nothing is left to do about a closed stderr.
    let _ = writeln!(stderr.lock(), "{line}");
    ExitCode::FAILURE
}

/// Says something that has to be known, be stderr a terminal or not.
pub(crate) fn say(message: &str) {
    // Nothing is left to do about a closed stderr.
    let _ = writeln!(io::stderr().lock(), "fc-local: {message}");
}

/// Reports progress to a person who waits; a pipe gets nothing.
pub(crate) fn progress(message: &str) {
    if io::stderr().is_terminal() {
        eprintln!("fc-local: {message}");
    }
}

/// Writes a tail log as `fun invoke` does ([contract §6](crate::check::sections::SECTIONS#6)).
pub(crate) fn write_log(out: &mut Vec<u8>, log: &[u8]) {
    let begin = title("========= FC invoke Logs begin =========", YELLOW);
    let end = title("========= FC invoke Logs end =========", YELLOW);
    out.extend_from_slice(format!("{begin}\n").as_bytes());
    out.extend_from_slice(log);
    out.extend_from_slice(format!("\n{end}\n\n").as_bytes());
}

/// Writes an event result as `fun invoke` does.
pub(crate) fn write_event_result(out: &mut Vec<u8>, body: &Bytes) {
    out.extend_from_slice(format!("{}\n", result_title()).as_bytes());
    out.extend_from_slice(body);
    out.push(b'\n');
}

/// Writes an HTTP answer under the same title: status line, headers, body.
pub(crate) fn write_http_result(out: &mut Vec<u8>, head: &response::Parts, body: &Bytes) {
    let status = format!("{}\n{:?} {}\n", result_title(), head.version, head.status);
    out.extend_from_slice(status.as_bytes());
    for (name, value) in &head.headers {
        out.extend_from_slice(format!("{name}: ").as_bytes());
        out.extend_from_slice(value.as_bytes());
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(body);
    out.push(b'\n');
}

/// Prints bytes as they are.
pub(crate) fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
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

fn result_title() -> String {
    title("FC Invoke Result:", GREEN)
}

/// A line of stdout, in colour if that is a terminal.
fn title(text: &str, colour: &str) -> String {
    paint(text, colour, io::stdout().is_terminal())
}

fn paint(text: &str, colour: &str, on: bool) -> String {
    if on {
        format!("{colour}{text}{PLAIN}")
    } else {
        text.to_owned()
    }
}
