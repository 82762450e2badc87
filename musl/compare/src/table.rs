//! Owns what a report looks like as text: the tables of the terminal and the README's part.

use crate::grid::Grid;
use crate::peers::Group;
use crate::result::{Cloud, Report, Row};
use crate::units::{bytes, kib, ms, rate, us};
use crate::verdict;

/// The number of connections whose throughput stands in the headline.
const HEADLINE_CONNECTIONS: usize = 16;

/// Everything, for a terminal.
pub fn terminal(report: &Report) -> String {
    let rows = ranked(report);
    let mut parts = vec![
        section("Package and cold start", &start(report, &rows).text()),
        section(
            "One kept-alive connection, and throughput",
            &running(&rows).text(),
        ),
        section(
            "Growth with connections and with the body",
            &growth(&rows).text(),
        ),
        section(
            "The cloud's own figures for its demos; not measured here",
            &cloud(report).text(),
        ),
    ];
    parts.extend(outside(report));
    parts.push(section(
        "Where fc-runtime stands",
        &verdict::lines(report).join("\n"),
    ));
    parts.push(footer(report));
    parts.join("\n")
}

/// The headline table with its picture and its conditions, as Markdown.
pub fn headline(report: &Report, picture: &str, method: &str) -> String {
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

/// The rows that count, the soonest first answer first.
fn ranked(report: &Report) -> Vec<&Row> {
    let mut rows: Vec<&Row> = report
        .peers
        .iter()
        .filter(|r| r.disqualified.is_none())
        .collect();
    let first = |row: &Row| row.start.as_ref().map_or(f64::INFINITY, |s| s.first_us.p50);
    rows.sort_by(|a, b| first(a).total_cmp(&first(b)));
    rows
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
    let latest = |text: &Option<String>, unit: &str| match text {
        Some(text) => format!("{} {unit}", text.rsplit(", ").next().unwrap_or(text)),
        None => "-".to_owned(),
    };
    let package = cloud.package.as_deref().unwrap_or("-");
    let (duration, memory) = (&cloud.duration_ms, &cloud.memory_mb);
    Some(format!(
        "{package} / {} / {}",
        latest(duration, "ms"),
        latest(memory, "MB")
    ))
}

/// The package's size, marked when the interpreter is not in it.
fn zip(row: &Row, mark: &str) -> String {
    let mark = if row.package.interpreter.is_some() {
        mark
    } else {
        ""
    };
    format!("{}{mark}", bytes(row.package.zip_bytes))
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

/// Under which conditions the figures hold, in one or two sentences.
fn conditions(report: &Report) -> String {
    let (plan, machine) = (&report.plan, &report.machine);
    let mut text = format!(
        "{}: {} cold starts of each server in shuffled order (seed {}), {}, {} cores, Linux {}{}.",
        report.when.split('T').next().unwrap_or_default(),
        plan.rounds,
        plan.seed,
        machine.cpu,
        machine.cores,
        machine.kernel,
        if machine.pinned {
            ", client and server on a core each"
        } else {
            ""
        },
    );
    if plan.quick {
        text += " A quick run: its times say little.";
    }
    if machine.was_busy() {
        text += &format!(
            " The machine was busy (load {}): noisy.",
            machine.load_at_start
        );
    }
    text
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
    head.extend(["p99 at most", "served", "errors", "keep-alive"]);
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
        let slow = most.and_then(|load| load.latency_us);
        cells.push(slow.map_or("-".into(), |latency| us(latency.p99)));
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

fn growth(rows: &[&Row]) -> Grid {
    let connections = levels(rows, |row| {
        row.load.iter().map(|load| load.connections).collect()
    });
    let sizes = levels(rows, |row| {
        row.bodies.iter().map(|body| body.bytes).collect()
    });
    let rss = connections.iter().map(|n| format!("RSS {n} conn"));
    let body = sizes
        .iter()
        .flat_map(|n| [format!("p50 {}", bytes(*n as u64)), "RSS".to_owned()]);
    let heads: Vec<String> = ["server".to_owned()]
        .into_iter()
        .chain(rss)
        .chain(body)
        .collect();
    let mut grid = Grid::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let mut cells = vec![row.name.clone()];
        for n in &connections {
            let load = row.load.iter().find(|load| load.connections == *n);
            cells.push(load.map_or("-".into(), |load| kib(load.memory.peak_rss_kib)));
        }
        for n in &sizes {
            let body = row.bodies.iter().find(|body| body.bytes == *n);
            cells.push(body.map_or("-".into(), |body| us(body.latency_us.p50)));
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
    format!("{}\n{notes}\n", conditions(report))
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
