//! The rooms of the library: each knows those that `src/guide/architecture.md` names, and no room above it; no file knows
//! one that knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::code::{code_of, root, sources};

/// What every room may know.
const GROUND: &str = "the ground";

/// A module by its path from the root of the crate.
type Module = Vec<String>;

/// What each file of the library knows.
type Arrows = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn each_room_knows_what_the_table_says_and_no_room_above_it() {
    let (table, ground) = table();
    assert!(table.len() > 9 && ground.len() > 7, "{table:?}");
    let mut known = rooms(&arrows());
    let mut below: BTreeSet<String> = table.iter().map(|(room, _)| room.clone()).collect();
    for (room, knows) in &table {
        below.remove(room);
        assert!(knows.is_subset(&below), "{room} knows a room above it");
        let mut found = known.remove(room).unwrap_or_default();
        found.retain(|other| !ground.contains(other));
        assert_eq!(&found, knows, "{room}: the code and architecture.md");
    }
    for (room, knows) in &known {
        assert!(ground.contains(room), "architecture.md lacks {room}");
        assert!(knows.is_subset(&ground), "{room} is no ground: {knows:?}");
    }
}

/// A folder's own file wires the others, and may be known by them for a constant.
#[test]
fn no_file_knows_one_that_knows_it() {
    let mut arrows = arrows();
    assert!(arrows.len() > 50, "they are found");
    assert!(arrows.values().flatten().count() > 100, "so are the arrows");
    for (module, known) in &mut arrows {
        known.retain(|other| !other.starts_with(module) && !module.starts_with(other));
    }
    loop {
        let free: BTreeSet<Module> = (arrows.iter())
            .filter(|(_, known)| known.is_empty())
            .map(|(module, _)| module.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        arrows.retain(|module, _| !free.contains(module));
        for known in arrows.values_mut() {
            known.retain(|other| !free.contains(other));
        }
    }
    assert_eq!(arrows, Arrows::new(), "a circle is among these");
}

#[test]
fn paths_are_read_with_their_groups() {
    let code = "use crate::{a::b, c::{self, d as e}};\nfn f() { super::super::g::h() }";
    let found: Vec<_> = paths(code).iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::a::b",
        "crate::c",
        "crate::c::d",
        "super::super::g::h",
    ];
    assert_eq!(found, expected);
}

/// The rooms of the page from the top, each with those that it knows, and those of the ground.
fn table() -> (Vec<(String, BTreeSet<String>)>, BTreeSet<String>) {
    let page = include_str!("../../../src/guide/architecture.md");
    let (_, page) = page.split_once("\n# The rooms\n").expect("the section");
    let (page, _) = page.split_once("\n# ").expect("its end");
    let mut ground = BTreeSet::new();
    let mut rooms = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let named = |cell: &str| -> BTreeSet<String> {
            let names = cell.split('`').skip(1).step_by(2);
            names
                .map(|name| {
                    name.trim_end_matches(".rs")
                        .trim_end_matches('/')
                        .to_owned()
                })
                .collect()
        };
        match (cells[3], named(cells[1])) {
            (GROUND, rooms) => ground.extend(rooms),
            (knows, names) => rooms.extend(names.into_iter().map(|room| (room, named(knows)))),
        }
    }
    (rooms, ground)
}

/// What each room knows of the others.
fn rooms(arrows: &Arrows) -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (module, known) in arrows {
        let others = known.iter().map(|other| other[0].clone());
        let others = others.filter(|other| *other != module[0]);
        rooms.entry(module[0].clone()).or_default().extend(others);
    }
    rooms
}

/// What the code of each file names of the others. A link in the documentation is no import.
fn arrows() -> Arrows {
    let src = root().join("src");
    let files = sources();
    let modules: BTreeMap<Module, &Path> = (files.iter())
        .map(|file| {
            (
                module_of(file.strip_prefix(&src).expect("below")),
                file.as_path(),
            )
        })
        .filter(|(module, _)| !is_aside(module))
        .collect();
    let known = modules.iter().map(|(module, file)| {
        let paths = paths(&code_of(file)).into_iter();
        let known = paths.filter_map(|path| target(&path, module, &modules));
        let known = known.filter(|other| other != module);
        (module.clone(), known.collect())
    });
    known.collect()
}

/// What wires the rooms, the start of the program, and what only fuzzing sees.
fn is_aside(module: &Module) -> bool {
    matches!(module[0].as_str(), "lib" | "start")
        || module.last().is_some_and(|name| name == "fuzzing")
}

fn module_of(file: &Path) -> Module {
    let parts = file.with_extension("");
    let parts = parts.iter().map(|part| part.to_str().expect("UTF-8"));
    parts
        .filter(|part| *part != "mod")
        .map(str::to_owned)
        .collect()
}

/// The module that a path leads to.
fn target(path: &[String], from: &Module, modules: &BTreeMap<Module, &Path>) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let base = if ups == 0 {
        &[][..]
    } else {
        &from[..from.len() - ups]
    };
    let rest = &path[ups.max(1)..];
    let whole = [base, rest].concat();
    let prefixes = (1..=whole.len()).rev().map(|length| &whole[..length]);
    let mut known = prefixes.filter(|prefix| modules.contains_key(*prefix));
    known.next().map(<[_]>::to_vec)
}

/// The paths that begin at the crate or above the module.
fn paths(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|before| before != ':' && before != '$') {
                read_path(&code[at..], &[], &mut found);
            }
        }
    }
    found
}

/// Reads a path and the groups in it; returns what follows.
fn read_path<'a>(mut rest: &'a str, before: &[String], found: &mut Vec<Module>) -> &'a str {
    let mut path = before.to_vec();
    loop {
        rest = rest.trim_start();
        if let Some(group) = rest.strip_prefix('{') {
            return read_group(group, &path, found);
        }
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if !matches!(name, "self" | "") {
            path.push(name.to_owned());
        }
        match after.strip_prefix("::") {
            Some(after) => rest = after,
            None => {
                found.push(path);
                return after;
            }
        }
    }
}

fn read_group<'a>(mut rest: &'a str, before: &[String], found: &mut Vec<Module>) -> &'a str {
    loop {
        rest = read_path(rest, before, found);
        // Another name, `as` and all, is no part of the path.
        let end = rest.find([',', '}']).expect("the end of a group");
        let (is_end, after) = (rest[end..].starts_with('}'), rest[end + 1..].trim_start());
        if is_end {
            return after;
        }
        rest = match after.strip_prefix('}') {
            Some(after) => return after,
            None => after,
        };
    }
}
