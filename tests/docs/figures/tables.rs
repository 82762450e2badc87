//! The figures of the tables that show other people's work: servers on more cores, MCP servers, allocators.
//!
//! Owns where each of them comes from. It must not know which page has it.

use std::collections::BTreeMap;

use fc_runtime::serde_json::Value;

use super::{grouped, read, root};

/// Connections of the measurement that the table of servers shows.
const CONNECTIONS: u64 = 16;

/// What each server of the published comparison does on one core and on two: `cores.SERVER.rate.1`, in requests/s, and
/// `cores.SERVER.cpu.1`, in µs for each request; and the day of it.
pub(super) fn servers(report: &Value) -> BTreeMap<String, String> {
    let day = report["when"]
        .as_str()
        .and_then(|when| when.split('T').next());
    let mut figures = BTreeMap::new();
    figures.insert("compare.date".to_owned(), day.expect("a day").to_owned());
    for peer in report["peers"].as_array().expect("the servers") {
        let id = peer["id"].as_str().expect("an id");
        let loads = peer["load"].as_array().into_iter().flatten();
        for load in
            loads.filter(|load| load["handler"] == "echo" && load["connections"] == CONNECTIONS)
        {
            let cores = &load["cores"];
            figures.insert(
                format!("cores.{id}.rate.{cores}"),
                rounded(&load["per_second"]),
            );
            figures.insert(format!("cores.{id}.cpu.{cores}"), rounded(&load["cpu_us"]));
        }
    }
    figures
}

/// What each MCP server of the published comparison costs, on one core: `mcp.SERVER.zip` in kB, `first` in ms, `memory` in KiB,
/// `cpu.1` and `cpu.16` in µs for each call with so many connections, `rate` in calls/s; and its name.
pub(super) fn mcp(report: &Value) -> BTreeMap<String, String> {
    let mut figures = BTreeMap::new();
    for server in report["mcp"].as_array().expect("the MCP servers") {
        let id = server["id"].as_str().expect("an id");
        let name = server["name"].as_str().expect("a name").to_owned();
        let many = (server["load"].as_array().into_iter().flatten())
            .find(|load| load["cores"] == 1 && load["connections"] == CONNECTIONS);
        let many = many.unwrap_or_else(|| panic!("{id} was not asked by many"));
        let (start, zip) = (&server["start"], server["package"]["zip_bytes"].as_u64());
        let kilobytes = (zip.expect("a size") + 500) / 1000;
        for (what, value) in [
            ("name", name),
            ("zip", grouped(usize::try_from(kilobytes).expect("a size"))),
            ("first", milliseconds(&start["first_us"]["p50"])),
            ("memory", rounded(&start["memory"]["peak_rss_kib"])),
            ("cpu.1", rounded(&server["warm"]["cpu_us"])),
            ("cpu.16", rounded(&many["cpu_us"])),
            ("rate", rounded(&many["per_second"])),
        ] {
            figures.insert(format!("mcp.{id}.{what}"), value);
        }
    }
    figures
}

/// A measured time of µs in ms, with two digits after the point where there are few before it.
fn milliseconds(value: &Value) -> String {
    let time = value.as_f64().expect("a time") / 1000.0;
    if time < 10.0 {
        format!("{time:.2}")
    } else {
        format!("{time:.0}")
    }
}

/// A measured value without a fraction.
fn rounded(value: &Value) -> String {
    let whole = format!("{:.0}", value.as_f64().expect("a number"));
    grouped(whole.parse().expect("digits"))
}

/// The columns of the tables in the allocator's README, without the first, which has the names.
const MEMORY: [&str; 4] = ["zip", "first", "thread", "threads"];
const TIME: [&str; 6] = [
    "objects.1",
    "objects.2",
    "objects.4",
    "tree.1",
    "tree.2",
    "tree.4",
];

/// What each allocator costs and brings: `alloc.NAME.zip` and so on.
pub(super) fn allocators() -> BTreeMap<String, String> {
    let text = read(&root().join("musl/alloc/README.md"));
    let mut figures = table(&text, "| allocator | zip |", &MEMORY);
    figures.extend(table(&text, "| allocator | objects: 1 thread |", &TIME));
    figures
}

/// The cells below a head, each with the name of its row and column.
fn table(text: &str, head: &str, columns: &[&str]) -> BTreeMap<String, String> {
    let (_, rest) = text
        .split_once(head)
        .unwrap_or_else(|| panic!("no table begins {head}"));
    let rows = rest
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    let mut figures = BTreeMap::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0]
            .trim_matches('*')
            .split([' ', ','])
            .next()
            .unwrap_or_default();
        assert_eq!(cells.len(), columns.len() + 1, "{row}");
        for (column, cell) in columns.iter().zip(&cells[1..]) {
            figures.insert(format!("alloc.{name}.{column}"), (*cell).to_owned());
        }
    }
    figures
}

/// Lock files, and the crates whose versions are shown. The last version counts where there are two: the newer one.
const LOCKED: [(&str, &[&str]); 2] = [
    (
        "musl/compare/peers/rust/Cargo.lock",
        &["tiny_http", "hyper", "axum", "actix-web", "warp"],
    ),
    ("musl/alloc/bench/Cargo.lock", &["mimalloc", "rusty_alloc"]),
];

/// The versions that were measured: `version.CRATE`, and `version.go` and the like of the machine's own tools.
pub(super) fn versions(report: &Value) -> BTreeMap<String, String> {
    let mut figures = BTreeMap::new();
    for (file, names) in LOCKED {
        let text = read(&root().join(file));
        for name in names {
            let head = format!("\nname = \"{name}\"\nversion = \"");
            let (_, rest) = text
                .rsplit_once(&head)
                .unwrap_or_else(|| panic!("{file}: no {name}"));
            let version = rest.split('"').next().unwrap_or_default();
            figures.insert(format!("version.{name}"), version.to_owned());
        }
    }
    for tool in ["go", "node", "python"] {
        let said = report["tools"][tool].as_str().expect("a version");
        let version = said
            .split([' ', 'v', 'o'])
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        figures.insert(
            format!("version.{tool}"),
            version.expect("digits").to_owned(),
        );
    }
    figures
}

#[test]
fn the_readme_of_the_allocator_names_the_versions_that_its_bench_has_locked() {
    let text = read(&root().join("musl/alloc/README.md"));
    let lock = read(&root().join("musl/alloc/bench/Cargo.lock"));
    for name in LOCKED[1].1 {
        let (_, rest) = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))
            .expect("a crate");
        let version = rest.split('"').next().unwrap_or_default();
        assert!(
            text.contains(&format!("{name} {version}")),
            "{name} {version}"
        );
    }
}
