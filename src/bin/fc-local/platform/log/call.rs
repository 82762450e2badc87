//! What one call has logged: its end, and which of its marker lines the function wrote itself.

use super::line::after;

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
        self.start_marker |= has_marker(line, "Start", request_id);
        self.end_marker |= has_marker(line, "End", request_id);
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
fn has_marker(line: &[u8], edge: &str, request_id: &str) -> bool {
    let marker = format!("FC Invoke {edge} RequestId: {request_id}");
    after(line, marker.as_bytes()).is_some()
}
