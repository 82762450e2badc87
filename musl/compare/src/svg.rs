//! Owns the picture of package size and cold start. Draws; decides nothing.

use std::fmt::Write;

use crate::peers::Group;
use crate::result::{Report, Row};
use crate::units::{bytes, ms};

/// The picture's width, in its own units, as all lengths here.
const WIDTH: f64 = 980.0;
/// Where the first panel begins: behind the names.
const NAMES: f64 = 208.0;
/// The width of a panel.
const PANEL: f64 = 366.0;
/// The room between the panels.
const GAP: f64 = 20.0;
/// What is kept free at a panel's right for the figure behind the last point.
const FIGURE: f64 = 72.0;
/// The height of a row.
const ROW: f64 = 25.0;
/// Where the first row begins: below the titles.
const TOP: f64 = 104.0;
/// What is below the last row: the scale and the notes.
const BOTTOM: f64 = 84.0;

/// Where each kind of point is explained, and how.
const LEGEND: [(f64, &str, &str); 5] = [
    (29.0, "ours", "fc-runtime"),
    (129.0, "variant", "fc-runtime, built another way"),
    (333.0, "peer", "others, complete package"),
    (520.0, "part", "interpreter not in the package"),
    (732.0, "floor", "C: a floor, not a way to write functions"),
];

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',sans-serif;fill:#1f2328}\
.bg{fill:#fff}.title{font-size:17px;font-weight:600}.sub,.tick{fill:#59636e}.tick{font-size:11px}\
.note{font-size:11.5px;fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}.band{fill:#f6f8fa}\
.peer{fill:#6e7781;stroke:#6e7781}.floor{fill:#fff;stroke:#6e7781}.ours{fill:#cf4a1d;stroke:#cf4a1d}\
.variant{fill:#fff;stroke:#cf4a1d}.part{fill:#fff;stroke:#6e7781;stroke-dasharray:2 2}\
line.peer,line.floor,line.ours,line.variant{stroke-width:2}circle{stroke-width:2}\
.strong{font-weight:700;fill:#b83c12}.head{font-weight:600}.figure,.strong{paint-order:stroke;stroke:#fff;stroke-width:3px}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bg{fill:#0d1117}.sub,.tick,.note{fill:#9198a1}\
.grid{stroke:#3d444d}.band{fill:#151b23}.peer{fill:#9198a1;stroke:#9198a1}\
.floor{fill:#0d1117;stroke:#9198a1}.ours{fill:#ff8a5c;stroke:#ff8a5c}.variant{fill:#0d1117;stroke:#ff8a5c}\
.part{fill:#0d1117;stroke:#9198a1}.strong{fill:#ff9a70}.figure,.strong{stroke:#0d1117}}";

/// The picture as an SVG file.
pub fn picture(report: &Report) -> String {
    let rows = drawn(report);
    #[expect(clippy::cast_precision_loss, reason = "there are a few dozen rows")]
    let height = TOP + rows.len() as f64 * ROW + BOTTOM;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>Package size and cold start \
         of HTTP echo servers</title>\n<style>{STYLE}</style>\n\
         <rect class=\"bg\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n"
    );
    svg += &text(
        24.0,
        34.0,
        "title",
        "What one deploys, and how soon it answers",
    );
    svg += &text(
        24.0,
        56.0,
        "sub",
        "Servers that echo an event, each cold start a new process; \
                                     further left is better. Both scales are logarithmic.",
    );
    names(&mut svg, &rows);
    panel(&mut svg, &rows, &size_panel(&rows));
    panel(&mut svg, &rows, &start_panel(&rows));
    notes(&mut svg, report, height);
    svg + "</svg>\n"
}

/// One panel: a logarithmic scale and what each row shows on it.
struct Panel {
    left: f64,
    title: &'static str,
    /// The powers of ten at both ends.
    from: i32,
    to: i32,
    tick: fn(f64) -> String,
    /// The value of a row and the end of its spread, or the value again.
    of: fn(&Row) -> Option<(f64, f64)>,
    figure: fn(f64) -> String,
    /// Whether a row's value leaves something out.
    part: fn(&Row) -> bool,
}

impl Panel {
    /// Where a value stands.
    fn x(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        self.left + share * (PANEL - FIGURE)
    }
}

fn size_panel(rows: &[&Row]) -> Panel {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no package comes near 2^52 bytes"
    )]
    let of: fn(&Row) -> Option<(f64, f64)> =
        |row| Some((row.package.zip_bytes as f64, row.package.zip_bytes as f64));
    let (from, to) = decades(rows.iter().filter_map(|row| of(row)), 2, 7);
    Panel {
        left: NAMES,
        title: "Package, bytes after zip -9",
        from,
        to,
        tick: |value| size(value).replace(".0 ", " ").replace(".00 ", " "),
        of,
        figure: size,
        part: |row| row.package.interpreter.is_some(),
    }
}

fn start_panel(rows: &[&Row]) -> Panel {
    let of: fn(&Row) -> Option<(f64, f64)> = |row| {
        row.start
            .as_ref()
            .map(|start| (start.first_us.p50, start.first_us.p90))
    };
    let (from, to) = decades(rows.iter().filter_map(|row| of(row)), 2, 5);
    Panel {
        left: NAMES + PANEL + GAP,
        title: "Start: process to first answer, p50, line to p90",
        from,
        to,
        tick: |value| format!("{} ms", value / 1e3),
        of,
        figure: ms,
        part: |_| false,
    }
}

/// The rows that can be drawn, the soonest first answer first.
fn drawn(report: &Report) -> Vec<&Row> {
    let first = |row: &Row| row.start.as_ref().map(|start| start.first_us.p50);
    let counts = |row: &&Row| row.disqualified.is_none() && first(row).is_some();
    let mut rows: Vec<&Row> = report.peers.iter().filter(counts).collect();
    rows.sort_by(|a, b| first(a).unwrap_or(0.0).total_cmp(&first(b).unwrap_or(0.0)));
    rows
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
    *svg += &text(panel.left, TOP - 22.0, "head", panel.title);
    let bottom = middle(rows.len()) - ROW / 2.0;
    for power in panel.from..=panel.to {
        let value = 10f64.powi(power);
        let x = panel.x(value);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\"/>",
            TOP - 8.0
        );
        let label = (panel.tick)(value);
        let _ = writeln!(
            svg,
            "<text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 16.0,
            escape(&label)
        );
    }
    for (at, row) in rows.iter().enumerate() {
        if let Some((value, end)) = (panel.of)(row) {
            mark(svg, panel, row, (value, end), middle(at));
        }
    }
}

/// The point of a row with its spread and its figure.
fn mark(svg: &mut String, panel: &Panel, row: &Row, (value, end): (f64, f64), y: f64) {
    let class = match row.group {
        Group::Floor => "floor",
        Group::Ours => "ours",
        Group::Variant => "variant",
        Group::Peer if (panel.part)(row) => "part",
        Group::Peer => "peer",
    };
    let (x, x_end) = (panel.x(value), panel.x(end));
    // A shorter line would only look like a flaw of the point.
    if x_end > x + 7.0 {
        let _ = writeln!(
            svg,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{y}\" x2=\"{x_end:.1}\" y2=\"{y}\"/>"
        );
    }
    let _ = writeln!(
        svg,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y}\" r=\"5\"/>"
    );
    let strong = if row.group == Group::Ours {
        "strong"
    } else {
        "figure"
    };
    *svg += &text(
        x_end.max(x + 4.0) + 7.0,
        y + 4.5,
        strong,
        &(panel.figure)(value),
    );
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
        "{}, {} starts each{quick}{noisy}; {}, Linux {}",
        report.when.split('T').next().unwrap_or_default(),
        plan.rounds,
        machine.cpu,
        machine.kernel
    );
    *svg += &text(24.0, height - 14.0, "note", &run);
}

/// The powers of ten around all values, and at least from one given to the other.
fn decades(values: impl Iterator<Item = (f64, f64)>, from: i32, to: i32) -> (i32, i32) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a figure is below 20"
    )]
    values.fold((from, to), |(low, high), (value, end)| {
        (
            low.min(value.log10().floor() as i32),
            high.max(end.log10().ceil() as i32),
        )
    })
}

/// The middle of a row.
fn middle(at: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are a few dozen rows")]
    let rows = at as f64;
    TOP + rows * ROW + ROW / 2.0
}

fn size(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size is a whole number above zero"
    )]
    let n = value as u64;
    bytes(n)
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
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn what_could_end_a_tag_is_escaped() {
        assert_eq!(escape("a<b & \"c\">"), "a&lt;b &amp; &quot;c&quot;&gt;");
        let svg = picture(&report());
        assert!(svg.contains("Node &lt;http&gt;") && !svg.contains("Node <http>"));
    }

    #[test]
    fn every_peer_that_counts_has_a_point_in_both_panels() {
        let svg = picture(&report());
        assert_eq!(svg.matches("<circle ").count(), 2 * 4 + LEGEND.len());
        assert!(!svg.contains(">Wrong<"));
        // The package of the one without its interpreter, and the legend.
        assert_eq!(svg.matches("class=\"part\"").count(), 2);
    }

    #[test]
    fn a_value_ten_times_as_large_stands_one_decade_further() {
        let rows = drawn(&report()).into_iter().cloned().collect::<Vec<_>>();
        let rows: Vec<&Row> = rows.iter().collect();
        let panel = start_panel(&rows);
        let step = panel.x(1e3) - panel.x(1e2);
        assert!((panel.x(1e4) - panel.x(1e3) - step).abs() < 1e-9);
        assert!((panel.x(10f64.powi(panel.from)) - panel.left).abs() < 1e-9);
    }

    #[test]
    fn the_scale_holds_every_value() {
        assert_eq!(decades([(170.0, 200.0)].into_iter(), 2, 5), (2, 5));
        assert_eq!(decades([(50.0, 2e6)].into_iter(), 2, 5), (1, 7));
    }

    #[test]
    fn the_picture_says_that_its_scales_are_logarithmic_and_follows_the_theme() {
        let svg = picture(&report());
        assert!(svg.contains("Both scales are logarithmic"));
        assert!(svg.contains("@media(prefers-color-scheme:dark)"));
    }
}
