//! The figures in the documents are those of their sources: the published comparison, the budget of the package, the
//! measured builds, the code.
//!
//! A figure stands between two comments that no reader sees, `<!--=NAME-->VALUE<!--/-->`, and its name says where it
//! comes from. `make figures` writes them all; without that these tests compare.

mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fc_runtime::serde_json::{self, Value};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "the defaults are what the documents show"
)]
#[path = "../../src/limits.rs"]
mod code;

/// With the value `write`, the documents are corrected instead of compared.
const MODE_VARIABLE: &str = "FIGURES";

/// What stands before the name of a figure, after the name, and after the value.
const OPEN: &str = "<!--=";
const NAMED: &str = "-->";
const CLOSE: &str = "<!--/-->";

/// Fewer figures than this mean that some were lost.
const FEWEST_FIGURES: usize = 150;

#[test]
fn every_figure_is_the_one_of_its_source() {
    let sources = sources();
    let mut found = 0;
    for file in documents() {
        let text = read(&file);
        for line in text.lines() {
            // Markdown would end the paragraph there.
            assert!(
                !line.trim_start().starts_with(OPEN),
                "{file:?}: a figure begins a line: {line}"
            );
        }
        let (corrected, count) = correct(&text, &sources, &file);
        found += count;
        compare_or_write(&file, &text, &corrected);
    }
    assert!(found >= FEWEST_FIGURES, "only {found} figures are found");
}

/// Every figure by its name.
fn sources() -> BTreeMap<String, String> {
    let mut figures: BTreeMap<_, _> = limits()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let report: Value =
        serde_json::from_str(&read(&root().join("musl/compare/result.json"))).expect("JSON");
    for server in ["default", "direct"] {
        for (name, value) in measured(&report, server) {
            figures.insert(format!("{server}.{name}"), value);
        }
    }
    figures.extend(sizes());
    figures.extend(tables::servers(&report));
    figures.extend(tables::mcp(&report));
    figures.extend(tables::allocators());
    figures.extend(tables::versions(&report));
    figures
}

/// What `make sizes` has measured: each build, and what its handler adds to the plain one.
fn sizes() -> BTreeMap<String, String> {
    let text = read(&root().join("musl/sizes.txt"));
    let rows = text.lines().map(|line| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let counts: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
        assert_eq!(counts.len(), 2, "sizes.txt: {line}");
        (name, counts)
    });
    let rows: BTreeMap<_, _> = rows.collect();
    let plain = &rows["plain"];
    let mut figures = BTreeMap::new();
    for (name, counts) in &rows {
        for (what, (count, least)) in ["file", "zip"].iter().zip(counts.iter().zip(plain)) {
            figures.insert(format!("size.{name}.{what}"), grouped(*count));
            figures.insert(
                format!("adds.{name}.{what}"),
                grouped(count.saturating_sub(*least)),
            );
        }
    }
    figures
}

/// What the code sets.
fn limits() -> Vec<(&'static str, String)> {
    let seconds = |time: Duration| time.as_secs().to_string();
    let time = |time: Duration| format!("{} s", time.as_secs());
    vec![
        ("port", fc_runtime::DEFAULT_PORT.to_string()),
        ("body-limit", grouped(code::DEFAULT_BODY_LIMIT)),
        ("workers", grouped(code::DEFAULT_WORKERS)),
        ("connections", grouped(code::DEFAULT_CONNECTIONS)),
        ("smallest-mb", grouped(code::SMALLEST_MB)),
        ("head-bytes", grouped(code::DEFAULT_HEAD_LIMIT)),
        (
            "head-limit",
            format!("{} KiB", code::DEFAULT_HEAD_LIMIT / 1024),
        ),
        ("headers", grouped(code::DEFAULT_HEADER_COUNT)),
        ("head-time", time(code::DEFAULT_HEAD_TIMEOUT)),
        ("head-s", seconds(code::DEFAULT_HEAD_TIMEOUT)),
        ("body-s", seconds(code::DEFAULT_BODY_TIMEOUT)),
        ("write-time", time(code::DEFAULT_WRITE_TIMEOUT)),
        ("write-s", seconds(code::DEFAULT_WRITE_TIMEOUT)),
        ("stop-s", seconds(code::DEFAULT_STOP_GRACE)),
        ("msrv", env!("CARGO_PKG_RUST_VERSION").to_owned()),
    ]
}

/// What the published comparison has of a server of ours, and what its budget allows.
fn measured(report: &Value, server: &str) -> [(&'static str, String); 6] {
    let peers = report["peers"].as_array().expect("the servers");
    let row = peers.iter().find(|row| row["id"] == server);
    let row = row.unwrap_or_else(|| panic!("result.json has no {server}"));
    let count = |value: &Value| {
        value
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .expect("a count")
    };
    let zip = count(&row["package"]["zip_bytes"]);
    let first = row["start"]["first_us"]["p50"].as_f64().expect("a time") / 1000.0;
    [
        ("bytes", grouped(count(&row["package"]["bytes"]))),
        ("zip-bytes", grouped(zip)),
        ("zip", format!("{}.{} kB", zip / 1000, zip % 1000 / 100)),
        ("first-ms", format!("{first:.2}")),
        ("first", format!("{first:.2} ms")),
        ("threads", budget(server, "threads")),
    ]
}

/// A line of the budget that the package is checked against.
fn budget(server: &str, what: &str) -> String {
    let name = if server == "default" {
        "tiny-http"
    } else {
        server
    };
    let text = read(&root().join("musl/budget.txt"));
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name} {what} ")));
    line.unwrap_or_else(|| panic!("budget.txt has no {name} {what}"))
        .to_owned()
}

/// A number with a comma after every three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text with every figure as its source has it, and how many there are.
fn correct(text: &str, sources: &BTreeMap<String, String>, file: &Path) -> (String, usize) {
    let mut parts = text.split(OPEN);
    let mut corrected = parts.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for part in parts {
        let (name, rest) = part.split_once(NAMED).expect("a name that ends");
        let (_, rest) = rest
            .split_once(CLOSE)
            .unwrap_or_else(|| panic!("{file:?}: {name} has no end"));
        let value = sources.get(name);
        let value = value
            .unwrap_or_else(|| panic!("{file:?}: no source has {name}; they have {sources:#?}"));
        corrected += &format!("{OPEN}{name}{NAMED}{value}{CLOSE}{rest}");
        count += 1;
    }
    (corrected, count)
}

fn compare_or_write(file: &Path, text: &str, expected: &str) {
    if std::env::var(MODE_VARIABLE).as_deref() == Ok("write") {
        fs::write(file, expected).expect("a document that can be written");
        return;
    }
    for (line, wanted) in text.lines().zip(expected.lines()) {
        assert_eq!(
            line, wanted,
            "{file:?} differs from its sources: run `make figures`"
        );
    }
    assert_eq!(
        text, expected,
        "{file:?} differs from its sources: run `make figures`"
    );
}

/// The documents that figures may stand in.
fn documents() -> Vec<PathBuf> {
    let guide = fs::read_dir(root().join("src/guide")).expect("the guide");
    let pages = guide.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = pages
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .collect();
    files.extend(["README.md", "CHANGELOG.md"].map(|file| root().join(file)));
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
