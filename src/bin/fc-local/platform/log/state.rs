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
mod tests;
