//! Owns the part of a README that a report writes: a picture, a table, and what they hold under.

use crate::grid::Grid;
use crate::peers::Group;
use crate::result::{Report, Row};
use crate::table::{conditions, ranked, zip};
use crate::units::{kib, ms, rate, us};
use crate::verdict;
use crate::words::Language;

/// The number of connections whose throughput stands in the headline.
const HEADLINE_CONNECTIONS: usize = 16;

/// The headline table with its picture and its conditions, as Markdown.
pub fn markdown(report: &Report, picture: &str, method: &str, language: Language) -> String {
    let mut grid = Grid::new(&language.columns());
    for row in ranked(report) {
        grid.push(headline_row(report, row));
    }
    let picture = format!("![{}]({picture})", language.picture());
    let notes = footnotes(report, method, language);
    [picture, grid.markdown(), notes]
        .join("\n\n")
        .replace("\n\n\n", "\n\n")
}

fn headline_row(report: &Report, row: &Row) -> Vec<String> {
    let start = row.start.as_ref();
    let load = row
        .load
        .iter()
        .find(|load| load.connections == HEADLINE_CONNECTIONS);
    let cells = vec![
        row.name.clone(),
        zip(row, " †"),
        start.map_or("-".into(), |s| {
            format!("{} ({})", ms(s.first_us.p50), ms(s.first_us.p90))
        }),
        start.map_or("-".into(), |s| ms(s.listening_us.p50)),
        start.map_or("-".into(), |s| kib(s.memory.peak_rss_kib)),
        start.map_or("-".into(), |s| s.memory.threads.to_string()),
        row.warm.as_ref().map_or("-".into(), |w| us(w.cpu_us)),
        load.map_or("-".into(), |l| rate(l.per_second)),
        row.cloud
            .iter()
            .filter_map(|id| cloud_cell(report, id))
            .collect::<Vec<_>>()
            .join("; "),
    ];
    let ours = row.group == Group::Ours;
    cells
        .into_iter()
        .map(|c| {
            if ours && !c.is_empty() {
                format!("**{c}**")
            } else {
                c
            }
        })
        .collect()
}

fn cloud_cell(report: &Report, id: &str) -> Option<String> {
    let cloud = report.cloud.iter().find(|cloud| cloud.id == id)?;
    // The latest figure stands last: "4.39 (2020), 11.75 (2021)".
    let latest = |text: &Option<String>, unit: &str| {
        let last = text.as_deref().and_then(|text| text.rsplit(", ").next());
        let figure = last.and_then(|last| last.split(' ').next());
        figure.map_or("-".to_owned(), |figure| format!("{figure} {unit}"))
    };
    let package = cloud.package.as_deref().unwrap_or("-");
    let (duration, memory) = (&cloud.duration_ms, &cloud.memory_mb);
    Some(format!(
        "{package} / {} / {}",
        latest(duration, "ms"),
        latest(memory, "MB")
    ))
}

fn footnotes(report: &Report, method: &str, language: Language) -> String {
    let mut notes = vec![conditions(report, language) + &language.method(method)];
    notes.extend(language.marks().map(str::to_owned));
    notes.extend(
        report
            .left_out
            .iter()
            .map(|left| language.left_out(&left.name, &left.reason, left.bring.as_deref())),
    );
    notes.extend(verdict::lines(report, language));
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
        report.peers[0].warm = None;
        let row = headline_row(&report, &report.peers[0]);
        assert_eq!(row[2..7], ["-"; 5].map(str::to_owned));
    }

    #[test]
    fn the_headline_is_markdown_with_ours_in_bold_and_the_cloud_marked() {
        let text = markdown(&report(), "a/result.svg", "a/README.md", Language::English);
        assert!(
            text.starts_with("![Package size and cold start of each server](a/result.svg)\n\n| ")
        );
        assert!(
            text.contains("\n| **fc-runtime** | **211.9 kB** | **0.390 ms (0.468 ms)** |"),
            "{text}"
        );
        assert!(text.contains("600 B † "), "{text}");
        assert!(text.contains("| - / 3.12 ms / 55.65 MB |"), "{text}");
        assert!(text.contains("not ours, and not comparable"));
        assert!(!text.contains("| Wrong |"));
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
