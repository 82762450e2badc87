//! Owns the few steps between a new process and the server in it: into the cgroup, use a part of
//! the quota, note the time, become the server. Another program that did so, such as a shell, would
//! be measured along.

use std::fs;
use std::hint;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use crate::cgroup::Cgroup;
use crate::process::own_cpu_time;

/// The first word of a command line that is an order of this module.
pub const ORDER: &str = "join-cgroup";
/// What the note of the time begins with.
const NOTE: &str = "joined";

/// When a server began, and what had been used in its process before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Began {
    /// On the clock of [`now`].
    pub at: Duration,
    /// The CPU time of the process until then.
    pub cpu: Duration,
}

/// The command line that joins `group`, uses `burn_us` of its quota and becomes `argv`.
///
/// # Errors
/// When this program does not know its own file.
pub fn argv(group: &Cgroup, burn_us: u32, argv: &[String]) -> io::Result<Vec<String>> {
    let own = std::env::current_exe()?;
    let own = own.to_string_lossy().into_owned();
    let entry = group.entry().to_string_lossy().into_owned();
    let mut words = vec![own, ORDER.to_owned(), entry, burn_us.to_string()];
    words.extend_from_slice(argv);
    Ok(words)
}

/// Does what [`argv`] says; returns only if that failed.
pub fn act(words: &[String]) -> String {
    match steps(words) {
        Ok(never) => match never {},
        Err(error) => format!("{ORDER}: {error}"),
    }
}

fn steps(words: &[String]) -> io::Result<std::convert::Infallible> {
    let [entry, burn_us, program, args @ ..] = words else {
        return Err(io::Error::other("it needs a file, a time and a program"));
    };
    let burn = Duration::from_micros(burn_us.parse().map_err(io::Error::other)?);
    // 0 stands for the process that writes it, in both interfaces.
    fs::write(entry, "0")?;
    let before = own_cpu_time()?;
    while own_cpu_time()? < before + burn {
        hint::spin_loop();
    }
    let mut command = Command::new(program);
    command.args(args);
    // Its stderr is a file that the harness reads; the server's own words follow this line. One
    // write, because what is done from here on is part of the start.
    let note = format!(
        "{NOTE} {} {}\n",
        now()?.as_nanos(),
        own_cpu_time()?.as_nanos()
    );
    io::stderr().write_all(note.as_bytes())?;
    Err(command.exec())
}

/// Reads the note from what a server said.
///
/// # Errors
/// When it is not there: then the server never began.
pub fn read(errors: &Path) -> io::Result<Began> {
    let text = String::from_utf8_lossy(&fs::read(errors)?).into_owned();
    parse(&text).ok_or_else(|| io::Error::other(format!("it did not begin: {}", text.trim())))
}

/// Whether a line is the note, not the server's.
pub fn is_note(line: &str) -> bool {
    line.starts_with(NOTE) && parse(line).is_some()
}

fn parse(text: &str) -> Option<Began> {
    let mut words = text.lines().next()?.strip_prefix(NOTE)?.split_whitespace();
    let mut next = || Some(Duration::from_nanos(words.next()?.parse().ok()?));
    Some(Began {
        at: next()?,
        cpu: next()?,
    })
}

/// A clock that all processes share.
///
/// # Errors
/// When the kernel has none.
pub fn now() -> io::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_MONOTONIC)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_is_the_first_line_and_is_told_from_a_servers_words() {
        let began = parse("joined 5000 300\nnode: cannot open\n").unwrap();
        let wanted = Began {
            at: Duration::from_nanos(5000),
            cpu: Duration::from_nanos(300),
        };
        assert_eq!(began, wanted);
        assert_eq!(parse("node: cannot open\njoined 1 2\n"), None);
        assert!(is_note("joined 1 2") && !is_note("joined the others"));
    }

    #[test]
    fn a_process_that_cannot_join_says_so_and_starts_nothing() {
        let words = ["/no/such/group", "0", "/bin/true"].map(str::to_owned);
        assert!(act(&words).starts_with("join-cgroup: No such file"));
        assert!(act(&words[..2]).contains("a file, a time and a program"));
    }
}
