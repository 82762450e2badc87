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
fn a_peer_without_a_measurement_has_a_dash_not_a_zero() {
    let mut report = report();
    report.peers.truncate(1);
    report.peers[0].start = None;
    report.peers[0].warm = None;
    let row = headline_row(&report, &report.peers[0]);
    assert_eq!(row[2..7], ["-"; 5].map(str::to_owned));
}

#[test]
fn the_headline_is_markdown_with_ours_in_bold_and_the_cloud_marked() {
    let text = headline(&report(), "a/result.svg", "a/README.md");
    assert!(text.starts_with("![Package size and cold start of each server](a/result.svg)\n\n| "));
    assert!(
        text.contains("\n| **fc-runtime** | **211.9 kB** | **0.390 ms (0.468 ms)** |"),
        "{text}"
    );
    assert!(text.contains("600 B † "), "{text}");
    assert!(
        text.contains("| - / 3.12 (2021) ms / 55.65 (2021) MB |"),
        "{text}"
    );
    assert!(text.contains("not ours, and not comparable"));
    assert!(!text.contains("| Wrong |"));
}

#[test]
fn a_noisy_or_quick_run_says_so_in_the_headline() {
    let mut report = report();
    assert!(!conditions(&report).contains("noisy"));
    report.machine.load_at_start = 3.5;
    report.plan.quick = true;
    let text = conditions(&report);
    assert!(
        text.ends_with(
            "A quick run: its times say little. The machine was busy (load 3.5): noisy."
        ),
        "{text}"
    );
}
