//! Owns the lists of what is not in the tables of a report, and of what went wrong with what is.

use crate::result::Report;

/// Each list that has a line, with its title.
pub fn lists(report: &Report) -> Vec<(String, Vec<String>)> {
    let left = report.left_out.iter().map(|left| {
        let bring = left
            .bring
            .as_ref()
            .map_or(String::new(), |b| format!("; to bring it: {b}"));
        format!("{}: {}{bring}", left.name, left.reason)
    });
    let left = report.notes.iter().cloned().chain(left);
    let rows = || report.peers.iter().chain(&report.mcp);
    let wrong = rows().filter_map(|row| {
        let reason = row.disqualified.as_ref()?;
        Some(format!("{}: {reason}", row.name))
    });
    let remarks = rows().flat_map(|row| {
        let lines = row.remarks.iter();
        lines.map(move |remark| format!("{}: {remark}", row.name))
    });
    let lists = [
        ("Left out", left.collect::<Vec<_>>()),
        ("Disqualified", wrong.collect()),
        ("Trouble on the way", remarks.collect()),
    ];
    let some = lists.into_iter().filter(|(_, lines)| !lines.is_empty());
    some.map(|(title, lines)| (title.to_owned(), lines))
        .collect()
}
