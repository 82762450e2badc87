//! Owns the part of a README that a report writes: a picture, a small table, and what they hold
//! under. The full tables are `table`'s.

use crate::events::Handler;
use crate::grid::Grid;
use crate::peers::Group;
use crate::plan::HEADLINE_CONNECTIONS as CONNECTIONS;
use crate::rank::ranked;
use crate::result::{Load, Report, Row};
use crate::sections::{or_none, zip};
use crate::stats::Spread;
use crate::table::conditions;
use crate::units::{bare_kib, bare_ms, rate};
use crate::words::Language;

/// Who stands there: ours, the floor, and one of each kind that readers know.
const SHOWN: [&str; 8] = [
    "direct", "default", "c-bare", "hyper", "axum", "go", "node", "python",
];

/// The headline table with its picture and its conditions, as Markdown.
pub fn markdown(report: &Report, picture: &str, method: &str, language: Language) -> String {
    let most = most_cores(report);
    let head = language.columns(most);
    let mut grid = Grid::new(&head.each_ref().map(String::as_str));
    for row in shown(report) {
        grid.push(headline_row(row, most));
    }
    let picture = format!("![{}]({picture})", language.picture());
    let notes = footnotes(report, method, language);
    [picture, grid.markdown(), notes]
        .join("\n\n")
        .replace("\n\n\n", "\n\n")
}

/// The rows of the headline and of the picture, the soonest first response first.
pub fn shown(report: &Report) -> Vec<&Row> {
    let shown = |row: &&Row| SHOWN.contains(&row.id.as_str());
    ranked(&report.peers).into_iter().filter(shown).collect()
}

/// The most cores that the server had.
pub fn most_cores(report: &Report) -> usize {
    report.levels().last().copied().unwrap_or(1)
}

fn headline_row(row: &Row, most: usize) -> Vec<String> {
    let start = row.start.as_ref();
    let loads = [1, most].map(|cores| row.load(Handler::Echo, cores, CONNECTIONS));
    let cells = vec![
        row.name.clone(),
        zip(row, " †"),
        or_none(start.map(|start| spread(&start.first_us))),
        or_none(row.small(most, 0).map(|small| spread(&small.first_us))),
        or_none(start.map(|start| bare_ms(start.cpu_us.p50))),
        or_none(start.map(|start| bare_kib(start.memory.peak_rss_kib))),
        pair(loads, |load| load.cpu_us.map(rate)),
        pair(loads, |load| Some(rate(load.per_second))),
    ];
    if row.group != Group::Ours {
        return cells;
    }
    cells
        .into_iter()
        .map(|cell| format!("**{cell}**"))
        .collect()
}

fn spread(times: &Spread) -> String {
    format!("{} ({})", bare_ms(times.p50), bare_ms(times.p90))
}

/// A figure on one core and on the most; a mark stands for one that left connections without an
/// answer, since it has no figure of so many.
fn pair(loads: [Option<&Load>; 2], figure: fn(&Load) -> Option<String>) -> String {
    let cell = |load: &Load| {
        if load.serves_all() {
            figure(load)
        } else {
            Some("‡".to_owned())
        }
    };
    loads.map(|load| or_none(load.and_then(cell))).join(" / ")
}

fn footnotes(report: &Report, method: &str, language: Language) -> String {
    let mut notes = vec![conditions(report, language) + &language.method(method)];
    notes.extend(language.marks(CONNECTIONS));
    let shown = report
        .left_out
        .iter()
        .filter(|left| SHOWN.contains(&left.id.as_str()));
    notes.extend(
        shown.map(|left| language.left_out(&left.name, &left.reason, left.bring.as_deref())),
    );
    notes.iter().map(|note| format!("- {note}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn a_peer_without_a_measurement_has_a_dash_not_a_zero() {
        let mut report = report();
        report.peers.truncate(1);
        report.peers[0].start = None;
        report.peers[0].small.clear();
        report.peers[0].load.clear();
        let row = headline_row(&report.peers[0], 2);
        assert_eq!(row[2..6], ["-"; 4].map(str::to_owned));
        assert_eq!(row[6..], ["- / -"; 2].map(str::to_owned));
    }

    #[test]
    fn the_headline_is_markdown_with_units_in_its_head_and_ours_in_bold() {
        let text = markdown(&report(), "a/result.svg", "a/README.md", Language::English);
        assert!(
            text.starts_with("![Package size and cold start of each server](a/result.svg)\n\n| ")
        );
        assert!(
            text.contains("| CPU per request on 1 / 2 cores, µs |"),
            "{text}"
        );
        let ours =
            "\n| **fc-runtime** | **211.9** | **0.390 (0.468)** | **1.56 (1.87)** | **0.312** |";
        assert!(text.contains(ours), "{text}");
        assert!(
            text.contains("| **25 / 26** | **20,000 / 40,000** |"),
            "{text}"
        );
        assert!(text.contains("| 0.6 † "), "{text}");
        assert!(!text.contains("| Wrong |"));
    }

    #[test]
    fn a_server_that_leaves_connections_without_an_answer_is_marked() {
        let mut report = report();
        for load in &mut report.peers[0].load {
            load.served = 1;
        }
        let text = markdown(&report, "a/result.svg", "a/README.md", Language::English);
        assert_eq!(text.matches("| ‡ / ‡ | ‡ / ‡ |").count(), 1, "{text}");
    }

    #[test]
    fn every_figure_is_the_same_in_each_language() {
        let figures = |language| {
            let text = markdown(&report(), "a/result.svg", "a/README.md", language);
            let is_figure = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
            let split = text.split(|c: char| !c.is_ascii_alphanumeric() && !".,%".contains(c));
            let mut words: Vec<String> = split
                .map(|word| word.trim_matches(['.', ',']))
                .filter(is_figure)
                .map(str::to_owned)
                .collect();
            words.sort_unstable();
            words
        };
        assert_eq!(figures(Language::English), figures(Language::Chinese));
    }
}
