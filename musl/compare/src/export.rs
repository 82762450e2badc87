//! Owns the files of a run: the report as JSON, the raw data as JSON and CSV, and text between
//! two markers of another file.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::raw::{Raw, RunSample};
use crate::result::{Report, SCHEMA};

/// The line before the generated part of a README.
pub const BEGIN: &str = "<!-- compare:begin -->";
/// The line after it.
pub const END: &str = "<!-- compare:end -->";

/// Writes the report.
///
/// # Errors
/// When the file cannot be written.
pub fn write_report(path: &Path, report: &Report) -> Result<(), String> {
    let json = serde_json::to_string_pretty(report).map_err(|e| named(path, e))?;
    write_text(path, &(json + "\n"))
}

/// Reads a report.
///
/// # Errors
/// When it cannot be read, or has another shape.
pub fn read_report(path: &Path) -> Result<Report, String> {
    let text = fs::read_to_string(path).map_err(|e| named(path, e))?;
    let version: Version = serde_json::from_str(&text).map_err(|e| named(path, e))?;
    if version.schema != SCHEMA {
        let text = format!(
            "schema {} instead of {SCHEMA}; run the comparison again",
            version.schema
        );
        return Err(named(path, text));
    }
    serde_json::from_str(&text).map_err(|e| named(path, e))
}

/// Reads every sample that [`write_raw`] wrote.
///
/// # Errors
/// When it cannot be read, or has another shape.
pub fn read_raw(folder: &Path) -> Result<Raw, String> {
    let path = folder.join("raw.json");
    let text = fs::read_to_string(&path).map_err(|e| named(&path, e))?;
    serde_json::from_str(&text).map_err(|e| named(&path, e))
}

/// Writes every sample: `raw.json`, `starts.csv`, `smalls.csv` and `runs.csv`.
///
/// # Errors
/// When one of them cannot be written.
pub fn write_raw(folder: &Path, raw: &Raw) -> Result<(), String> {
    let path = folder.join("raw.json");
    let json = serde_json::to_string(raw).map_err(|e| named(&path, e))?;
    write_text(&path, &json)?;
    write_csv(&folder.join("starts.csv"), &raw.starts)?;
    write_csv(&folder.join("smalls.csv"), &raw.smalls)?;
    // A row of a table has no room for thousands of latencies; raw.json has them.
    let runs = raw.runs.iter().map(|run| RunSample {
        latencies_us: Vec::new(),
        ..run.clone()
    });
    write_csv(&folder.join("runs.csv"), &runs.collect::<Vec<_>>())
}

/// Puts `block` between the two markers of the file; returns whether that changed anything.
///
/// # Errors
/// When the file has no such markers, or cannot be read or written.
pub fn write_between_markers(path: &Path, block: &str) -> Result<bool, String> {
    let text = fs::read_to_string(path).map_err(|e| named(path, e))?;
    let new = replace(&text, block).map_err(|e| named(path, e))?;
    if new == text {
        return Ok(false);
    }
    write_text(path, &new)?;
    Ok(true)
}

/// Writes a text file.
///
/// # Errors
/// When it cannot be written.
pub fn write_text(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| named(path, e))
}

/// The version alone, so that a report of another shape is refused with a reason.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

fn write_csv<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), String> {
    let mut writer = csv::Writer::from_path(path).map_err(|e| named(path, e))?;
    for row in rows {
        writer.serialize(row).map_err(|e| named(path, e))?;
    }
    writer.flush().map_err(|e| named(path, e))
}

fn replace(text: &str, block: &str) -> Result<String, String> {
    let missing = || format!("it needs the lines {BEGIN} and {END}, in this order, once");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    if after.contains(BEGIN) || before.contains(END) {
        return Err(missing());
    }
    Ok(format!("{before}{BEGIN}\n{}\n{END}{after}", block.trim()))
}

fn named(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::report;

    #[test]
    fn a_report_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        write_report(&path, &report()).unwrap();
        assert_eq!(read_report(&path).unwrap(), report());
    }

    #[test]
    fn a_report_of_another_shape_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        write_report(
            &path,
            &Report {
                schema: 99,
                ..report()
            },
        )
        .unwrap();
        let error = read_report(&path).unwrap_err();
        assert!(
            error.ends_with("schema 99 instead of 2; run the comparison again"),
            "{error}"
        );
    }

    #[test]
    fn raw_data_has_a_csv_row_for_each_sample_and_its_latencies_in_json() {
        let folder = tempfile::tempdir().unwrap();
        let raw = crate::sample::raw();
        write_raw(folder.path(), &raw).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("starts.csv").lines().count(), raw.starts.len() + 1);
        assert!(read("starts.csv").starts_with("peer,round,place,listening_us,first_us,"));
        assert_eq!(read("runs.csv").lines().count(), raw.runs.len() + 1);
        assert_eq!(read("smalls.csv").lines().count(), raw.smalls.len() + 1);
        assert_eq!(read_raw(folder.path()).unwrap(), raw);
    }

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let text = format!("top\n{BEGIN}\nold\n{END}\nbottom\n");
        let new = replace(&text, "new\n").unwrap();
        assert_eq!(new, format!("top\n{BEGIN}\nnew\n{END}\nbottom\n"));
        assert_eq!(replace(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_file_is_written_only_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("README.md");
        fs::write(&path, format!("{BEGIN}\n{END}\n")).unwrap();
        assert_eq!(write_between_markers(&path, "new"), Ok(true));
        assert_eq!(write_between_markers(&path, "new"), Ok(false));
    }

    #[test]
    fn a_file_without_its_two_markers_is_left_alone() {
        for text in [
            "",
            BEGIN,
            END,
            &format!("{END}{BEGIN}"),
            &format!("{BEGIN}{END}{BEGIN}"),
        ] {
            assert!(
                replace(text, "new")
                    .unwrap_err()
                    .starts_with("it needs the lines")
            );
        }
    }
}
