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
        text.contains("600 B+"),
        "a package without its interpreter is marked: {text}"
    );
    assert!(
        text.contains("2.29"),
        "390 µs are 2.29 times the floor: {text}"
    );
}

#[test]
fn a_noisy_or_quick_run_says_so_in_the_headline() {
    let mut report = report();
    assert!(!conditions(&report, Language::English).contains("noisy"));
    report.machine.others_before = 0.5;
    report.plan.quick = true;
    let text = conditions(&report, Language::English);
    assert!(
        text.ends_with(
            "A quick run: its times say little. Something else ran on the machine: noisy."
        ),
        "{text}"
    );
}
