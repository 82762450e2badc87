//! Owns the columns of the tables of MCP: each figure with the unit that its head names.

use crate::events::Handler;
use crate::grid::Grid;
use crate::plan::HEADLINE_CONNECTIONS as CONNECTIONS;
use crate::result::{Load, Row};
use crate::sections::{NONE, crowd_figures, or_none, zip};
use crate::units::{bare_kb, bare_kib, bare_ms, rate};

/// Package, start, and the CPU and memory used by then.
pub fn start(rows: &[&Row]) -> Grid {
    let mut grid = Grid::new(&[
        "server",
        "zip, kB",
        "unpacked, kB",
        "listening p50, ms",
        "first tools/list p50, ms",
        "p90, ms",
        "p99, ms",
        "CPU until then, ms",
        "peak RSS, KiB",
        "PSS, KiB",
        "threads",
        "starts",
    ]);
    for row in rows {
        let mut cells = vec![row.name.clone(), zip(row, "+"), bare_kb(row.package.bytes)];
        if let Some(start) = &row.start {
            let (first, memory) = (&start.first_us, &start.memory);
            cells.push(bare_ms(start.listening_us.p50));
            cells.extend([first.p50, first.p90, first.p99].map(bare_ms));
            cells.push(bare_ms(start.cpu_us.p50));
            cells.extend([memory.peak_rss_kib, memory.pss_kib].map(bare_kib));
            cells.push(memory.threads.to_string());
            cells.push(first.n.to_string());
        }
        grid.push(cells);
    }
    grid
}

/// Calls, one after the other and many at once, on each number of cores.
pub fn calls(rows: &[&Row]) -> Grid {
    let levels = levels(rows);
    let mut head = vec!["server".to_owned()];
    head.extend(["1 connection: CPU each, µs", "p50, µs", "p99, µs"].map(str::to_owned));
    for cores in &levels {
        let s = if *cores == 1 { "" } else { "s" };
        head.push(format!("{CONNECTIONS} on {cores} core{s}: calls/s"));
        head.extend(["CPU each, µs", "p50, µs", "p99, µs"].map(str::to_owned));
        head.extend(["peak RSS, KiB", "errors"].map(str::to_owned));
    }
    let mut grid = Grid::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let Some(warm) = &row.warm else { continue };
        let latency = &warm.latency_us;
        let mut cells = vec![row.name.clone()];
        cells.extend([warm.cpu_us, latency.p50, latency.p99].map(rate));
        for cores in &levels {
            cells.extend(crowd(row.load(Handler::Tool, *cores, CONNECTIONS)));
        }
        grid.push(cells);
    }
    grid
}

fn crowd(load: Option<&Load>) -> Vec<String> {
    let Some(load) = load else {
        return [NONE; 6].map(str::to_owned).into();
    };
    let mut cells = crowd_figures(load).to_vec();
    cells.push(load.errors.to_string());
    cells
}

/// The numbers of cores, in ascending order.
fn levels(rows: &[&Row]) -> Vec<usize> {
    let loads = rows.iter().flat_map(|row| &row.load);
    let mut all: Vec<usize> = loads.map(|load| load.cores).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What was tried with each server, and what it did: a row for each thing.
pub fn manners(rows: &[&Row]) -> Grid {
    let rows: Vec<_> = rows.iter().filter(|row| !row.manners.is_empty()).collect();
    let names = rows.iter().map(|row| row.name.as_str());
    let head: Vec<&str> = ["tried"].into_iter().chain(names).collect();
    let mut grid = Grid::new(&head);
    let mut tried: Vec<&str> = Vec::new();
    for manner in rows.iter().flat_map(|row| &row.manners) {
        if !tried.contains(&manner.tried.as_str()) {
            tried.push(&manner.tried);
        }
    }
    for what in tried {
        let seen = rows.iter().map(|row| {
            let manner = row.manners.iter().find(|manner| manner.tried == what);
            or_none(manner.map(|manner| manner.seen.clone()))
        });
        grid.push([what.to_owned()].into_iter().chain(seen).collect());
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn a_start_has_the_number_of_starts_and_a_call_its_cpu_on_each_number_of_cores() {
        let report = report();
        let rows: Vec<&Row> = report.mcp.iter().collect();
        let text = start(&rows).markdown();
        assert!(
            text.contains("| fc-mcp, direct | 180.0 | 360.0 | 0.250 | 0.500 |"),
            "{text}"
        );
        assert!(text.lines().nth(2).unwrap().ends_with("| 200 |"), "{text}");
        let text = calls(&rows).markdown();
        assert!(
            text.contains("| 16 on 2 cores: calls/s | CPU each, µs |"),
            "{text}"
        );
        assert!(
            text.contains("| fc-mcp, direct | 50 | 125 | 188 | 20,000 | 25 |"),
            "{text}"
        );
    }

    #[test]
    fn what_was_tried_has_a_row_and_a_dash_where_a_server_was_not_asked() {
        let report = report();
        let rows: Vec<&Row> = report.mcp.iter().collect();
        let text = manners(&rows).markdown();
        assert!(text.contains("| GET | 405 | 405 | - |"), "{text}");
        assert!(
            text.contains("| lines printed for a call | - | - | 0 |"),
            "{text}"
        );
    }
}
