//! Owns the picture of package size, cold start and throughput. Draws; decides nothing.

mod panels;

use std::fmt::Write;

use crate::headline::{most_cores, shown};
use crate::peers::Group;
use crate::result::{Report, Row};
use panels::{Panel, rate_panel, size_panel, start_panel};

/// The picture's width, in its own units, as all lengths here.
const WIDTH: f64 = 980.0;
/// The height of a row.
const ROW: f64 = 27.0;
/// Where the first row begins: below the titles.
const TOP: f64 = 122.0;
/// What is below the last row: the scale and the notes.
const BOTTOM: f64 = 84.0;

/// Where each kind of point is explained, and how.
const LEGEND: [(f64, &str, &str); 5] = [
    (29.0, "ours", "fc-runtime"),
    (129.0, "peer", "others, complete package"),
    (308.0, "part", "interpreter not in the package"),
    (514.0, "floor", "C: a floor, not a way to write functions"),
    (776.0, "ring", "0.05 vCPU; more cores"),
];

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',sans-serif;fill:#1f2328}\
.bg{fill:#fff}.title{font-size:17px;font-weight:600}.sub,.tick{fill:#59636e}.tick{font-size:11px}\
.note{font-size:11.5px;fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}.band{fill:#f6f8fa}\
.peer{fill:#6e7781;stroke:#6e7781}.floor{fill:#fff;stroke:#6e7781}.ours{fill:#cf4a1d;stroke:#cf4a1d}\
.part{fill:#fff;stroke:#6e7781;stroke-dasharray:2 2}\
line.peer,line.floor,line.ours,line.part{stroke-width:2}.ring{fill:none;stroke:#6e7781}.ring.ours{fill:none;stroke:#cf4a1d}circle{stroke-width:2}\
.strong{font-weight:700;fill:#b83c12}.head{font-weight:600}.figure,.strong{paint-order:stroke;stroke:#fff;stroke-width:3px}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bg{fill:#0d1117}.sub,.tick,.note{fill:#9198a1}\
.grid{stroke:#3d444d}.band{fill:#151b23}.peer{fill:#9198a1;stroke:#9198a1}\
.floor{fill:#0d1117;stroke:#9198a1}.ours{fill:#ff8a5c;stroke:#ff8a5c}.ring{stroke:#9198a1}.ring.ours{fill:none;stroke:#ff8a5c}\
.part{fill:#0d1117;stroke:#9198a1}.strong{fill:#ff9a70}.figure,.strong{stroke:#0d1117}}";

/// The picture as an SVG file.
pub fn picture(report: &Report) -> String {
    let rows = shown(report);
    #[expect(clippy::cast_precision_loss, reason = "there are a few dozen rows")]
    let height = TOP + rows.len() as f64 * ROW + BOTTOM;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>Package size, cold start \
         and throughput of HTTP echo servers</title>\n<style>{STYLE}</style>\n\
         <rect class=\"bg\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n"
    );
    svg += &text(
        24.0,
        34.0,
        "title",
        "Package size, cold start and throughput",
    );
    let most = most_cores(report);
    let sub = format!(
        "Servers that echo an event. Filled: on one core. Ring: on the smallest instance (0.05 vCPU), or \
         on {most} cores. All scales are logarithmic."
    );
    svg += &text(24.0, 56.0, "sub", &sub);
    names(&mut svg, &rows);
    for shown in [
        size_panel(&rows),
        start_panel(&rows, most),
        rate_panel(&rows, most),
    ] {
        panel(&mut svg, &rows, &shown);
    }
    notes(&mut svg, report, height);
    svg + "</svg>\n"
}

fn names(svg: &mut String, rows: &[&Row]) {
    for (at, row) in rows.iter().enumerate() {
        let y = middle(at);
        if at % 2 == 0 {
            let (top, width) = (y - ROW / 2.0, WIDTH - 24.0);
            let _ = writeln!(
                svg,
                "<rect class=\"band\" x=\"12\" y=\"{top}\" width=\"{width}\" height=\"{ROW}\" rx=\"4\"/>"
            );
        }
        let class = if row.group == Group::Ours {
            "strong"
        } else {
            "name"
        };
        *svg += &text(24.0, y + 4.5, class, &row.name);
    }
}

fn panel(svg: &mut String, rows: &[&Row], panel: &Panel) {
    *svg += &text(panel.left, TOP - 34.0, "head", panel.title);
    *svg += &text(panel.left, TOP - 17.0, "tick", panel.better);
    let bottom = middle(rows.len()) - ROW / 2.0;
    for power in panel.from..=panel.to {
        let value = 10f64.powi(power);
        let x = panel.x(value);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\"/>",
            TOP - 8.0
        );
        if (power - panel.from) % panel.labels() == 0 {
            let label = escape(&(panel.tick)(value));
            let y = bottom + 16.0;
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{label}</text>"
            );
        }
    }
    for (at, (row, values)) in rows.iter().zip(&panel.values).enumerate() {
        if let Some((value, ring)) = values {
            mark(svg, panel, row, (*value, *ring), middle(at));
        }
    }
}

/// The point of a row with its ring and its figures.
fn mark(svg: &mut String, panel: &Panel, row: &Row, (value, ring): (f64, Option<f64>), y: f64) {
    let class = match row.group {
        Group::Floor => "floor",
        Group::Ours => "ours",
        Group::Variant | Group::Peer if (panel.part)(row) => "part",
        Group::Variant | Group::Peer => "peer",
    };
    let x = panel.x(value);
    let mut right = x;
    let mut figure = (panel.figure)(value);
    if let Some(ring) = ring {
        let end = panel.x(ring);
        right = right.max(end);
        figure = format!("{figure} → {}", (panel.figure)(ring));
        let _ = writeln!(
            svg,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{y}\" x2=\"{end:.1}\" y2=\"{y}\"/>\
             <circle class=\"ring {class}\" cx=\"{end:.1}\" cy=\"{y}\" r=\"6.5\"/>"
        );
    }
    let _ = writeln!(
        svg,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y}\" r=\"4\"/>"
    );
    let strong = if row.group == Group::Ours {
        "strong"
    } else {
        "figure"
    };
    *svg += &text(right + 11.0, y + 4.5, strong, &figure);
}

fn notes(svg: &mut String, report: &Report, height: f64) {
    for (x, class, meaning) in LEGEND {
        let y = height - 36.0;
        let _ = writeln!(
            svg,
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>"
        );
        *svg += &text(x + 11.0, y + 4.0, "note", meaning);
    }
    let (plan, machine) = (&report.plan, &report.machine);
    let quick = if plan.quick {
        ", a quick run: its times say little"
    } else {
        ""
    };
    let noisy = if machine.was_busy() {
        ", on a busy machine: noisy"
    } else {
        ""
    };
    let run = format!(
        "{}, {} starts each{quick}{noisy}; {}, {} cores, Linux {}",
        report.when.split('T').next().unwrap_or_default(),
        plan.rounds,
        machine.cpu,
        machine.cores,
        machine.kernel
    );
    *svg += &text(24.0, height - 14.0, "note", &run);
}

/// The middle of a row.
fn middle(at: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are a few dozen rows")]
    let rows = at as f64;
    TOP + rows * ROW + ROW / 2.0
}

fn text(x: f64, y: f64, class: &str, content: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n",
        escape(content)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
