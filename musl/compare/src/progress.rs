//! Owns what a run says while it goes on: one line that is rewritten on a terminal, plain lines
//! into a pipe.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often a pipe gets a line while a phase goes on.
const PIPE_PAUSE: Duration = Duration::from_secs(10);
/// The width that a terminal line is cut to.
const COLUMNS_MAX: usize = 78;

/// One phase of a run.
#[derive(Debug)]
pub struct Progress {
    phase: &'static str,
    total: usize,
    done: usize,
    began: Instant,
    said: Instant,
    terminal: bool,
}

impl Progress {
    /// Begins a phase of `total` steps.
    pub fn new(phase: &'static str, total: usize) -> Self {
        let now = Instant::now();
        let terminal = io::stderr().is_terminal();
        if !terminal {
            eprintln!("{phase}: {total} steps");
        }
        Self {
            phase,
            total,
            done: 0,
            began: now,
            said: now,
            terminal,
        }
    }

    /// Says what is done next.
    pub fn step(&mut self, what: &str) {
        let line = line(
            self.phase,
            self.done,
            self.total,
            self.began.elapsed(),
            what,
        );
        self.done += 1;
        if self.terminal {
            eprint!("\r\x1b[K{line}");
            // Without it nothing is seen before the next line break; a closed stderr is no reason
            // to end a run.
            let _ = io::stderr().flush();
        } else if self.said.elapsed() > PIPE_PAUSE {
            self.said = Instant::now();
            eprintln!("{line}");
        }
    }

    /// Says something that stays.
    pub fn note(&self, text: &str) {
        let clear = if self.terminal { "\r\x1b[K" } else { "" };
        eprintln!("{clear}{}: {text}", self.phase);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.note(&format!("done in {}", clock(self.began.elapsed())));
    }
}

fn line(phase: &str, done: usize, total: usize, spent: Duration, what: &str) -> String {
    let left = match u32::try_from(done) {
        Ok(n @ 1..) => clock(spent / n * u32::try_from(total - done).unwrap_or(u32::MAX)),
        _ => "?".to_owned(),
    };
    let text = format!("{phase}: {}/{total}, about {left} left, {what}", done + 1);
    text.chars().take(COLUMNS_MAX).collect()
}

/// A time as a run says it: `12 s`, `3 min 5 s`.
pub fn clock(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_from_one_and_guesses_what_is_left() {
        let spent = Duration::from_secs(30);
        assert_eq!(
            line("start", 10, 40, spent, "go"),
            "start: 11/40, about 1 min 30 s left, go"
        );
        assert_eq!(
            line("start", 0, 40, spent, "go"),
            "start: 1/40, about ? left, go"
        );
    }

    #[test]
    fn a_long_line_is_cut_to_the_terminal() {
        let text = line("start", 1, 2, Duration::ZERO, &"x".repeat(200));
        assert_eq!(text.len(), COLUMNS_MAX);
    }
}
