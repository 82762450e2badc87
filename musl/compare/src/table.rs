//! Owns what a report looks like on a terminal, and the order of its rows everywhere.

use crate::grid::Grid;
use crate::result::{Cloud, Report, Row};
use crate::units::{bytes, kib, rate, us};
use crate::verdict;
use crate::words::{Conditions, Language};

/// Everything, for a terminal.
pub fn terminal(report: &Report) -> String {
    let rows = ranked(report);
    let mut parts = vec![
        section("Package and cold start", &start(report, &rows).text()),
        section(
            "One kept-alive connection, and throughput",
            &running(&rows).text(),
        ),
        section("Growth with connections", &crowd(&rows).text()),
        section("Growth with the body", &weight(&rows).text()),
        section(
            "The cloud's own figures for its demos; not measured here",
            &cloud(report).text(),
        ),
    ];
    parts.extend(outside(report));
    parts.push(section(
        "Where fc-runtime stands",
        &verdict::lines(report, Language::English).join("\n"),
    ));
    parts.push(footer(report));
    parts.join("\n")
}

/// The rows that count, the soonest first answer first.
pub fn ranked(report: &Report) -> Vec<&Row> {
    let mut rows: Vec<&Row> = report
        .peers
        .iter()
        .filter(|r| r.disqualified.is_none())
        .collect();
    let first = |row: &Row| row.start.as_ref().map_or(f64::INFINITY, |s| s.first_us.p50);
    rows.sort_by(|a, b| first(a).total_cmp(&first(b)));
    rows
}

/// The package's size, marked when the interpreter is not in it.
pub fn zip(row: &Row, mark: &str) -> String {
    let mark = if row.package.interpreter.is_some() {
        mark
    } else {
        ""
    };
    format!("{}{mark}", bytes(row.package.zip_bytes))
}

/// Under which conditions the figures hold, in one or two sentences.
pub fn conditions(report: &Report, language: Language) -> String {
    let (plan, machine) = (&report.plan, &report.machine);
    language.conditions(&Conditions {
        day: report.when.split('T').next().unwrap_or_default(),
        rounds: plan.rounds,
        seed: plan.seed,
        cpu: &machine.cpu,
        cores: machine.cores,
        kernel: &machine.kernel,
        pinned: machine.pinned,
        quick: plan.quick,
        busy: machine.was_busy(),
    })
}

fn start(report: &Report, rows: &[&Row]) -> Grid {
    let mut grid = Grid::new(&[
        "server",
        "zip",
        "unpacked",
        "listen p50",
        "first p50",
        "p90",
        "p99",
        "x floor",
        "peak RSS",
        "PSS",
        "threads",
    ]);
    let floor = verdict::floor(report);
    for row in rows {
        let mut cells = vec![row.name.clone(), zip(row, "+"), bytes(row.package.bytes)];
        if let Some(start) = &row.start {
            let first = &start.first_us;
            cells.extend([
                us(start.listening_us.p50),
                us(first.p50),
                us(first.p90),
                us(first.p99),
            ]);
            cells.push(floor.map_or("-".into(), |floor| format!("{:.2}", first.p50 / floor)));
            let memory = &start.memory;
            cells.extend([kib(memory.peak_rss_kib), kib(memory.pss_kib)]);
            cells.push(memory.threads.to_string());
        }
        grid.push(cells);
    }
    grid
}

fn running(rows: &[&Row]) -> Grid {
    let all = levels(rows, |row| {
        row.load.iter().map(|load| load.connections).collect()
    });
    let heads: Vec<String> = all.iter().map(|n| format!("{n} conn/s")).collect();
    let mut head = vec!["server", "warm p50", "p90", "p99", "CPU"];
    head.extend(heads.iter().map(String::as_str));
    head.extend(["served", "errors", "keep-alive"]);
    let mut grid = Grid::new(&head);
    for row in rows {
        let mut cells = vec![row.name.clone()];
        match &row.warm {
            Some(w) => {
                let latency = &w.latency_us;
                cells.extend([
                    us(latency.p50),
                    us(latency.p90),
                    us(latency.p99),
                    us(w.cpu_us),
                ]);
            }
            None => cells.extend(["-"; 4].map(str::to_owned)),
        }
        for n in &all {
            let load = row.load.iter().find(|load| load.connections == *n);
            cells.push(load.map_or("-".into(), |load| rate(load.per_second)));
        }
        let most = row.load.last();
        cells.push(most.map_or("-".into(), |l| format!("{}/{}", l.served, l.connections)));
        cells.push(
            row.load
                .iter()
                .map(|load| load.errors)
                .sum::<u64>()
                .to_string(),
        );
        cells.push(
            row.warm
                .as_ref()
                .map_or("-", |w| if w.keep_alive { "yes" } else { "no" })
                .into(),
        );
        grid.push(cells);
    }
    grid
}

/// Latency and memory for each number of connections.
fn crowd(rows: &[&Row]) -> Grid {
    let all = levels(rows, |row| {
        row.load.iter().map(|load| load.connections).collect()
    });
    let mut head = vec!["server".to_owned()];
    head.extend(
        all.iter()
            .flat_map(|n| [format!("p50 at {n}"), "p99".into(), "RSS".into()]),
    );
    let mut grid = Grid::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let mut cells = vec![row.name.clone()];
        for n in &all {
            let load = row.load.iter().find(|load| load.connections == *n);
            let latency = load.and_then(|load| load.latency_us);
            cells.push(latency.map_or("-".into(), |latency| us(latency.p50)));
            cells.push(latency.map_or("-".into(), |latency| us(latency.p99)));
            cells.push(load.map_or("-".into(), |load| kib(load.memory.peak_rss_kib)));
        }
        grid.push(cells);
    }
    grid
}

/// Latency and memory for each size of the body.
fn weight(rows: &[&Row]) -> Grid {
    let all = levels(rows, |row| {
        row.bodies.iter().map(|body| body.bytes).collect()
    });
    let mut head = vec!["server".to_owned()];
    let sizes = all.iter().map(|n| bytes(*n as u64));
    head.extend(sizes.flat_map(|size| [format!("p50 of {size}"), "p99".into(), "RSS".into()]));
    let mut grid = Grid::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let mut cells = vec![row.name.clone()];
        for n in &all {
            let body = row.bodies.iter().find(|body| body.bytes == *n);
            cells.push(body.map_or("-".into(), |body| us(body.latency_us.p50)));
            cells.push(body.map_or("-".into(), |body| us(body.latency_us.p99)));
            cells.push(body.map_or("-".into(), |body| kib(body.memory.peak_rss_kib)));
        }
        grid.push(cells);
    }
    grid
}

fn cloud(report: &Report) -> Grid {
    let mut grid = Grid::new(&["demo", "package", "duration ms", "memory MB", "recorded in"]);
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for Cloud {
        demo,
        package,
        duration_ms,
        memory_mb,
        source,
        ..
    } in &report.cloud
    {
        let cells = vec![
            demo.clone(),
            or(package),
            or(duration_ms),
            or(memory_mb),
            source.clone(),
        ];
        grid.push(cells);
    }
    grid
}

/// What is not in the tables, and what went wrong with what is.
fn outside(report: &Report) -> Vec<String> {
    let left = report.left_out.iter().map(|left| {
        let bring = left
            .bring
            .as_ref()
            .map_or(String::new(), |b| format!("; to bring it: {b}"));
        format!("{}: {}{bring}\n", left.name, left.reason)
    });
    let wrong = report.peers.iter().filter_map(|row| {
        row.disqualified
            .as_ref()
            .map(|reason| format!("{}: {reason}\n", row.name))
    });
    let remarks = report.peers.iter().flat_map(|row| {
        row.remarks
            .iter()
            .map(move |remark| format!("{}: {remark}\n", row.name))
    });
    let lists = [
        ("Left out", left.collect::<String>()),
        ("Disqualified", wrong.collect()),
        ("Trouble on the way", remarks.collect()),
    ];
    let some = lists.into_iter().filter(|(_, text)| !text.is_empty());
    some.map(|(title, text)| section(title, &text)).collect()
}

fn footer(report: &Report) -> String {
    let notes = "Times in µs unless they say ms. + the interpreter is not in the package. \
                 conn/s: answers each second with so many connections. \
                 served: connections that got an answer, of the most there were.";
    format!("{}\n{notes}\n", conditions(report, Language::English))
}

fn section(title: &str, text: &str) -> String {
    format!("{title}\n\n{}\n", text.trim_end())
}

fn levels(rows: &[&Row], of: fn(&Row) -> Vec<usize>) -> Vec<usize> {
    let mut all: Vec<usize> = rows.iter().flat_map(|row| of(row)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests;
