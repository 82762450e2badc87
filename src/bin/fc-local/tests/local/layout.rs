//! The rooms of fc-local: each knows those that the table of the crate's documentation names, and no room above it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What every room may know.
const GROUND: [&str; 10] = [
    "cargo",
    "facts",
    "function",
    "hex",
    "ids",
    "interrupt",
    "name",
    "nearest",
    "output",
    "temporary",
];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms of the table from the top, each with those that it knows.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(package().join("main.rs")).expect("the crate's documentation");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let rooms = rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let known = cells[2].split(", ").filter(|room| !room.is_empty());
        let room = cells[0].trim_end_matches('`');
        (room.to_owned(), known.map(str::to_owned).collect())
    });
    rooms.collect()
}

/// The files of Rust below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("new/template") && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// What the code of each room names of the others, the ground left out. A link in the documentation is no import.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    sources(package(), &mut files);
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let inner = file.strip_prefix(package()).expect("it lies below");
        let first = inner.iter().next().and_then(|part| part.to_str());
        let room = first.expect("a name in UTF-8").trim_end_matches(".rs");
        let text = fs::read_to_string(&file).expect("text");
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let code: String = text.lines().filter(is_code).collect();
        let named = code.split("crate::").skip(1).filter_map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_lowercase())?;
            Some(rest[..end].to_owned())
        });
        let others = named.filter(|other| other != room && !GROUND.contains(&other.as_str()));
        arrows.entry(room.to_owned()).or_default().extend(others);
    }
    arrows
}

#[test]
fn each_room_knows_what_the_table_says_and_no_room_above_it() {
    let (table, mut arrows) = (table(), arrows());
    assert!(table.len() > 7, "the table is found: {table:?}");
    let mut below: BTreeSet<String> = table.iter().map(|(room, _)| room.clone()).collect();
    for (room, known) in &table {
        below.remove(room);
        assert!(known.is_subset(&below), "{room} knows a room above it");
        assert_eq!(arrows.remove(room).as_ref(), Some(known), "{room}");
    }
    // `main` wires, and the ground knows itself alone.
    arrows.retain(|_, known| !known.is_empty());
    assert_eq!(arrows, BTreeMap::from([]), "rooms that the table lacks");
}
