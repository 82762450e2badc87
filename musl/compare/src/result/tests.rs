//! What a report lacks.

use super::*;
use crate::files::home;
use crate::sample::report;

#[test]
fn a_peer_is_missing_until_it_was_measured_or_left_out() {
    let mut report = report();
    let mut manifest = Manifest::read(&home("peers.toml")).unwrap();
    let echo = ["c-bare", "default", "go", "php"];
    manifest
        .peers
        .retain(|peer| echo.contains(&peer.id.as_str()));
    manifest
        .mcp
        .retain(|peer| ["fc-mcp", "rmcp-multi"].contains(&peer.id.as_str()));
    let missing = |report: &Report| report.missing(&manifest);
    assert_eq!(missing(&report), ["php", "rmcp-multi"]);
    report.peers[1].small.clear();
    assert_eq!(missing(&report), ["default", "php", "rmcp-multi"]);
    report.notes.push("no cgroup".to_owned());
    report.mcp[1].warm = None;
    assert_eq!(missing(&report), ["php", "fc-mcp", "rmcp-multi"]);
}
