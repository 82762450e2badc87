//! Owns the one judgement of a report: where our default package is ahead, and of whom it is not.

use crate::peers::Group;
use crate::result::{Report, Row};

/// The peer whose start is the floor.
const FLOOR: &str = "c-bare";
/// The peers that are judged.
const JUDGED: [&str; 2] = ["default", "direct"];

type Figure = fn(&Row) -> Option<f64>;

/// What is compared; less is better in all of them.
const FIGURES: [(&str, Figure); 4] = [
    ("zip bytes", |row| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "no package comes near 2^52 bytes"
        )]
        Some(row.package.zip_bytes as f64)
    }),
    ("first answer", |row| Some(row.start.as_ref()?.first_us.p50)),
    ("peak RSS", |row| {
        #[expect(clippy::cast_precision_loss, reason = "no memory comes near 2^52 KiB")]
        Some(row.start.as_ref()?.memory.peak_rss_kib as f64)
    }),
    ("CPU per request", |row| Some(row.warm.as_ref()?.cpu_us)),
];

/// The median first answer of the floor, in µs.
pub fn floor(report: &Report) -> Option<f64> {
    Some(find(report, FLOOR)?.start.as_ref()?.first_us.p50)
}

/// One sentence for each figure of each of our packages that was measured.
pub fn lines(report: &Report) -> Vec<String> {
    let judged = JUDGED.iter().filter_map(|id| find(report, id));
    judged
        .flat_map(|row| FIGURES.iter().filter_map(|f| sentence(report, row, *f)))
        .collect()
}

fn sentence(report: &Report, ours: &Row, (name, figure): (&str, Figure)) -> Option<String> {
    let own = figure(ours)?;
    let ahead = peers(report)
        .filter_map(|peer| Some((peer, figure(peer)?)))
        .filter(|(_, theirs)| *theirs <= own)
        .map(|(peer, theirs)| {
            format!(
                "{}{} ({})",
                peer.name,
                mark(peer, name),
                share(theirs / own)
            )
        })
        .collect::<Vec<_>>();
    let who = match ahead.as_slice() {
        [] => "ahead of every peer".to_owned(),
        some => format!("not ahead of {}", some.join(", ")),
    };
    Some(format!("{}, {name}: {who}.", ours.name))
}

fn share(ratio: f64) -> String {
    if ratio < 0.01 {
        return "under 0.01 of ours".to_owned();
    }
    format!("{ratio:.2} of ours")
}

/// A small package is no merit of its own when the program that runs it is elsewhere.
fn mark(peer: &Row, figure: &str) -> &'static str {
    let elsewhere = peer.package.interpreter.is_some() && figure == FIGURES[0].0;
    if elsewhere {
        ", whose interpreter is not in it"
    } else {
        ""
    }
}

fn peers(report: &Report) -> impl Iterator<Item = &Row> {
    let counts = |row: &&Row| row.group == Group::Peer && row.disqualified.is_none();
    report.peers.iter().filter(counts)
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a Row> {
    report
        .peers
        .iter()
        .find(|row| row.id == id && row.disqualified.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn every_figure_names_the_peers_that_are_not_behind() {
        let lines = lines(&report());
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[0],
            "fc-runtime, zip bytes: not ahead of Node <http>, whose interpreter is not in it (under 0.01 of ours)."
        );
        assert_eq!(
            lines[1],
            "fc-runtime, first answer: not ahead of hyper (0.90 of ours)."
        );
    }

    #[test]
    fn a_disqualified_peer_and_the_floor_are_never_ahead() {
        let text = lines(&report()).join("\n");
        assert!(!text.contains("Wrong") && !text.contains(" C "), "{text}");
        assert_eq!(floor(&report()), Some(170.0));
    }

    #[test]
    fn without_peers_ours_is_ahead() {
        let mut report = report();
        report.peers.retain(|row| row.id == "default");
        assert_eq!(
            lines(&report)[3],
            "fc-runtime, CPU per request: ahead of every peer."
        );
        assert_eq!(floor(&report), None);
    }
}
