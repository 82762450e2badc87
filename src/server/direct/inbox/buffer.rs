//! The bytes that were read of a connection and not yet used.
//!
//! Owns their memory: how much is read at once, and when it is given back. It must not know where bytes come from.

use std::io::BufRead;

use crate::server::refusal::{self, Refusal};

/// What ends a line.
pub(in crate::server::direct) const CRLF: &[u8] = b"\r\n";

/// The first read's size, in bytes: a head of the platform and a small event fit into it, and with what an allocator keeps
/// of a block it is no more than a page. [`PerCore`](crate::PerCore) takes such a block from its own stock; the C library
/// would have to ask the system for one.
pub(super) const SMALLEST: usize = 4 * 1024 - 64;
/// The largest read's size, in bytes: larger ones hardly save calls of the system. It is the smallest one, doubled.
pub(super) const LARGEST: usize = 16 * SMALLEST;

/// The bytes that were read and not yet used. It is as small as one read at first, and doubles whenever a read has filled
/// it. Only a head or a line that is longer makes it larger than the largest read.
///
/// It outlives its [`Inbox`](super::Inbox), so that a connection can wait without a thread for the rest of a head, and the next one can
/// have the memory.
#[derive(Debug, Default)]
pub(in crate::server::direct) struct Buffer {
    bytes: Vec<u8>,
    /// Where what is not yet used begins.
    start: usize,
    /// How much of it was searched for the end of a head.
    searched: usize,
}

impl Buffer {
    /// Whether all that has been read is used.
    pub(in crate::server::direct) fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    #[cfg(test)]
    pub(in crate::server::direct) fn is_unused(&self) -> bool {
        self.bytes.capacity() == 0
    }

    /// Gives memory back that an idle connection does not need: what is larger than it began with.
    pub(in crate::server::direct) fn shrink(&mut self) {
        if self.is_empty() && self.bytes.capacity() > SMALLEST {
            *self = Self::default();
        }
    }

    /// How many bytes of memory it keeps while it waits, beyond what every one may keep: the smallest buffer.
    pub(super) fn kept_bytes(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        self.bytes.capacity().saturating_sub(SMALLEST)
    }

    pub(super) fn unused(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn advance(&mut self, length: usize) {
        self.start += length;
        self.searched = 0;
    }

    /// The last so many bytes that were used.
    pub(super) fn used(&self, length: usize) -> &[u8] {
        &self.bytes[self.start - length..self.start]
    }

    pub(super) fn skip_empty_lines(&mut self) {
        while self.unused().starts_with(CRLF) {
            self.advance(CRLF.len());
        }
    }

    pub(super) fn has_head(&mut self, most: usize) -> bool {
        self.skip_empty_lines();
        loop {
            let here = self.unused();
            let searched = self.searched + up_to_lf(&here[self.searched..]);
            let has_head = match &here[..searched] {
                [.., b'\n', b'\r', b'\n'] => true,
                // It will be refused.
                [.., before, b'\n'] if *before != b'\r' => true,
                [b'\n'] => true,
                _ => searched > most,
            };
            let is_all = searched == here.len();
            self.searched = searched;
            if has_head || is_all {
                return has_head;
            }
        }
    }

    /// Makes room for the next read, at the end of the bytes that it returns.
    pub(super) fn make_room(&mut self) -> Result<&mut Vec<u8>, &'static Refusal> {
        let capacity = self.bytes.capacity();
        let is_filled = self.bytes.len() == capacity;
        // What has no place in the largest read is bounded by a limit: a head, or the line before a chunk.
        if is_filled && (capacity < LARGEST || self.start == 0) {
            let mut larger = Vec::new();
            let room = larger.try_reserve_exact(SMALLEST.max(capacity * 2));
            room.map_err(|_| &refusal::NO_MEMORY)?;
            larger.extend_from_slice(self.unused());
            self.bytes = larger;
        } else {
            self.bytes.copy_within(self.start.., 0);
            self.bytes.truncate(self.bytes.len() - self.start);
        }
        self.start = 0;
        Ok(&mut self.bytes)
    }
}

/// How many bytes there are up to the first line feed, which is one of them, or all.
pub(in crate::server::direct) fn up_to_lf(mut bytes: &[u8]) -> usize {
    // The standard library's search, which looks at many bytes at once; a slice never fails.
    bytes.skip_until(b'\n').unwrap_or_default()
}
