//! Counts what became of the cases.
//!
//! Owns the table. It must not know how an outcome came about.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use super::case::{Case, Level, Server};
use super::verdict::Outcome;

/// What the conformance of one server comes to.
#[derive(Debug)]
pub(crate) struct Report {
    text: String,
    failures: usize,
}

impl Report {
    pub(crate) fn of(server: Server, cases: &[Case], outcomes: &[Outcome]) -> Self {
        let judged: Vec<_> = cases.iter().zip(outcomes).collect();
        let failures = count(&judged, |_, outcome| matches!(outcome, Outcome::Failed(_)));
        let mut text = String::new();
        for (case, outcome) in &judged {
            if let Outcome::Failed(how) = outcome {
                text.push_str(&failure(case, how));
            }
        }
        text.push_str(&table(server, &judged));
        text.push_str(&causes(server, &judged));
        Self { text, failures }
    }

    /// Prints past the test harness, which would hide it where all is well.
    pub(crate) fn print(&self) {
        std::io::stderr()
            .write_all(self.text.as_bytes())
            .expect("stderr is there");
    }

    pub(crate) fn is_green(&self) -> bool {
        self.failures == 0
    }

    pub(crate) fn failures(&self) -> usize {
        self.failures
    }
}

type Judged<'a> = [(&'a Case, &'a Outcome)];

fn count(judged: &Judged<'_>, of: impl Fn(&Case, &Outcome) -> bool) -> usize {
    judged
        .iter()
        .filter(|(case, outcome)| of(case, outcome))
        .count()
}

fn failure(case: &Case, how: &str) -> String {
    format!(
        "FAILED {}.case:{} {}\n    {} {}: {how}\n",
        case.topic,
        case.line,
        case.name,
        case.reference,
        case.level.name()
    )
}

fn table(server: Server, judged: &Judged<'_>) -> String {
    let mut table = format!("\n{:<24}   cases  passed  deviate  failed\n", server.name());
    let mut row = |name: &str, of: &dyn Fn(&Case) -> bool| {
        let (mut passed, mut deviated, mut failed) = (0, 0, 0);
        for (_, outcome) in judged.iter().filter(|(case, _)| of(case)) {
            match outcome {
                Outcome::Passed => passed += 1,
                Outcome::Deviated => deviated += 1,
                Outcome::Failed(_) => failed += 1,
            }
        }
        let cases = passed + deviated + failed;
        writeln!(
            table,
            "{name:<24} {cases:>7} {passed:>7} {deviated:>8} {failed:>7}"
        )
        .expect("a string takes every text");
    };
    for topic in topics(judged) {
        row(topic, &|case| case.topic == topic);
    }
    for level in Level::ALL {
        row(level.name(), &|case| case.level == level);
    }
    row("all", &|_| true);
    table
}

fn topics<'a>(judged: &Judged<'a>) -> Vec<&'a str> {
    let mut topics: Vec<_> = judged.iter().map(|(case, _)| case.topic.as_str()).collect();
    topics.dedup();
    topics
}

/// How often each reason made a case deviate.
fn causes(server: Server, judged: &Judged<'_>) -> String {
    let mut times = BTreeMap::new();
    for (case, outcome) in judged {
        if let (Outcome::Deviated, Some(deviation)) = (outcome, case.deviation(server)) {
            for cause in &deviation.causes {
                *times.entry(cause.as_str()).or_insert(0) += 1;
            }
        }
    }
    if times.is_empty() {
        return String::new();
    }
    let times: Vec<_> = times
        .iter()
        .map(|(cause, times)| format!("{cause} x{times}"))
        .collect();
    format!("deviations by cause: {}\n", times.join(", "))
}
