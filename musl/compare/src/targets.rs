//! Owns what is expected of our MCP server beside the others, and the judgement. Measures nothing.

use crate::events::Handler;
use crate::grid::Grid;
use crate::plan::HEADLINE_CONNECTIONS as CONNECTIONS;
use crate::result::{Report, Row};
use crate::sections::or_none;
use crate::units::{percent, times};

/// The server that is judged, and the one of ours that is shown beside it.
const JUDGED: &str = "fc-mcp-direct";
const BESIDE: &str = "fc-mcp";
/// Below this a ratio is written as a part, such as `1/500`.
const PART_BELOW: f64 = 0.01;

/// A figure, less of which is better, as a share of another server's.
struct Target {
    figure: &'static str,
    /// The other server.
    of: &'static str,
    most: f64,
    read: fn(&Row) -> Option<f64>,
}

const TARGETS: [Target; 8] = [
    target("zip", "rmcp", 0.19, zip),
    target("first tools/list", "rmcp", 0.70, first),
    target("peak memory at it", "rmcp", 0.20, memory),
    target(
        "CPU for a call, one connection",
        "rmcp",
        0.5,
        one_connection,
    ),
    target("the same at 16 connections", "rmcp", 0.8, many_connections),
    target("first tools/list", "mcp-python", 1.0 / 500.0, first),
    target("first tools/list", "mcp-node-sdk", 1.0 / 500.0, first),
    target("first tools/list", "mcp-node-server", 1.0 / 500.0, first),
];

const fn target(
    figure: &'static str,
    of: &'static str,
    most: f64,
    read: fn(&Row) -> Option<f64>,
) -> Target {
    Target {
        figure,
        of,
        most,
        read,
    }
}

/// Every target with what was measured of it.
pub fn grid(report: &Report) -> Grid {
    let mut grid = Grid::new(&[
        "figure of ours / of",
        "at most",
        "direct",
        "",
        "default server",
    ]);
    let judged = TARGETS.iter().filter_map(|target| {
        let other = find(report, target.of)?;
        Some((target, other, share(report, target, JUDGED)?))
    });
    for (target, other, direct) in judged {
        grid.push(vec![
            format!("{} / {}", target.figure, other.name),
            written(target.most),
            written(direct),
            verdict(direct, target.most),
            or_none(share(report, target, BESIDE).map(written)),
        ]);
    }
    grid
}

/// How many of the targets are missed, and which, if anything was measured.
pub fn line(report: &Report) -> Option<String> {
    let shares = TARGETS.iter().filter_map(|target| {
        let name = &find(report, target.of)?.name;
        let missed = share(report, target, JUDGED)? > target.most;
        Some((format!("{} / {name}", target.figure), missed))
    });
    let (missed, met): (Vec<_>, Vec<_>) = shares.partition(|(_, missed)| *missed);
    let names: Vec<String> = missed.into_iter().map(|(name, _)| name).collect();
    let all = names.len() + met.len();
    match (all, names.len()) {
        (0, _) => None,
        (_, 0) => Some(format!("fc-mcp, direct, targets: all {all} are met.")),
        (_, n) => Some(format!(
            "fc-mcp, direct, targets: {n} of {all} are missed: {}.",
            names.join("; ")
        )),
    }
}

fn verdict(share: f64, most: f64) -> String {
    if share <= most {
        "met".to_owned()
    } else {
        format!("missed by {} %", percent(share / most - 1.0))
    }
}

fn share(report: &Report, target: &Target, id: &str) -> Option<f64> {
    Some((target.read)(find(report, id)?)? / (target.read)(find(report, target.of)?)?)
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a Row> {
    let mut rows = report.mcp.iter();
    rows.find(|row| row.id == id && row.disqualified.is_none())
}

fn written(share: f64) -> String {
    if share < PART_BELOW {
        format!("1/{:.0}", 1.0 / share)
    } else {
        times(share)
    }
}

fn zip(row: &Row) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no package comes near 2^52 bytes"
    )]
    Some(row.package.zip_bytes as f64)
}

fn first(row: &Row) -> Option<f64> {
    Some(row.start.as_ref()?.first_us.p50)
}

fn memory(row: &Row) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no memory comes near 2^52 KiB")]
    Some(row.start.as_ref()?.memory.peak_rss_kib as f64)
}

fn one_connection(row: &Row) -> Option<f64> {
    Some(row.warm.as_ref()?.cpu_us)
}

fn many_connections(row: &Row) -> Option<f64> {
    row.load(Handler::Tool, 1, CONNECTIONS)?.cpu_us
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::home;
    use crate::peers::Manifest;
    use crate::sample::report;

    #[test]
    fn a_target_is_met_at_its_bound_and_missed_above_it() {
        assert_eq!(verdict(0.19, 0.19), "met");
        assert_eq!(verdict(0.25, 0.20), "missed by 25 %");
    }

    #[test]
    fn every_target_that_was_measured_has_a_row_with_both_of_our_servers() {
        let text = grid(&report()).markdown();
        assert!(
            text.contains("| zip / rmcp | 0.19 | 0.18 | met | 0.20 |"),
            "{text}"
        );
        assert!(
            text.contains("| first tools/list / rmcp | 0.70 | 0.50 | met | 0.60 |"),
            "{text}"
        );
        assert!(
            text.contains("| the same at 16 connections / rmcp | 0.80 | 1.00 | missed by 25 % |"),
            "{text}"
        );
        assert!(!text.contains("npm"), "nothing was measured of it: {text}");
    }

    #[test]
    fn what_is_missed_is_named() {
        let line = line(&report()).unwrap();
        assert_eq!(
            line,
            "fc-mcp, direct, targets: 1 of 5 are missed: the same at 16 connections / rmcp."
        );
    }

    #[test]
    fn without_a_measurement_nothing_is_judged() {
        let mut report = report();
        report.mcp.clear();
        assert!(grid(&report).is_empty());
        assert_eq!(line(&report), None);
    }

    #[test]
    fn every_server_of_a_target_is_in_the_manifest() {
        let manifest = Manifest::read(&home("peers.toml")).unwrap();
        let ids = TARGETS.iter().map(|target| target.of);
        for id in ids.chain([JUDGED, BESIDE]) {
            assert!(manifest.mcp.iter().any(|peer| peer.id == id), "{id}");
        }
    }

    #[test]
    fn a_small_share_is_a_part() {
        assert_eq!(
            [0.19, 1.0 / 500.0, 0.001_123].map(written),
            ["0.19", "1/500", "1/890"]
        );
    }
}
