//! Owns the columns of the full tables: each figure with the unit that its head names.

use crate::events::Handler;
use crate::grid::Grid;
use crate::result::{Load, Report, Row};
use crate::units::{bare_kb, bare_kib, bare_ms, percent, rate, times};
use crate::verdict;

/// What stands for a figure that was not measured.
pub const NONE: &str = "-";

/// Package, start, and the CPU and memory used by then.
pub fn start(report: &Report, rows: &[&Row]) -> Grid {
    let mut grid = Grid::new(&[
        "server",
        "zip, kB",
        "unpacked, kB",
        "listening p50, ms",
        "first response p50, ms",
        "p90, ms",
        "p99, ms",
        "floors",
        "CPU until then, ms",
        "peak RSS, KiB",
        "PSS, KiB",
        "threads",
    ]);
    let floor = verdict::floor(report);
    for row in rows {
        let mut cells = vec![row.name.clone(), zip(row, "+"), bare_kb(row.package.bytes)];
        if let Some(start) = &row.start {
            let (first, memory) = (&start.first_us, &start.memory);
            cells.push(bare_ms(start.listening_us.p50));
            cells.extend([first.p50, first.p90, first.p99].map(bare_ms));
            cells.push(or_none(floor.map(|floor| times(first.p50 / floor))));
            cells.push(bare_ms(start.cpu_us.p50));
            cells.extend([memory.peak_rss_kib, memory.pss_kib].map(bare_kib));
            cells.push(memory.threads.to_string());
        }
        grid.push(cells);
    }
    grid
}

/// The numbers of cores of the smallest instance, in ascending order.
pub fn small_cores(rows: &[&Row]) -> Vec<usize> {
    sorted(
        rows.iter()
            .flat_map(|row| &row.small)
            .map(|small| small.cores),
    )
}

/// The smallest instance with so many cores, with the whole quota and with a part of it.
pub fn small(rows: &[&Row], cores: usize) -> Grid {
    let kinds = sorted(
        rows.iter()
            .flat_map(|row| &row.small)
            .map(|small| small.used_us),
    );
    let mut head = vec!["server".to_owned()];
    for used in &kinds {
        let of = match used {
            0 => "whole quota".to_owned(),
            used => format!("{} ms used", f64::from(*used) / 1e3),
        };
        head.push(format!("{of}: p50, ms"));
        head.extend(["p90, ms", "CPU, ms", "held back, %"].map(str::to_owned));
    }
    let mut grid = grid_of(&head);
    for row in rows.iter().filter(|row| !row.small.is_empty()) {
        let mut cells = vec![row.name.clone()];
        for used in &kinds {
            match row.small(cores, *used) {
                Some(small) => {
                    let figures = [small.first_us.p50, small.first_us.p90, small.cpu_us.p50];
                    cells.extend(figures.map(bare_ms));
                    cells.push(percent(small.held_back));
                }
                None => cells.extend([NONE; 4].map(str::to_owned)),
            }
        }
        grid.push(cells);
    }
    grid
}

/// One connection, one request after the other.
pub fn warm(rows: &[&Row]) -> Grid {
    let mut grid = Grid::new(&[
        "server",
        "p50, µs",
        "p90, µs",
        "p99, µs",
        "CPU per request, µs",
        "kept alive",
    ]);
    for row in rows {
        if let Some(warm) = &row.warm {
            let latency = &warm.latency_us;
            let mut cells = vec![row.name.clone()];
            cells.extend([latency.p50, latency.p90, latency.p99, warm.cpu_us].map(rate));
            cells.push(if warm.keep_alive { "yes" } else { "no" }.to_owned());
            grid.push(cells);
        }
    }
    grid
}

/// Many connections on so many cores.
pub fn crowd(rows: &[&Row], cores: usize) -> Grid {
    let all = crowds(rows, Handler::Echo);
    let mut head = vec!["server".to_owned()];
    for n in &all {
        head.push(format!("{n}: requests/s"));
        head.extend(["CPU each, µs", "p50, µs", "p99, µs"].map(str::to_owned));
        head.extend(["peak RSS, KiB", "threads", "served", "errors"].map(str::to_owned));
    }
    let mut grid = grid_of(&head);
    for row in rows {
        let loads: Vec<_> = all
            .iter()
            .map(|n| row.load(Handler::Echo, cores, *n))
            .collect();
        if loads.iter().any(Option::is_some) {
            let cells = loads.into_iter().flat_map(crowd_cells);
            grid.push([row.name.clone()].into_iter().chain(cells).collect());
        }
    }
    grid
}

fn crowd_cells(load: Option<&Load>) -> Vec<String> {
    let Some(load) = load else {
        return [NONE; 8].map(str::to_owned).into();
    };
    let mut cells = crowd_figures(load).to_vec();
    cells.push(load.memory.threads.to_string());
    cells.push(load.served.to_string());
    cells.push(load.errors.to_string());
    cells
}

/// Throughput, CPU, times and memory under load.
pub fn crowd_figures(load: &Load) -> [String; 5] {
    [
        rate(load.per_second),
        or_none(load.cpu_us.map(rate)),
        or_none(load.latency_us.map(|latency| rate(latency.p50))),
        or_none(load.latency_us.map(|latency| rate(latency.p99))),
        bare_kib(load.memory.peak_rss_kib),
    ]
}

/// What more cores make of throughput and CPU per request, against one.
pub fn growth(report: &Report, rows: &[&Row]) -> Grid {
    let levels: Vec<usize> = report.levels().into_iter().filter(|n| *n > 1).collect();
    let all = crowds(rows, Handler::Echo);
    let mut head = vec!["server".to_owned()];
    for cores in &levels {
        for n in &all {
            head.push(format!("{n} on {cores} cores: requests/s"));
            head.push("CPU each".to_owned());
        }
    }
    let mut grid = grid_of(&head);
    if levels.is_empty() {
        return grid;
    }
    for row in rows
        .iter()
        .filter(|row| row.load(Handler::Echo, levels[0], all[0]).is_some())
    {
        let mut cells = vec![row.name.clone()];
        for cores in &levels {
            for n in &all {
                let load = |cores| row.load(Handler::Echo, cores, *n);
                let (one, more) = (load(1), load(*cores));
                let rates = one
                    .zip(more)
                    .map(|(one, more)| more.per_second / one.per_second);
                let cpu = one
                    .zip(more)
                    .and_then(|(one, more)| Some(more.cpu_us? / one.cpu_us?));
                cells.extend([rates, cpu].map(|ratio| or_none(ratio.map(times))));
            }
        }
        grid.push(cells);
    }
    grid
}

/// A handler that works: throughput and CPU per request.
pub fn work(report: &Report, rows: &[&Row], handler: Handler) -> Grid {
    let all = crowds(rows, handler);
    let levels = report.levels();
    let mut head = vec!["server".to_owned()];
    for cores in &levels {
        for n in &all {
            let s = if *cores == 1 { "" } else { "s" };
            head.push(format!("{n} on {cores} core{s}: requests/s"));
            head.extend(["CPU each, µs", "p50, ms", "peak RSS, KiB"].map(str::to_owned));
        }
    }
    let mut grid = grid_of(&head);
    for row in rows
        .iter()
        .filter(|row| row.load.iter().any(|load| load.handler == handler))
    {
        let mut cells = vec![row.name.clone()];
        for cores in &levels {
            for n in &all {
                let load = row.load(handler, *cores, *n);
                cells.push(or_none(load.map(|load| rate(load.per_second))));
                cells.push(or_none(load.and_then(|load| load.cpu_us).map(rate)));
                let latency = load.and_then(|load| load.latency_us);
                cells.push(or_none(latency.map(|latency| bare_ms(latency.p50))));
                cells.push(or_none(load.map(|load| bare_kib(load.memory.peak_rss_kib))));
            }
        }
        grid.push(cells);
    }
    grid
}

/// Latency and memory for each size of the body.
pub fn body(rows: &[&Row]) -> Grid {
    let mut all: Vec<usize> = rows
        .iter()
        .flat_map(|row| &row.bodies)
        .map(|b| b.bytes)
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut head = vec!["server".to_owned()];
    for n in &all {
        head.push(format!("{}: p50, µs", crate::units::bytes(*n as u64)));
        head.extend(["p99, µs", "peak RSS, KiB"].map(str::to_owned));
    }
    let mut grid = grid_of(&head);
    for row in rows.iter().filter(|row| !row.bodies.is_empty()) {
        let mut cells = vec![row.name.clone()];
        for n in &all {
            let body = row.bodies.iter().find(|body| body.bytes == *n);
            cells.push(or_none(body.map(|body| rate(body.latency_us.p50))));
            cells.push(or_none(body.map(|body| rate(body.latency_us.p99))));
            cells.push(or_none(body.map(|body| bare_kib(body.memory.peak_rss_kib))));
        }
        grid.push(cells);
    }
    grid
}

/// The numbers of connections of loads with this handler, in ascending order.
pub fn crowds(rows: &[&Row], handler: Handler) -> Vec<usize> {
    let fits = |load: &&Load| load.handler == handler;
    let loads = rows.iter().flat_map(|row| row.load.iter().filter(fits));
    let mut all: Vec<usize> = loads.map(|load| load.connections).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The package's size in kB, marked when the interpreter is not in it.
pub fn zip(row: &Row, mark: &str) -> String {
    let part = row.package.interpreter.is_some();
    let mark = if part { mark } else { "" };
    format!("{}{mark}", bare_kb(row.package.zip_bytes))
}

/// A figure, or a dash: never a zero for what was not measured.
pub fn or_none(figure: Option<String>) -> String {
    figure.unwrap_or_else(|| NONE.to_owned())
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn grid_of(head: &[String]) -> Grid {
    Grid::new(&head.iter().map(String::as_str).collect::<Vec<_>>())
}
