//! The sample report as text.

use super::*;
use crate::sample::report;

#[test]
fn the_terminal_shows_the_soonest_first_and_everything_that_is_not_in_the_tables() {
    let text = terminal(&report());
    let at = |name: &str| text.find(name).unwrap();
    assert!(at("hyper ") < at("fc-runtime "), "{text}");
    assert!(text.contains("Left out\n\nGo net/http: go is not there; to bring it: apt-get"));
    assert!(text.contains("Disqualified\n\nWrong: 3 bytes were sent"));
    assert!(
        text.contains(" 0.6+ "),
        "a package without its interpreter is marked: {text}"
    );
    assert!(
        text.contains("2.29"),
        "390 µs are 2.29 times the floor: {text}"
    );
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let text = terminal(&report());
    let wide = text.lines().find(|line| line.chars().count() > COLUMNS_MAX);
    assert_eq!(wide, None, "{text}");
}

#[test]
fn the_second_core_and_the_smallest_instance_have_their_tables() {
    let text = page(&report());
    assert!(
        text.contains("### Many connections, the server on 2 cores\n"),
        "{text}"
    );
    assert!(text.contains("| fc-runtime | 2.00 | 1.04 |"), "{text}");
    assert!(text.contains("| 2.5 ms used: p50, ms |"), "{text}");
    assert!(
        !text.contains("### A handler"),
        "nothing was measured of them: {text}"
    );
}

#[test]
fn a_noisy_quick_or_patched_run_says_so_in_the_headline() {
    let mut report = report();
    assert!(!conditions(&report, Language::English).contains("noisy"));
    report.machine.others_before = 0.5;
    report.plan.quick = true;
    report.parts = 3;
    let text = conditions(&report, Language::English);
    assert!(
        text.ends_with(
            "Combined from 3 runs. A quick run: its times mean little. Other programs ran on the \
             machine: noisy."
        ),
        "{text}"
    );
}
