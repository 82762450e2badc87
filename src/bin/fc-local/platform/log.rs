//! The log of one instance: everything it writes to stdout and stderr, line by line, in one order, and
//! for each call in progress its end: the last 4 KB ([contract §5.3](crate::check::sections::SECTIONS#5.3)), or more where
//! it is not for a header.
//!
//! It knows the marker lines of [contract §5.1](crate::check::sections::SECTIONS#5.1), but neither HTTP nor processes.

mod call;
mod line;
mod onlooker;
mod state;

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::io::{Errno, ioctl_fionbio, read};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe::Receiver;
use tokio::time::sleep;

pub(crate) use call::CallLog;
pub(crate) use line::marker_offset;
pub(crate) use onlooker::{LineSink, Onlooker};
use state::State;

/// The most that an unprivileged pipe can hold, and hence what may have been written before a response.
const PIPE_BYTES_MAX: usize = 1024 * 1024;

/// How much of it is read at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// How long lines may wait to be shown while an instance writes: each call takes its own at its end, and to be woken for each
/// line costs more than the line.
const LOOK_PAUSE: Duration = Duration::from_millis(2);

/// After so many looks that found nothing new, an instance is quiet.
const QUIET_LOOKS: u32 = 25;

/// The reading end of an instance's output.
pub(crate) struct LogHub {
    pipe: OwnedFd,
    state: Mutex<State>,
    sink: Option<LineSink>,
    /// How much of a call's log is kept, from its end.
    tail_bytes: usize,
}

impl std::fmt::Debug for LogHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogHub")
            .field("pipe", &self.pipe)
            .finish_non_exhaustive()
    }
}

impl LogHub {
    /// Makes the log, which keeps so many bytes of a call, and the writing end that the instance gets as its stdout and
    /// stderr.
    pub(crate) fn new(
        sink: Option<LineSink>,
        tail_bytes: usize,
    ) -> io::Result<(Arc<Self>, OwnedFd)> {
        let (pipe, write) = pipe_with(PipeFlags::CLOEXEC)?;
        // The writing end stays blocking.
        ioctl_fionbio(&pipe, true)?;
        let hub = Arc::new(Self {
            pipe,
            state: Mutex::new(State::keeping(tail_bytes)),
            sink,
            tail_bytes,
        });
        tokio::spawn(follow(Arc::clone(&hub)));
        Ok((hub, write))
    }

    /// Begins to collect for a call; a first call also gets what was logged before it.
    pub(crate) fn begin(&self, request_id: &str, with_startup: bool) {
        // What is in the pipe was written before the call.
        self.drain();
        let mut state = self.lock();
        let empty = CallLog::keeping(self.tail_bytes);
        let startup = std::mem::replace(&mut state.startup, empty.clone());
        let log = if with_startup { startup } else { empty };
        state.calls.entry(request_id.to_owned()).or_insert(log);
    }

    /// Ends a call and returns what it logged.
    ///
    /// What the function wrote before its response is in the pipe by then, so reading the pipe empty is
    /// enough: no waiting, no guessing.
    pub(crate) fn end(&self, request_id: &str) -> CallLog {
        self.drain();
        let log = self.lock().calls.remove(request_id);
        log.unwrap_or_else(|| CallLog::keeping(self.tail_bytes))
    }

    /// What was written before any call began.
    pub(crate) fn startup_text(&self) -> String {
        self.drain();
        let mut state = self.lock();
        state.take_rest(self.sink.as_ref());
        String::from_utf8_lossy(&state.startup.tail).into_owned()
    }

    /// The lines that were written before any call began.
    pub(crate) fn startup_lines(&self) -> Vec<u8> {
        self.drain();
        self.lock().startup.tail.clone()
    }

    /// Adds a line that the platform writes into the function's log.
    pub(crate) fn note(&self, line: &str) {
        if let Some(sink) = &self.sink {
            sink(format!("{line}\n").as_bytes());
        }
    }

    /// Takes what is in the pipe now.
    pub(crate) fn drain(&self) {
        self.read_all();
    }

    /// Reads all that is in the pipe now; says how many bytes were ever read, by whomever, and nothing once the writers are
    /// gone.
    ///
    /// It reads no more than a pipe can hold: a function that writes without end must not keep it here.
    fn read_all(&self) -> Option<u64> {
        let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
        let mut state = self.lock();
        for _ in 0..PIPE_BYTES_MAX / BUFFER_BYTES {
            match read(&self.pipe, &mut buffer) {
                Ok(([], _)) => {
                    state.take_rest(self.sink.as_ref());
                    return None;
                }
                Ok((bytes, _)) => {
                    // Then the pipe is empty, and no part of a line is left that its writers' end would make a line.
                    let is_all = bytes.len() < BUFFER_BYTES && bytes.ends_with(b"\n");
                    state.take_bytes(bytes, self.sink.as_ref());
                    if is_all {
                        break;
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        Some(state.read_bytes)
    }

    /// Waits until there is something in the pipe, or its writers are gone.
    async fn readable(&self) -> io::Result<()> {
        // A copy, since the reactor keeps what it watches.
        let pipe = Receiver::from_owned_fd(self.pipe.try_clone()?)?;
        pipe.readable().await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is only lines; a panic of another thread leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps reading, so that an instance never blocks on a full pipe.
async fn follow(hub: Arc<LogHub>) {
    while hub.readable().await.is_ok() {
        let (mut before, mut quiet_looks) = (0, 0);
        while quiet_looks < QUIET_LOOKS {
            let Some(now) = hub.read_all() else { return };
            if now - before >= BUFFER_BYTES as u64 {
                // Others want the log and the thread too, however much is written.
                tokio::task::yield_now().await;
            } else {
                sleep(LOOK_PAUSE).await;
            }
            quiet_looks = if now == before { quiet_looks + 1 } else { 0 };
            before = now;
        }
    }
}

#[cfg(test)]
mod tests;
