//! What one call has logged: its end, and which of its marker lines the function wrote itself.

use super::line::after;

/// What stands before the request id in a marker line of an invocation.
const START_LABEL: &[u8] = b"FC Invoke Start RequestId: ";
const END_LABEL: &[u8] = b"FC Invoke End RequestId: ";

/// What one call has logged.
#[derive(Debug, Clone)]
pub(crate) struct CallLog {
    /// The last bytes, at most the limit.
    pub(crate) tail: Vec<u8>,
    limit_bytes: usize,
    /// How many bytes before these were not kept.
    pub(crate) dropped_bytes: usize,
    /// Whether the function itself wrote the start marker of this call.
    pub(crate) start_marker: bool,
    /// Whether the function itself wrote the end marker of this call.
    pub(crate) end_marker: bool,
}

impl CallLog {
    /// An empty log that keeps so many bytes, from its end.
    pub(crate) fn keeping(limit_bytes: usize) -> Self {
        Self {
            tail: Vec::new(),
            limit_bytes,
            dropped_bytes: 0,
            start_marker: false,
            end_marker: false,
        }
    }

    pub(super) fn take_own_line(&mut self, request_id: &str, line: &[u8]) {
        self.start_marker |= has_marker(line, START_LABEL, request_id);
        self.end_marker |= has_marker(line, END_LABEL, request_id);
        self.push(line);
    }

    /// Appends, and forgets what is more than the limit.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        let excess = self.tail.len().saturating_sub(self.limit_bytes);
        self.tail.drain(..excess);
        self.dropped_bytes += excess;
    }
}

/// Whether the marker of an invocation stands in a line.
fn has_marker(mut line: &[u8], label: &[u8], request_id: &str) -> bool {
    while let Some(rest) = after(line, label) {
        if rest.starts_with(request_id.as_bytes()) {
            return true;
        }
        line = rest;
    }
    false
}

#[cfg(test)]
mod tests;
