//! A row of the report: what the contract asks, and what was seen.
//!
//! It knows nothing of how a row is judged or printed.

/// How sure the contract is of what it asks (its confidence marks).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Shown by source code, documentation or traffic of the platform.
    Must,
    /// Inferred, or one of several ways that the sources show.
    Should,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Fail,
    /// The function does not use it, or it is optional and not there.
    NotApplicable,
    /// It takes an option that was not given, or something that failed before.
    CannotTell,
}

/// What the contract asks, in a form that can be tried.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) level: Level,
    /// Where the contract says so.
    pub(super) contract: &'static str,
    pub(super) sent: &'static str,
    pub(super) expected: &'static str,
    /// What to change if it fails, where that is one thing.
    pub(super) fix: Option<&'static str>,
}

/// A verdict and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) seen: String,
}

/// A judged row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) spec: &'static Spec,
    pub(super) outcome: Outcome,
}

impl Level {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

impl Outcome {
    pub(super) fn pass(seen: impl Into<String>) -> Self {
        Self::of(Verdict::Pass, seen)
    }

    pub(super) fn fail(seen: impl Into<String>) -> Self {
        Self::of(Verdict::Fail, seen)
    }

    pub(super) fn not_applicable(why: impl Into<String>) -> Self {
        Self::of(Verdict::NotApplicable, why)
    }

    pub(super) fn cannot_tell(why: impl Into<String>) -> Self {
        Self::of(Verdict::CannotTell, why)
    }

    /// A pass if nothing is wrong.
    pub(super) fn unless(wrong: Option<String>, seen: impl Into<String>) -> Self {
        wrong.map_or_else(|| Self::pass(seen), Self::fail)
    }

    pub(super) fn is_failure(&self) -> bool {
        self.verdict == Verdict::Fail
    }

    fn of(verdict: Verdict, seen: impl Into<String>) -> Self {
        Self {
            verdict,
            seen: seen.into(),
        }
    }
}
