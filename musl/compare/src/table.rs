//! Owns the full tables of a report, for a terminal and for a page, and the order of their rows
//! everywhere.

use crate::events::Handler;
use crate::grid::{COLUMNS_MAX, Grid};
use crate::mcp_sections;
use crate::outside;
use crate::rank::ranked;
use crate::result::{Cloud, Report};
use crate::sections::{body, crowd, growth, small, small_cores, start, warm, work};
use crate::targets;
use crate::verdict;
use crate::words::{Conditions, Language};

/// A table with its title.
#[derive(Debug)]
struct Section {
    title: String,
    grid: Grid,
}

/// Everything, for a terminal.
pub fn terminal(report: &Report) -> String {
    let mut parts: Vec<String> = sections(report)
        .iter()
        .map(|section| format!("{}\n\n{}", section.title, section.grid.text()))
        .collect();
    parts.extend(
        outside::lists(report)
            .iter()
            .map(|(title, lines)| list(title, lines)),
    );
    parts.push(list("Where fc-runtime stands", &standing(report)));
    parts.push(wrapped(&conditions(report, Language::English)));
    parts.push(wrapped(NOTES));
    parts.join("\n")
}

/// Everything, as Markdown below a heading of the second level.
pub fn page(report: &Report) -> String {
    let mut text = format!(
        "## All figures\n\n{}\n\n{NOTES}\n\n",
        conditions(report, Language::English)
    );
    for section in sections(report) {
        text += &format!("### {}\n\n{}\n", section.title, section.grid.markdown());
    }
    let mut lists = outside::lists(report);
    lists.push(("Where fc-runtime stands".to_owned(), standing(report)));
    for (title, lines) in lists {
        let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
        text += &format!("### {title}\n\n{lines}\n");
    }
    text
}

/// What the heads of the tables do not say.
const NOTES: &str = "A package marked + lacks its interpreter. CPU is user and system time of the \
                     server's processes. served: connections that got a response. held back: starts \
                     that had to wait for a further quota.";

/// Under which conditions the figures hold, in a few sentences.
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
        parts: report.parts,
        quick: plan.quick,
        busy: machine.was_busy(),
    })
}

/// Every table that has a figure.
fn sections(report: &Report) -> Vec<Section> {
    let rows = ranked(&report.peers);
    let mut all = vec![("Package and cold start".to_owned(), start(report, &rows))];
    for cores in small_cores(&rows) {
        let title = format!(
            "Cold start on the smallest instance, 0.05 vCPU, the server on {}",
            on_cores(cores)
        );
        all.push((title, small(&rows, cores)));
    }
    all.push(("One kept-alive connection".to_owned(), warm(&rows)));
    for cores in report.levels() {
        let title = format!("Many connections, the server on {}", on_cores(cores));
        all.push((title, crowd(&rows, cores)));
    }
    all.push((
        "From one core to more, as a factor".to_owned(),
        growth(report, &rows),
    ));
    for (handler, what) in [
        (Handler::Burn, "A handler that burns 200 µs of CPU"),
        (Handler::Wait, "A handler that waits 20 ms"),
    ] {
        all.push((what.to_owned(), work(report, &rows, handler)));
    }
    all.push((
        "Growth with the body, on one connection".to_owned(),
        body(&rows),
    ));
    let mcp = ranked(&report.mcp);
    all.extend([
        (
            "MCP: package, cold start, and the first list of tools".to_owned(),
            mcp_sections::start(&mcp),
        ),
        ("MCP: calls of a tool".to_owned(), mcp_sections::calls(&mcp)),
        (
            "MCP: what is expected of ours".to_owned(),
            targets::grid(report),
        ),
        (
            "MCP: what the servers do differently".to_owned(),
            mcp_sections::manners(&mcp),
        ),
    ]);
    let title = "The cloud's own figures for its demos; not measured here";
    all.push((title.to_owned(), cloud(report)));
    let sections = all.into_iter().map(|(title, grid)| Section { title, grid });
    sections
        .filter(|section| !section.grid.is_empty())
        .collect()
}

/// Of whom ours is not ahead, and which target it misses.
fn standing(report: &Report) -> Vec<String> {
    let mut lines = verdict::lines(report, Language::English);
    lines.extend(targets::line(report));
    lines
}

/// `1 core`, `4 cores`.
fn on_cores(n: usize) -> String {
    format!("{n} core{}", if n == 1 { "" } else { "s" })
}

fn cloud(report: &Report) -> Grid {
    let mut grid = Grid::new(&["demo", "package", "duration, ms", "memory, MB"]);
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for Cloud {
        demo,
        package,
        duration_ms,
        memory_mb,
        ..
    } in &report.cloud
    {
        grid.push(vec![
            demo.clone(),
            or(package),
            or(duration_ms),
            or(memory_mb),
        ]);
    }
    grid
}

fn list(title: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| wrapped(line)).collect();
    format!("{title}\n\n{lines}")
}

/// A paragraph for a terminal.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS_MAX {
            lines += &format!("{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests;
