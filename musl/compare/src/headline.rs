//! Owns the part of a README that a report writes: a picture, a table, and what they hold under.

use crate::grid::Grid;
use crate::peers::Group;
use crate::result::{Report, Row};
use crate::table::{conditions, ranked, zip};
use crate::units::{kib, ms, rate, us};
use crate::verdict;

/// The number of connections whose throughput stands in the headline.
const HEADLINE_CONNECTIONS: usize = 16;

/// The headline table with its picture and its conditions, as Markdown.
pub fn markdown(report: &Report, picture: &str, method: &str) -> String {
    let mut grid = Grid::new(&[
        "server",
        "package, zip",
        "first answer, p50 (p90)",
        "listening",
        "peak RSS",
        "threads",
        "CPU per request",
        "requests/s, 16 connections",
        "the cloud's own: package / duration / memory *",
    ]);
    for row in ranked(report) {
        grid.push(headline_row(report, row));
    }
    let picture = format!("![Package size and cold start of each server]({picture})");
    let parts = [picture, grid.markdown(), footnotes(report, method)];
    parts.join("\n\n").replace("\n\n\n", "\n\n")
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

fn footnotes(report: &Report, method: &str) -> String {
    let mut notes =
        vec![
        format!("{} How it was measured: [method]({method}).", conditions(report)),
        "† without the interpreter, which the platform brings.".to_owned(),
        "\\* recorded by Alibaba's cloud for the demo of that language (latest year shown), with \
         another program on another machine; not ours, and not comparable with the other columns."
            .to_owned(),
    ];
    notes.extend(report.left_out.iter().map(|left| {
        let bring = left
            .bring
            .as_ref()
            .map_or(String::new(), |b| format!(" (`{b}` brings it)"));
        format!("Left out: {}, {}{bring}.", left.name, left.reason)
    }));
    notes.extend(verdict::lines(report));
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
        let text = markdown(&report(), "a/result.svg", "a/README.md");
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
}
