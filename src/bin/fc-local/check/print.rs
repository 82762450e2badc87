//! The report: a table for people, JSON for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::row::{Level, Row, Verdict};
use super::{mcp, rows, sections};

/// Grows when a field of the JSON changes its meaning.
const JSON_VERSION: u32 = 1;

/// How much of what was seen stands in a row.
const SEEN_CHARS_MAX: usize = 400;

impl Verdict {
    fn cell(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotApplicable => "not applicable",
            Self::CannotTell => "unclear",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// The `must` rows that fail.
pub(super) fn broken(rows: &[Row]) -> Vec<&'static str> {
    rows.iter()
        .filter(|row| row.spec.level == Level::Must && row.outcome.verdict == Verdict::Fail)
        .map(|row| row.spec.name)
        .collect()
}

/// One line a row, with the column for where a rule comes from under this name; what was sent and expected below it, where
/// it did not pass or `all` is wanted. Rows that nothing could be asked for are counted in one line, unless `all` is wanted.
pub(super) fn table(rows: &[Row], source: &str, all: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    line(&mut out, ["verdict", "level", source, "row"], "seen")?;
    let (unasked, asked): (Vec<_>, Vec<_>) = rows.iter().partition(|row| !all && is_unasked(row));
    for row in asked {
        let spec = row.spec;
        let contract = sections::titled(spec.contract);
        let cells = [
            row.outcome.verdict.cell(),
            spec.level.word(),
            &contract,
            spec.name,
        ];
        line(&mut out, cells, &one_line(&row.outcome.seen))?;
        if all || row.outcome.verdict == Verdict::Fail {
            writeln!(out, "    sent      {}", spec.sent)?;
            writeln!(out, "    expected  {}", spec.expected)?;
            if let Some(fix) = spec.fix {
                writeln!(out, "    fix       {fix}")?;
            }
        }
    }
    if let Some(first) = unasked.first() {
        let (word, why) = (first.outcome.verdict.cell(), &first.outcome.seen);
        let count = unasked.len();
        writeln!(
            out,
            "{word:<14}  {count} rows were not asked: {why}; --verbose names them"
        )?;
    }
    writeln!(out, "\n{}", summary(rows))
}

/// Whether nothing was there that it could be asked of.
fn is_unasked(row: &Row) -> bool {
    row.outcome.verdict == Verdict::CannotTell
        && [rows::UNREACHED, mcp::UNREACHED].contains(&&*row.outcome.seen)
}

fn line(out: &mut impl Write, cells: [&str; 4], seen: &str) -> io::Result<()> {
    let [verdict, level, contract, name] = cells;
    writeln!(
        out,
        "{verdict:<14}  {level:<6}  {contract:<27}  {name:<28}  {seen}"
    )
}

fn summary(rows: &[Row]) -> String {
    let counts = counts(rows);
    let counted: Vec<String> = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::NotApplicable,
        Verdict::CannotTell,
    ]
    .into_iter()
    .map(|verdict| {
        format!(
            "{} {}",
            counts.get(verdict.key()).unwrap_or(&0),
            verdict.cell()
        )
    })
    .collect();
    let broken = broken(rows);
    let verdict = if broken.is_empty() {
        "no must row fails".to_owned()
    } else {
        format!("must rows that fail: {}", broken.join(", "))
    };
    format!("{} rows: {}\n{verdict}", rows.len(), counted.join(", "))
}

/// The whole report as JSON.
pub(super) fn json(command: &[String], rows: &[Row]) -> io::Result<()> {
    let shown: Vec<Value> = rows.iter().map(row).collect();
    let report = json!({
        "version": JSON_VERSION, "command": command, "rows": shown, "counts": counts(rows),
        "must_rows_that_fail": broken(rows),
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{report:#}")
}

/// A row as JSON. Only rows of MCP have a fix; the others fail for more than one reason.
fn row(row: &Row) -> Value {
    let spec = row.spec;
    let sections: Vec<Value> = sections::cited(spec.contract)
        .map(|(number, title)| json!({ "number": number, "title": title }))
        .collect();
    let mut shown = json!({
        "row": spec.name, "level": spec.level.word(), "contract": spec.contract, "sections": sections,
        "sent": spec.sent, "expected": spec.expected,
        "seen": row.outcome.seen, "verdict": row.outcome.verdict.key(),
    });
    if let Some(fix) = spec.fix {
        shown["fix"] = fix.into();
    }
    shown
}

fn counts(rows: &[Row]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.outcome.verdict.key()).or_default() += 1;
    }
    counts
}

/// What a runtime wrote must neither break the table nor reach the terminal as a command.
fn one_line(seen: &str) -> String {
    let mut shown = String::new();
    for char in seen.chars().take(SEEN_CHARS_MAX) {
        if char.is_control() {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    if seen.chars().count() > SEEN_CHARS_MAX {
        shown.push('…');
    }
    shown
}
