//! Owns the one judgement of a report: where our default package is ahead, and of whom it is not.

use crate::events::Handler;
use crate::peers::Group;
use crate::plan::HEADLINE_CONNECTIONS;
use crate::result::{Report, Row};
use crate::words::{Language, Subject};

/// The peer whose start is the floor.
const FLOOR: &str = "c-bare";
/// The peers that are judged.
const JUDGED: [&str; 2] = ["default", "direct"];

type Figure = fn(&Row) -> Option<f64>;

/// What is compared.
const FIGURES: [(Subject, Figure); 4] = [
    (Subject::Zip, |row| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "no package comes near 2^52 bytes"
        )]
        Some(row.package.zip_bytes as f64)
    }),
    (Subject::First, |row| Some(row.start.as_ref()?.first_us.p50)),
    (Subject::Memory, |row| {
        #[expect(clippy::cast_precision_loss, reason = "no memory comes near 2^52 KiB")]
        Some(row.start.as_ref()?.memory.peak_rss_kib as f64)
    }),
    (Subject::Cpu, |row| {
        row.load(Handler::Echo, 1, HEADLINE_CONNECTIONS)?.cpu_us
    }),
];

/// The median first response of the floor, in µs.
pub fn floor(report: &Report) -> Option<f64> {
    Some(find(report, FLOOR)?.start.as_ref()?.first_us.p50)
}

/// One sentence for each figure of each of our packages that was measured.
pub fn lines(report: &Report, language: Language) -> Vec<String> {
    let judged = JUDGED.iter().filter_map(|id| find(report, id));
    judged
        .flat_map(|row| {
            FIGURES
                .iter()
                .filter_map(move |figure| sentence(report, row, *figure, language))
        })
        .collect()
}

fn sentence(
    report: &Report,
    ours: &Row,
    (subject, figure): (Subject, Figure),
    language: Language,
) -> Option<String> {
    let own = figure(ours)?;
    let ahead: Vec<String> = peers(report)
        .filter_map(|peer| Some((peer, figure(peer)?)))
        .filter(|(_, theirs)| *theirs <= own)
        .map(|(peer, theirs)| {
            // A small package is no merit when the program that runs it is elsewhere.
            let elsewhere = subject == Subject::Zip && peer.package.interpreter.is_some();
            language.ahead(&peer.name, theirs / own, elsewhere)
        })
        .collect();
    Some(language.standing(&ours.name, subject, &ahead))
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
        let lines = lines(&report(), Language::English);
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[0],
            "fc-runtime, zip bytes: not ahead of Node <http>, whose interpreter is not in it (under 0.01 of ours)."
        );
        assert_eq!(
            lines[1],
            "fc-runtime, first response: not ahead of hyper (0.90 of ours)."
        );
    }

    #[test]
    fn a_disqualified_peer_and_the_floor_are_never_ahead() {
        let text = lines(&report(), Language::English).join("\n");
        assert!(!text.contains("Wrong") && !text.contains(" C "), "{text}");
        assert_eq!(floor(&report()), Some(170.0));
    }

    #[test]
    fn without_peers_ours_is_ahead() {
        let mut report = report();
        report.peers.retain(|row| row.id == "default");
        assert_eq!(
            lines(&report, Language::English)[3],
            "fc-runtime, CPU per request: ahead of every peer."
        );
        assert_eq!(floor(&report), None);
    }
}
