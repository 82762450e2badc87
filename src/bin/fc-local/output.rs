//! What fc-local shows to people: results on stdout, everything else on stderr, colours and progress on a
//! terminal only.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hyper::body::Bytes;
use hyper::http::response;

use crate::report::Report;

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

/// Tells what is going on, to a person who waits; a pipe gets nothing.
pub(crate) fn progress(message: &str) {
    if io::stderr().is_terminal() {
        eprintln!("fc-local: {message}");
    }
}

/// Prints a log as `fun invoke` does (contract §6).
pub(crate) fn print_log(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let colour = io::stdout().is_terminal();
    writeln!(
        out,
        "{}",
        paint("========= FC invoke Logs begin =========", YELLOW, colour)
    )?;
    out.write_all(&report.log.tail)?;
    writeln!(
        out,
        "\n{}\n",
        paint("========= FC invoke Logs end =========", YELLOW, colour)
    )
}

/// Prints an event result as `fun invoke` does.
pub(crate) fn print_event_result(body: &Bytes) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", result_title())?;
    out.write_all(body)?;
    out.write_all(b"\n")
}

/// Prints an HTTP answer under the same title: status line, headers, body.
pub(crate) fn print_http_result(head: &response::Parts, body: &Bytes) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}\n{:?} {}",
        result_title(),
        head.version,
        head.status
    )?;
    for (name, value) in &head.headers {
        writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
    }
    out.write_all(b"\n")?;
    out.write_all(body)?;
    out.write_all(b"\n")
}

fn result_title() -> String {
    paint("FC Invoke Result:", GREEN, io::stdout().is_terminal())
}

fn paint(text: &str, colour: &str, on: bool) -> String {
    if on {
        format!("{colour}{text}{PLAIN}")
    } else {
        text.to_owned()
    }
}
