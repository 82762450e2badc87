//! What was found, and the one command that fixes it.

use std::io::{self, Write};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Sound,
    /// Only some jobs need it.
    Warning,
    Failure,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    name: String,
    pub(super) verdict: Verdict,
    seen: String,
    cure: String,
}

impl Finding {
    pub(super) fn sound(name: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::of(name, Verdict::Sound, seen, "")
    }

    pub(super) fn warning(
        name: impl Into<String>,
        seen: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::of(name, Verdict::Warning, seen, cure)
    }

    pub(super) fn failure(
        name: impl Into<String>,
        seen: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::of(name, Verdict::Failure, seen, cure)
    }

    fn of(
        name: impl Into<String>,
        verdict: Verdict,
        seen: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            verdict,
            seen: seen.into(),
            cure: cure.into(),
        }
    }

    /// The lines that musl/doctor.sh writes in the same form.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let word = match self.verdict {
            Verdict::Sound => "ok",
            Verdict::Warning => "warn",
            Verdict::Failure => "FAIL",
        };
        writeln!(out, "{word:<4}  {:<16}  {}", self.name, self.seen)?;
        if self.verdict == Verdict::Sound {
            return Ok(());
        }
        writeln!(out, "{:<4}  {:<16}  fix it: {}", "", "", self.cure)
    }
}
