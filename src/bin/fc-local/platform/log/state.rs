//! What an instance has written so far: whole lines, and whose each is.
//!
//! It must not know where lines come from.

use std::collections::BTreeMap;

use super::line::{after, cut_line};
use super::{CallLog, LineSink};
use crate::facts::limit;

/// What stands before the request id in a marker.
const ID_LABEL: &[u8] = b"RequestId: ";

/// The calls in progress, by their ids.
type Calls = BTreeMap<String, CallLog>;

/// The lines of an instance that are not yet told apart or handed on, and those of each call in progress.
pub(super) struct State {
    partial: Vec<u8>,
    /// Whole lines that the sink does not have yet.
    fresh: Vec<u8>,
    /// How many bytes were read so far.
    pub(super) read_bytes: u64,
    pub(super) calls: Calls,
    /// What was written before the first call; FC 2.0 shows it with that call.
    pub(super) startup: CallLog,
}

impl State {
    pub(super) fn keeping(tail_bytes: usize) -> Self {
        Self {
            partial: Vec::new(),
            fresh: Vec::new(),
            read_bytes: 0,
            calls: BTreeMap::new(),
            startup: CallLog::keeping(tail_bytes),
        }
    }

    pub(super) fn take_bytes(&mut self, bytes: &[u8], sink: Option<&LineSink>) {
        self.read_bytes += bytes.len() as u64;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let is_whole = piece.ends_with(b"\n");
            if is_whole && self.partial.is_empty() {
                self.take_line(piece);
                continue;
            }
            self.partial.extend_from_slice(piece);
            if is_whole {
                let line = std::mem::take(&mut self.partial);
                self.take_line(&line);
            } else if self.partial.len() > limit::LOG_LINE_BYTES {
                // The rest of an endless line is dropped, so memory stays bounded.
                self.partial.truncate(limit::LOG_LINE_BYTES);
            }
        }
        self.hand_on(sink);
    }

    /// Gives the sink the lines that have come, all at once: a file is written to once for all of them.
    fn hand_on(&mut self, sink: Option<&LineSink>) {
        if let Some(sink) = sink.filter(|_| !self.fresh.is_empty()) {
            sink(&self.fresh);
        }
        self.fresh.clear();
    }

    /// Takes what no line end follows any more, as a line.
    pub(super) fn take_rest(&mut self, sink: Option<&LineSink>) {
        if !self.partial.is_empty() {
            let mut line = std::mem::take(&mut self.partial);
            line.push(b'\n');
            self.take_line(&line);
            self.hand_on(sink);
        }
    }

    fn take_line(&mut self, line: &[u8]) {
        let line = cut_line(line);
        self.fresh.extend_from_slice(&line);
        if let Some((id, log)) = named_in(&mut self.calls, &line) {
            log.take_own_line(id, &line);
        } else if self.calls.is_empty() {
            self.startup.push(&line);
        } else {
            // Nobody knows whose line it is; each call in progress gets it.
            self.calls.values_mut().for_each(|log| log.push(&line));
        }
    }
}

/// The call in progress whose id stands in a line. A marker has it at its own place, where it is found at once; in any other
/// line each id is looked for.
fn named_in<'a>(calls: &'a mut Calls, line: &'a [u8]) -> Option<(&'a str, &'a mut CallLog)> {
    let marked = after(line, ID_LABEL);
    let marked = marked.and_then(|rest| rest.split(|byte| b", \n".contains(byte)).next());
    let marked = marked.and_then(|id| std::str::from_utf8(id).ok());
    if let Some(id) = marked.filter(|id| calls.contains_key(*id)) {
        return calls.get_mut(id).map(|log| (id, log));
    }
    let mut calls = calls.iter_mut();
    let named = calls.find(|(id, _)| after(line, id.as_bytes()).is_some());
    named.map(|(id, log)| (id.as_str(), log))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::{CallLog, LineSink, State, cut_line};
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
    fn lines_that_come_at_once_are_handed_on_at_once() {
        let handed = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&handed);
        let sink: LineSink = Arc::new(move |lines: &[u8]| {
            seen.lock().expect("whole").push(lines.to_vec());
        });
        let mut state = state_with_calls(&[]);
        state.take_bytes(b"one\ntwo\nhal", Some(&sink));
        state.take_bytes(b"f\n", Some(&sink));
        let handed = handed.lock().expect("whole").clone();
        assert_eq!(handed, [b"one\ntwo\n".to_vec(), b"half\n".to_vec()]);
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
