//! The process's stdout: whole lines, and none that a response waits for.
//!
//! Owns what happens to lines that cannot be written. It must not know what a line says.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use log::Level;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, write};

use super::line::{Format, Line};

/// What an output that has room takes at once without waiting, in bytes: `PIPE_BUF` of Linux.
const PIECE_BYTES: usize = 4096;

/// Where the system has a process's stdout by name, to be opened once more.
const STDOUT_PATH: &str = "/proc/self/fd/1";

/// The number of `/dev/null` on every Linux: device 3 of the memory devices, which are 1.
const NULL_DEVICE: u64 = (1 << 8) | 3;

/// How long lines wait, all together, for a slow reader. It begins anew when there is room without a wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// Writes a line, its end included, or loses it.
///
/// Stdout may be a pipe that is full because its reader stands still. After [`PATIENCE`] lines are dropped
/// and counted, and when there is room again a line says how many. The same goes for a full disk.
pub(super) fn write_line(line: &[u8], format: &Format) {
    let mut output = output();
    let is_reported = output.lost == 0 || output.report_loss(format);
    if !is_reported || !output.send(line) {
        output.lost += 1;
    }
}

/// One lock for markers and log lines keeps each of them whole.
fn output() -> MutexGuard<'static, Output> {
    static OUTPUT: OnceLock<Mutex<Output>> = OnceLock::new();
    let output = OUTPUT.get_or_init(|| Mutex::new(Output::open()));
    // A thread that panicked here has at worst lost its own line.
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stdout without the buffer of `std::io::stdout`.
///
/// What a handler prints without ending its line stays in that buffer, so a marker line written past it still begins
/// its own line. That does not hold for what leaves the buffer unfinished, because the handler flushes it or it is
/// longer than the buffer.
struct Output {
    /// Nothing when the process was started without a stdout.
    file: Option<File>,
    /// Whether a write may wait for a reader, so that the system has to be asked for room before.
    may_wait: bool,
    /// How long the next line may still wait.
    patience: Duration,
    /// How many lines were lost since one was last written.
    lost: u64,
    /// Whether the last line that was begun has no end.
    is_torn: bool,
}

impl Output {
    fn open() -> Self {
        Self::of(io::stdout().as_fd(), STDOUT_PATH)
    }

    /// The output that this descriptor is of, which can be opened by this path as well.
    fn of(stdout: BorrowedFd<'_>, path: &str) -> Self {
        let (file, may_wait) = match kind(stdout) {
            Kind::Reopened => match reopen(path) {
                Some(own) => (Some(own), false),
                None => (copy(stdout), true),
            },
            Kind::Ready => (copy(stdout), false),
            Kind::Other => (copy(stdout), true),
        };
        Self {
            file,
            may_wait,
            patience: PATIENCE,
            lost: 0,
            is_torn: false,
        }
    }

    /// Returns how many lines are lost, if that can be written.
    fn report_loss(&mut self, format: &Format) -> bool {
        let line = format.write(&Line {
            level: Level::Warn,
            request_id: "",
            message: &format!(
                "{} log lines are lost because they could not be written",
                self.lost
            ),
            fields: &[],
        });
        let end_of_another = if self.is_torn { "\n" } else { "" };
        let is_reported = self.send(format!("{end_of_another}{line}").as_bytes());
        if is_reported {
            self.lost = 0;
        }
        is_reported
    }

    /// Writes a line, and waits for its reader no longer than the patience that is left.
    ///
    /// Where a write may wait, the line is written in pieces that do not, as long as nobody else fills the same output
    /// between the look at it and the piece; a handler that prints directly waits for its reader anyhow.
    fn send(&mut self, line: &[u8]) -> bool {
        let Some(file) = &self.file else {
            return true;
        };
        let wait_writable = |time| wait_writable(file, time);
        let (mut rest, mut has_waited) = (line, false);
        while !rest.is_empty() {
            let mut piece = rest;
            if self.may_wait {
                if !await_room(wait_writable, &mut self.patience) {
                    return false;
                }
                piece = &rest[..rest.len().min(PIECE_BYTES)];
            }
            match write(file, piece) {
                Ok(written @ 1..) => {
                    rest = &rest[written..];
                    self.is_torn = true;
                    if !(self.may_wait || has_waited) {
                        self.patience = PATIENCE;
                    }
                    has_waited = false;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    if !wait(wait_writable, &mut self.patience) {
                        return false;
                    }
                    has_waited = true;
                }
                // Output that is closed, or a disk that is full, costs the line.
                Ok(0) | Err(_) => return false,
            }
        }
        self.is_torn = false;
        true
    }
}

/// What an output does to who writes.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// A pipe or a terminal: it waits for its reader, but can be opened once more.
    Reopened,
    /// It takes everything at once.
    Ready,
    /// A socket or another device: it may wait.
    Other,
}

fn kind(output: BorrowedFd<'_>) -> Kind {
    let Ok(stat) = fstat(output) else {
        return Kind::Other;
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Fifo => Kind::Reopened,
        FileType::RegularFile => Kind::Ready,
        FileType::CharacterDevice if stat.st_rdev == NULL_DEVICE => Kind::Ready,
        // A write to one waits until it has taken everything, however much room it said to have.
        FileType::CharacterDevice if output.is_terminal() => Kind::Reopened,
        _ => Kind::Other,
    }
}

/// Opens a pipe or a terminal once more, so that a write to it never waits. To the descriptor that the process was given nothing may
/// be done: everything else that has it, such as the handler's own prints, would not wait any more either.
///
/// A file must not be opened like that, since it would be written from its start.
fn reopen(path: &str) -> Option<File> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    open(path, flags, Mode::empty()).ok().map(File::from)
}

fn copy(output: BorrowedFd<'_>) -> Option<File> {
    output.try_clone_to_owned().ok().map(File::from)
}

/// Waits until there is room for a piece, but not longer than the patience that is left. `wait_writable` looks for so long.
fn await_room(wait_writable: impl Fn(Duration) -> bool, patience: &mut Duration) -> bool {
    if wait_writable(Duration::ZERO) {
        *patience = PATIENCE;
        return true;
    }
    wait(wait_writable, patience)
}

/// The same where it is known that there is no room yet.
fn wait(wait_writable: impl Fn(Duration) -> bool, patience: &mut Duration) -> bool {
    let until = Instant::now() + *patience;
    while !patience.is_zero() {
        let is_ready = wait_writable(*patience);
        // A wait that was worth it is a wait too, or a slow reader would get one for each piece.
        *patience = until.saturating_duration_since(Instant::now());
        if is_ready {
            return true;
        }
    }
    false
}

/// Waits until a piece can be written, but not longer than this; returns whether it can. A signal may cut the time short.
fn wait_writable(file: &File, time: Duration) -> bool {
    let mut stdout = [PollFd::new(file, PollFlags::OUT)];
    // Where it cannot be known, writing says: no line is lost because nobody could look.
    match poll(&mut stdout, Timespec::try_from(time).ok().as_ref()) {
        Ok(ready) => ready > 0,
        Err(error) => error != Errno::INTR,
    }
}

#[cfg(test)]
mod pipes;

#[cfg(test)]
mod tests {
    use super::{PATIENCE, await_room};
    use std::time::{Duration, Instant};

    #[test]
    fn a_wait_that_was_worth_it_uses_patience_up_too() {
        let mut patience = PATIENCE;
        let at_once = |_| true;
        assert!(await_room(at_once, &mut patience) && patience == PATIENCE);
        let after_a_moment = |time: Duration| {
            let began = Instant::now();
            while began.elapsed().is_zero() {}
            !time.is_zero()
        };
        assert!(await_room(after_a_moment, &mut patience) && patience < PATIENCE);
        let before = patience;
        assert!(await_room(after_a_moment, &mut patience) && patience < before);
        assert!(await_room(at_once, &mut patience) && patience == PATIENCE);
    }

    #[test]
    fn without_patience_nothing_is_waited_for() {
        let mut patience = Duration::ZERO;
        let never = |time: Duration| {
            assert!(time.is_zero(), "it was waited");
            false
        };
        assert!(!await_room(never, &mut patience) && patience.is_zero());
    }
}
