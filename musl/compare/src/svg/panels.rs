//! Owns the panels of the picture: what each shows, and on which scale.

use crate::events::Handler;
use crate::plan::HEADLINE_CONNECTIONS;
use crate::result::Row;
use crate::units::{bytes, ms, rate, short};

/// Where the first panel begins: after the names.
const NAMES: f64 = 176.0;
/// The width of a panel.
const PANEL: f64 = 248.0;
/// The room between the panels.
const GAP: f64 = 18.0;
/// What is kept free at a panel's right for one figure after the last point, and for two.
const FIGURE: f64 = 70.0;
const FIGURES: f64 = 116.0;
/// The most decades of which each has its label; of more, every second one has.
const LABELS_MAX: i32 = 3;

/// One panel: a logarithmic scale and what each row shows on it.
pub struct Panel {
    /// Where it begins.
    pub left: f64,
    /// What is kept free at its right for figures.
    kept: f64,
    /// What it shows.
    pub title: &'static str,
    /// Which end is the good one.
    pub better: &'static str,
    /// The power of ten at its left end.
    pub from: i32,
    /// The one at its right end.
    pub to: i32,
    /// How a power of ten is written below it.
    pub tick: fn(f64) -> String,
    /// The value of each row, and the one of its ring.
    pub values: Vec<Option<(f64, Option<f64>)>>,
    /// How a value is written beside its point.
    pub figure: fn(f64) -> String,
    /// Whether a row's value leaves something out.
    pub part: fn(&Row) -> bool,
}

impl Panel {
    /// Where a value stands.
    pub fn x(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        self.left + share * (PANEL - self.kept)
    }

    /// The decades from one label to the next.
    pub fn labels(&self) -> i32 {
        if self.to - self.from > LABELS_MAX {
            2
        } else {
            1
        }
    }
}

/// The bytes of the packages.
pub fn size_panel(rows: &[&Row]) -> Panel {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no package comes near 2^52 bytes"
    )]
    let values: Vec<_> = rows
        .iter()
        .map(|row| Some((row.package.zip_bytes as f64, None)))
        .collect();
    let (from, to) = decades(&values, 2, 7);
    Panel {
        left: NAMES,
        kept: FIGURE,
        title: "Package after zip -9",
        better: "smaller is better",
        from,
        to,
        tick: |value| size(value).replace(".0 ", " ").replace(".00 ", " "),
        values,
        figure: size,
        part: |row| row.package.interpreter.is_some(),
    }
}

/// The starts, on a core and on the smallest instance.
pub fn start_panel(rows: &[&Row], most: usize) -> Panel {
    let value = |row: &&Row| {
        let small = row.small(most, 0).map(|small| small.first_us.p50);
        Some((row.start.as_ref()?.first_us.p50, small))
    };
    let values: Vec<_> = rows.iter().map(value).collect();
    let (from, to) = decades(&values, 2, 6);
    Panel {
        left: NAMES + PANEL + GAP,
        kept: FIGURES,
        title: "First response, median",
        better: "sooner is better",
        from,
        to,
        tick: |value| format!("{} ms", value / 1e3),
        values,
        figure: ms,
        part: |_| false,
    }
}

/// The throughput, on one core and on the most there were.
pub fn rate_panel(rows: &[&Row], most: usize) -> Panel {
    let value = |row: &&Row| {
        let rate = |cores| {
            let load = row.load(Handler::Echo, cores, HEADLINE_CONNECTIONS);
            let load = load.filter(|load| load.serves_all() && load.per_second > 0.0);
            load.map(|load| load.per_second)
        };
        Some((rate(1)?, rate(most).filter(|_| most > 1)))
    };
    let values: Vec<_> = rows.iter().map(value).collect();
    let (from, to) = decades(&values, 3, 5);
    Panel {
        left: NAMES + 2.0 * (PANEL + GAP),
        kept: FIGURES,
        title: "Requests/s, 16 connections",
        better: "more is better",
        from,
        to,
        tick: short,
        values,
        figure: rate,
        part: |_| false,
    }
}

/// The powers of ten around all values, and at least from one given to the other.
pub(super) fn decades(values: &[Option<(f64, Option<f64>)>], from: i32, to: i32) -> (i32, i32) {
    let values = values.iter().flatten();
    let all = values.flat_map(|(value, ring)| [*value, ring.unwrap_or(*value)]);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a figure is below 20"
    )]
    all.fold((from, to), |(low, high), value| {
        (
            low.min(value.log10().floor() as i32),
            high.max(value.log10().ceil() as i32),
        )
    })
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
