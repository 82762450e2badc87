//! What the runtime under check has written, line by line, over all its instances.
//!
//! Bounded: a runtime that floods its output loses its older lines here, its marker lines last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::platform::log::{LineSink, marker_offset};

/// How many plain lines are kept.
const PLAIN_LINES_MAX: usize = 2_000;
/// How many marker lines are kept.
const MARKER_LINES_MAX: usize = 20_000;
/// How much of a line is kept.
const LINE_CHARS_MAX: usize = 4_096;

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    plain: VecDeque<Line>,
    markers: VecDeque<Line>,
    secrets: Vec<&'static str>,
    found: Found,
}

/// What is looked for in every line, kept or not.
#[derive(Debug, Default, Clone)]
pub(super) struct Found {
    /// The mark of a cold start.
    pub(super) inited: Option<String>,
    /// A marker line with something before the marker.
    pub(super) misplaced: Option<String>,
    pub(super) any_marker: bool,
    pub(super) any_secret: bool,
}

#[derive(Debug, Clone)]
struct Line {
    number: u64,
    text: String,
}

impl Lines {
    /// Lines that none of the secrets may stand in.
    pub(super) fn without(secrets: Vec<&'static str>) -> Arc<Self> {
        let state = State {
            secrets,
            ..State::default()
        };
        Arc::new(Self(Mutex::new(state)))
    }

    /// What an instance writes its lines to.
    pub(super) fn sink(self: &Arc<Self>) -> LineSink {
        let lines = Arc::clone(self);
        Arc::new(move |come: &[u8]| {
            let mut state = lines.lock();
            let each = come.split_inclusive(|byte| *byte == b'\n');
            each.for_each(|line| state.take(line));
        })
    }

    /// The number of the next line.
    pub(super) fn mark(&self) -> u64 {
        self.lock().next
    }

    /// The lines from a mark on, in their order.
    pub(super) fn since(&self, mark: u64) -> Vec<String> {
        let state = self.lock();
        let mut lines: Vec<Line> = [&state.plain, &state.markers]
            .into_iter()
            .flatten()
            .filter(|line| line.number >= mark)
            .cloned()
            .collect();
        lines.sort_by_key(|line| line.number);
        lines.into_iter().map(|line| line.text).collect()
    }

    pub(super) fn found(&self) -> Found {
        self.lock().found.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is only lines; a panic of another thread leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, line: &[u8]) {
        let whole = String::from_utf8_lossy(line);
        let whole = whole.trim_end_matches(['\n', '\r']);
        let marker = marker_offset(whole.as_bytes(), &["Start", "End"]);
        self.look_at(whole, marker);
        let line = Line {
            number: self.next,
            text: whole.chars().take(LINE_CHARS_MAX).collect(),
        };
        self.next += 1;
        let (kept, max) = match marker {
            Some(_) => (&mut self.markers, MARKER_LINES_MAX),
            None => (&mut self.plain, PLAIN_LINES_MAX),
        };
        kept.push_back(line);
        if kept.len() > max {
            kept.pop_front();
        }
    }

    fn look_at(&mut self, line: &str, marker: Option<usize>) {
        let found = &mut self.found;
        found.any_marker |= marker.is_some();
        found.any_secret |= self.secrets.iter().any(|secret| line.contains(secret));
        if marker.is_some_and(|offset| offset > 0) {
            found.misplaced.get_or_insert_with(|| line.to_owned());
        }
        if line.starts_with("FunctionCompute ") && line.ends_with(" runtime inited.") {
            found.inited.get_or_insert_with(|| line.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
