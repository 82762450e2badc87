//! Owns the order of rows in every table and picture.

use crate::result::Row;

/// The rows that count, the soonest first response first.
pub fn ranked(rows: &[Row]) -> Vec<&Row> {
    let counts = |row: &&Row| row.disqualified.is_none();
    let mut rows: Vec<&Row> = rows.iter().filter(counts).collect();
    let first = |row: &Row| row.start.as_ref().map_or(f64::INFINITY, |s| s.first_us.p50);
    rows.sort_by(|a, b| first(a).total_cmp(&first(b)));
    rows
}
