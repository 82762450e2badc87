//! Conformance to HTTP/1.1 (RFC 9110, RFC 9112), case by case, of the front that this build has.
//!
//! A case is data: raw bytes, how they are sent, and what must come of them. The cases stand in `http/*.case`, one file
//! per topic, in the format that `http/parse.rs` tells. Each is played against a real process, on a connection of its
//! own; after it the process must still answer, and no other request may have reached a handler than the case says.
//!
//! `FC_HTTP_CASE=words cargo test --test http -- --nocapture` plays only the cases whose name holds these words.

#[path = "http/mod.rs"]
mod conformance;
mod support;

use conformance::{CAUSES, FILTER_VARIABLE, Front, Report, load, play};

/// Fewer cases than this mean that some were lost.
const FEWEST_CASES: usize = 250;

#[test]
fn every_case_ends_as_the_standard_has_it_or_deviates_as_it_is_known_to() {
    let front = Front::of_this_build();
    let mut cases = load().unwrap_or_else(|error| panic!("{error}"));
    if let Ok(words) = std::env::var(FILTER_VARIABLE) {
        cases.retain(|case| case.name.contains(&words));
        assert!(!cases.is_empty(), "no case is named like {words:?}");
    }
    let outcomes = play(&cases, front);
    let report = Report::of(front, &cases, &outcomes);
    report.print();
    assert!(
        report.is_green(),
        "{} cases ended unexpectedly, see above",
        report.failures()
    );
}

#[test]
fn there_are_enough_cases_and_each_has_a_name_of_its_own() {
    let cases = load().unwrap_or_else(|error| panic!("{error}"));
    assert!(cases.len() >= FEWEST_CASES, "{} cases", cases.len());
    let mut names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1], "two cases have one name");
    }
}

#[test]
fn every_reason_to_deviate_is_some_cases_reason() {
    let cases = load().unwrap_or_else(|error| panic!("{error}"));
    let deviations = cases.iter().flat_map(|case| &case.deviations);
    let used: Vec<_> = deviations.flat_map(|deviation| &deviation.causes).collect();
    for line in CAUSES.lines() {
        let cause = line.split(' ').next().unwrap_or_default();
        assert!(used.iter().any(|name| *name == cause), "{line}");
    }
}
