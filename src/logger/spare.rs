//! Memory that a thread keeps for its next line, so that none is asked for each.
//!
//! Owns how much is kept. It must not know what is written into it.

use std::cell::Cell;

/// What a thread keeps. In one piece, because each that has something to drop costs the thread's end a step.
pub(super) struct Spare {
    /// For the next line.
    pub(super) line: Cell<String>,
    /// For its message.
    pub(super) message: Cell<String>,
}

thread_local! {
    static SPARE: Spare = const {
        Spare {
            line: Cell::new(String::new()),
            message: Cell::new(String::new()),
        }
    };
}

/// How many bytes a thread keeps for its next line. Longer lines are rare, and an instance may have hundreds of threads.
pub(super) const KEPT_BYTES: usize = 512;

/// Lends a text that is empty and mostly has room already. What logs while it is lent, as a value may that is being
/// shown, or while its thread ends, gets another one.
pub(super) fn lend(of: fn(&Spare) -> &Cell<String>, run: &mut dyn FnMut(&mut String)) {
    let mut text = SPARE.try_with(|spare| of(spare).take()).unwrap_or_default();
    text.reserve(KEPT_BYTES);
    run(&mut text);
    if text.capacity() == KEPT_BYTES {
        text.clear();
        // Where the thread is ending, nothing is kept.
        let _ = SPARE.try_with(|spare| of(spare).set(text));
    }
}

/// The capacity of what this thread keeps for its next line, and for its message.
#[cfg(test)]
pub(super) fn kept() -> (usize, usize) {
    SPARE.with(|spare| {
        let (line, message) = (spare.line.take(), spare.message.take());
        let capacities = (line.capacity(), message.capacity());
        spare.line.set(line);
        spare.message.set(message);
        capacities
    })
}
