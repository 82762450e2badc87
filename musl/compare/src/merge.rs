//! Owns how a part of a run is put together with what was measured before. Measures nothing.

use crate::contestant::Contestant;
use crate::package::LeftOut;
use crate::phase::Phase;
use crate::phases::Stage;
use crate::raw::Raw;
use crate::result::{Report, Row, Took};
use crate::summary;

/// The report of this run, and its samples, on top of those of an earlier one.
pub fn onto(
    before: Option<&(Report, Raw)>,
    mut report: Report,
    stage: &Stage<'_>,
) -> (Report, Raw) {
    let mut raw = stage.raw.clone();
    if let Some((_, old)) = before {
        raw.complete(old.clone());
    }
    let rows = |all: &[Contestant]| all.iter().map(|one| summary::row(one, &raw)).collect();
    report.peers = rows(&stage.ready);
    report.mcp = rows(&stage.mcp);
    if let Some((old, _)) = before {
        join(&mut report, old);
    }
    (report, raw)
}

/// Whether a run can be put together with an earlier one.
///
/// # Errors
/// Says what differs.
pub fn fits(before: &Report, now_quick: bool) -> Result<(), String> {
    if before.plan.quick == now_quick {
        return Ok(());
    }
    let kind = |quick| if quick { "a quick run" } else { "a full run" };
    Err(format!(
        "the earlier result is of {}, this is {}: leave --merge out, or ask for the same",
        kind(before.plan.quick),
        kind(now_quick)
    ))
}

/// Keeps what the earlier report has of peers and parts that this one has not measured.
fn join(report: &mut Report, old: &Report) {
    let measured = report.peers.iter().chain(&report.mcp);
    let ids: Vec<String> = measured.map(|row| row.id.clone()).collect();
    let outs = old.left_out.iter();
    let outs: Vec<LeftOut> = outs
        .filter(|out| !ids.contains(&out.id) && !left(&report.left_out, &out.id))
        .cloned()
        .collect();
    keep_rows(&mut report.peers, &old.peers, &report.left_out);
    keep_rows(&mut report.mcp, &old.mcp, &report.left_out);
    report.left_out.extend(outs);
    // What could not be done for anybody is said by the phase it is about.
    if kept_phase(&report.took, Phase::Small) {
        report.notes.extend(old.notes.iter().cloned());
    }
    let took: Vec<Took> = old
        .took
        .iter()
        .filter(|took| kept_phase(&report.took, took.phase))
        .cloned()
        .collect();
    report.took.extend(took);
    for (name, version) in &old.tools {
        report
            .tools
            .entry(name.clone())
            .or_insert_with(|| version.clone());
    }
    let machine = &mut report.machine;
    machine.others_before = machine.others_before.max(old.machine.others_before);
    machine.others_after = machine.others_after.max(old.machine.others_after);
    report.parts = old.parts + 1;
}

/// Adds the rows that were not measured anew, and keeps the remarks on those that were.
fn keep_rows(rows: &mut Vec<Row>, old: &[Row], left_out: &[LeftOut]) {
    for row in &mut *rows {
        if let Some(old) = old.iter().find(|old| old.id == row.id) {
            keep_remarks(row, old);
        }
    }
    let is_known = |id: &str| rows.iter().any(|row| row.id == id) || left(left_out, id);
    let kept: Vec<Row> = old
        .iter()
        .filter(|row| !is_known(&row.id))
        .cloned()
        .collect();
    rows.extend(kept);
}

fn keep_remarks(row: &mut Row, old: &Row) {
    for remark in &old.remarks {
        if !row.remarks.contains(remark) {
            row.remarks.push(remark.clone());
        }
    }
    row.disqualified = row.disqualified.take().or_else(|| old.disqualified.clone());
}

fn left(outs: &[LeftOut], id: &str) -> bool {
    outs.iter().any(|out| out.id == id)
}

/// Whether a phase was not measured anew.
fn kept_phase(now: &[Took], phase: Phase) -> bool {
    now.iter().all(|took| took.phase != phase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn what_was_not_measured_anew_is_kept() {
        let mut old = report();
        old.notes.push("no cgroup".to_owned());
        let mut now = report();
        now.peers.retain(|row| row.id == "default");
        now.mcp.truncate(1);
        now.peers[0].remarks = vec!["new".to_owned()];
        now.left_out.clear();
        now.took = vec![Took {
            phase: Phase::Start,
            peers: 1,
            seconds: 2.0,
        }];
        join(&mut now, &old);
        assert_eq!(now.peers.len(), old.peers.len());
        assert_eq!(now.mcp, old.mcp);
        assert_eq!((now.left_out.len(), now.parts), (1, 2));
        assert_eq!(now.notes, ["no cgroup"]);
        assert_eq!(now.took.len(), old.took.len());
        assert!((now.took[0].seconds - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_peer_that_is_there_now_is_left_out_no_more() {
        let old = report();
        let mut now = report();
        now.left_out.clear();
        now.peers[0].id = "go".to_owned();
        join(&mut now, &old);
        assert!(now.left_out.is_empty());
    }

    #[test]
    fn a_quick_run_is_not_put_together_with_a_full_one() {
        assert!(fits(&report(), false).is_ok());
        let error = fits(&report(), true).unwrap_err();
        assert!(error.starts_with("the earlier result is of a full run, this is a quick run"));
    }
}
