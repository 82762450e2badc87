//! The log of one instance: everything it writes to stdout and stderr, line by line, in one order, and
//! for each call in progress its end: the last 4 KB ([contract §5.3](crate::check::sections::SECTIONS#5.3)), or more where
//! it is not for a header.
//!
//! It knows the marker lines of [contract §5.1](crate::check::sections::SECTIONS#5.1), but neither HTTP nor processes.

mod call;
mod line;
mod onlooker;

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe::Receiver;

use crate::facts::limit;

pub(crate) use call::CallLog;
use line::cut_line;
pub(crate) use line::marker_offset;
pub(crate) use onlooker::{LineSink, Onlooker};

/// The most that an unprivileged pipe can hold, and hence what may have been written before an answer.
const PIPE_BYTES_MAX: usize = 1024 * 1024;

/// What stands before the request id in a marker.
const ID_LABEL: &str = "RequestId: ";

/// The reading end of an instance's output.
pub(crate) struct LogHub {
    pipe: OwnedFd,
    state: Mutex<State>,
    sink: Option<LineSink>,
    /// How much of a call's log is kept, from its end.
    tail_bytes: usize,
}

struct State {
    partial: Vec<u8>,
    calls: BTreeMap<String, CallLog>,
    /// What was written before the first call; FC 2.0 shows it with that call.
    startup: CallLog,
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
        let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
        // This makes the reading end non-blocking, for its copy as well; the writing end stays blocking.
        let receiver = Receiver::from_owned_fd(read.try_clone()?)?;
        let hub = Arc::new(Self {
            pipe: read,
            state: Mutex::new(State::keeping(tail_bytes)),
            sink,
            tail_bytes,
        });
        tokio::spawn(follow(Arc::clone(&hub), receiver));
        Ok((hub, write))
    }

    /// Begins to collect for a call; a first call also gets what was logged before it.
    pub(crate) fn begin(&self, request_id: &str, with_startup: bool) {
        let mut state = self.lock();
        let empty = CallLog::keeping(self.tail_bytes);
        let startup = std::mem::replace(&mut state.startup, empty.clone());
        let log = if with_startup { startup } else { empty };
        state.calls.entry(request_id.to_owned()).or_insert(log);
    }

    /// Ends a call and returns what it logged.
    ///
    /// What the function wrote before its answer is in the pipe by then, so reading the pipe empty is
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
        self.read_all(|buffer| Ok(rustix::io::read(&self.pipe, buffer)?));
    }

    /// Reads all that is in the pipe now; `false` once the writers are gone.
    ///
    /// It reads no more than a pipe can hold: a function that writes without end must not keep it here.
    fn read_all(&self, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> bool {
        let mut buffer = [0; 16 * 1024];
        let mut state = self.lock();
        for _ in 0..PIPE_BYTES_MAX / buffer.len() {
            match read(&mut buffer) {
                Ok(0) => {
                    state.take_rest(self.sink.as_ref());
                    return false;
                }
                Ok(count) => state.take_bytes(&buffer[..count], self.sink.as_ref()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return true,
            }
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is only lines; a panic of another thread leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps reading, so that an instance never blocks on a full pipe.
async fn follow(hub: Arc<LogHub>, pipe: Receiver) {
    while pipe.readable().await.is_ok() && hub.read_all(|buffer| pipe.try_read(buffer)) {
        // Others want the log and the thread too, however much is written.
        tokio::task::yield_now().await;
    }
}

impl State {
    fn keeping(tail_bytes: usize) -> Self {
        Self {
            partial: Vec::new(),
            calls: BTreeMap::new(),
            startup: CallLog::keeping(tail_bytes),
        }
    }

    fn take_bytes(&mut self, bytes: &[u8], sink: Option<&LineSink>) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial);
                self.take_line(&line, sink);
            } else if self.partial.len() > limit::LOG_LINE_BYTES {
                // The rest of an endless line is dropped, so memory stays bounded.
                self.partial.truncate(limit::LOG_LINE_BYTES);
            }
        }
    }

    /// Takes what no line end follows any more, as a line.
    fn take_rest(&mut self, sink: Option<&LineSink>) {
        if !self.partial.is_empty() {
            let mut line = std::mem::take(&mut self.partial);
            line.push(b'\n');
            self.take_line(&line, sink);
        }
    }

    /// The call in progress whose id stands in a line. A marker has it at its own place, where it is found at once; in any
    /// other line each id is looked for.
    fn named_in(&self, text: &str) -> Option<String> {
        let marked = text.split_once(ID_LABEL).map(|(_, rest)| rest);
        let marked = marked.and_then(|rest| rest.split([',', ' ', '\n']).next());
        if let Some((id, _)) = marked.and_then(|id| self.calls.get_key_value(id)) {
            return Some(id.clone());
        }
        let mut ids = self.calls.keys();
        ids.find(|id| text.contains(id.as_str())).cloned()
    }

    fn take_line(&mut self, line: &[u8], sink: Option<&LineSink>) {
        let line = cut_line(line);
        if let Some(sink) = sink {
            sink(&line);
        }
        let text = String::from_utf8_lossy(&line);
        let named = self.named_in(&text);
        if let Some((id, log)) = named.and_then(|id| self.calls.get_mut(&id).map(|log| (id, log))) {
            log.take_own_line(&id, &text, &line);
        } else if self.calls.is_empty() {
            self.startup.push(&line);
        } else {
            // Nobody knows whose line it is; each call in progress gets it.
            self.calls.values_mut().for_each(|log| log.push(&line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CallLog, State, cut_line};
    use crate::facts::limit;

    fn state_with_calls(ids: &[&str]) -> State {
        let calls = ids
            .iter()
            .map(|id| ((*id).to_owned(), CallLog::keeping(limit::TAIL_LOG_BYTES)))
            .collect();
        State {
            calls,
            ..State::keeping(limit::TAIL_LOG_BYTES)
        }
    }

    fn tail(state: &State, id: &str) -> String {
        String::from_utf8_lossy(&state.calls[id].tail).into_owned()
    }

    #[test]
    fn lines_go_to_the_call_they_name_and_unnamed_ones_to_all() {
        let mut state = state_with_calls(&["one", "two"]);
        state.take_bytes(b"FC Invoke Start RequestId: one\nhalf", None);
        state.take_bytes(b" a line\nFC Invoke End RequestId: two\n", None);
        assert_eq!(
            tail(&state, "one"),
            "FC Invoke Start RequestId: one\nhalf a line\n"
        );
        assert_eq!(
            tail(&state, "two"),
            "half a line\nFC Invoke End RequestId: two\n"
        );
        let marks = |id: &str| (state.calls[id].start_marker, state.calls[id].end_marker);
        assert_eq!((marks("one"), marks("two")), ((true, false), (false, true)));
    }

    #[test]
    fn a_tail_is_the_last_4_kb() {
        let mut state = state_with_calls(&["one"]);
        (0..1000)
            .for_each(|number| state.take_bytes(format!("line {number:04}\n").as_bytes(), None));
        let log = &state.calls["one"];
        assert_eq!(
            (log.tail.len(), log.dropped_bytes),
            (limit::TAIL_LOG_BYTES, 10_000 - limit::TAIL_LOG_BYTES)
        );
        assert!(tail(&state, "one").ends_with("line 0999\n"));
    }

    #[test]
    fn an_endless_line_is_cut_at_32_kb() {
        let mut state = state_with_calls(&[]);
        (0..100).for_each(|_| state.take_bytes(&[b'x'; 1024], None));
        assert!(state.partial.len() <= limit::LOG_LINE_BYTES);
        assert_eq!(cut_line(&[b'x'; 40_000]).len(), limit::LOG_LINE_BYTES);
    }
}
