//! What the project cites is there: every section of its own pages, in code, tests, the tool and the guide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::code::root;
use super::pages::{anchors, citations, is_number, links, out_of_order, sections};

/// The pages with numbered sections, by the word that cites them.
const PAGES: [(&str, &str); 3] = [
    ("contract", "src/guide/contract.md"),
    ("fc3", "src/guide/fc3.md"),
    ("fun-cli", "tests/fun/fun-cli.md"),
];

/// Where sections are cited without a word, and whose they are. Those of the page of errors are of RFC 9112.
const UNNAMED: [(&str, &str); 8] = [
    ("src/guide/contract.md", "contract"),
    ("src/guide/fc3.md", "fc3"),
    ("tests/fun/fun-cli.md", "fun-cli"),
    ("src/guide/errors.md", "9112"),
    ("check/specs.rs", "contract"),
    ("check/mcp/specs.rs", "contract"),
    ("check/sections.rs", "contract"),
    ("check/mod.rs", "contract"),
];

/// What the documentation of the tool links to instead of the page.
const TITLES: &str = "crate::check::sections::SECTIONS";

/// What can cite, by the end of its name.
const KINDS: [&str; 9] = ["rs", "md", "case", "sh", "py", "toml", "yml", "mjs", "txt"];

#[test]
fn every_section_has_a_number_of_its_own_and_none_is_missing() {
    for (word, file) in PAGES {
        let page = read(file);
        let sections = sections(&page);
        assert!(sections.len() > 7, "{word}: they are found: {sections:?}");
        assert_eq!(out_of_order(&sections), BTreeSet::new(), "{file}");
    }
}

#[test]
fn every_section_of_the_guide_has_the_anchor_that_links_lead_to() {
    for (word, file) in &PAGES[..2] {
        let page = read(file);
        let anchors = anchors(&page);
        let distinct: BTreeSet<_> = anchors.iter().collect();
        assert_eq!(distinct.len(), anchors.len(), "{word}: each once");
        let numbers: Vec<_> = sections(&page).iter().map(|section| section.0).collect();
        let set: Vec<_> = (anchors.into_iter())
            .filter(|id| is_number(id) && !id.starts_with("0."))
            .collect();
        assert_eq!(set, numbers, "{word}: anchors and headings");
    }
}

#[test]
fn every_section_that_is_cited_is_there() {
    let known: BTreeMap<_, _> = (PAGES.iter())
        .map(|(word, file)| (*word, known_sections(&read(file))))
        .collect();
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files() {
        let name = name_of(&file);
        for citation in citations(&text_of(&file)) {
            let page = page_of(&citation.page, &name);
            if page.parse::<u32>().is_ok() {
                continue; // an RFC
            }
            let is_there = known
                .get(page)
                .is_some_and(|it| it.contains(&citation.section));
            if !is_there {
                wrong.push(format!("{name}: {page} {}", citation.section));
            }
            *counts.entry(page.to_owned()).or_insert(0) += 1;
        }
    }
    assert!(wrong.is_empty(), "no such section:\n{}", wrong.join("\n"));
    assert!(counts["contract"] > 200, "they are found: {counts:?}");
    assert!(counts["fun-cli"] > 10, "they are found: {counts:?}");
}

#[test]
fn every_link_that_cites_a_section_leads_to_it() {
    let mut found = 0;
    for file in files() {
        let name = name_of(&file);
        for (section, target) in links(&text_of(&file)) {
            let Some((page, anchor)) = target.split_once('#') else {
                continue; // a link to elsewhere whose label has a section of an RFC
            };
            let is_part = section
                .strip_prefix(anchor)
                .is_some_and(|rest| rest.starts_with('.'));
            let is_titled = page == TITLES && titles().iter().any(|title| title.0 == anchor);
            assert!(
                anchor == section || is_titled && is_part,
                "{name}: {section}, {target}"
            );
            assert!(
                is_titled || is_anchor(page, anchor, &name),
                "{name}: {target}"
            );
            found += 1;
        }
    }
    assert!(found > 20, "they are found: {found}");
}

/// Whether the page that a link leads to, this file or one of the guide, has the anchor.
fn is_anchor(page: &str, anchor: &str, file: &str) -> bool {
    let parts = page.rsplit([':', '/']);
    let page = parts
        .map(|part| part.trim_end_matches("index.html").trim_end_matches(".md"))
        .find(|part| !part.is_empty());
    let file = page.map_or(file.to_owned(), |page| format!("src/guide/{page}.md"));
    anchors(&read(&file)).contains(&anchor)
}

#[test]
fn the_tool_has_the_titles_of_the_sections() {
    let page = read("src/guide/contract.md");
    let titles = titles();
    let titles: Vec<_> = (titles.iter())
        .map(|(number, title)| (number.as_str(), title.as_str()))
        .collect();
    assert_eq!(titles, sections(&page), "table and page");
}

/// Number and title of each section as the tool has them.
fn titles() -> Vec<(String, String)> {
    let table = read("src/bin/fc-local/check/sections.rs");
    let rows = table.lines().filter_map(|line| {
        let row = line.trim().strip_prefix("(\"")?.strip_suffix("\"),")?;
        let (number, title) = row.split_once("\", \"")?;
        Some((number.to_owned(), title.to_owned()))
    });
    rows.collect()
}

/// What may be cited of a page: its sections, the parts of its first one, and the conflicts.
fn known_sections(page: &str) -> BTreeSet<String> {
    let numbers = sections(page).into_iter().map(|section| section.0);
    numbers.chain(anchors(page)).map(str::to_owned).collect()
}

/// The page that a word stands for in this file.
fn page_of<'a>(word: &'a str, file: &str) -> &'a str {
    let own = (UNNAMED.iter()).find(|(end, _)| file.ends_with(end));
    let is_page = word.parse::<u32>().is_ok() || PAGES.iter().any(|page| page.0 == word);
    match own {
        Some((_, page)) if !is_page => page,
        _ => word,
    }
}

/// Every file of the repository that can cite, but these tests.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "musl", "findings"] {
        collect(&root().join(folder), &mut files);
    }
    files.extend(
        ["README.md", "CHANGELOG.md", "Cargo.toml", "Makefile"].map(|file| root().join(file)),
    );
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let is = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        if path.is_dir()
            && !is(&[
                "node_modules",
                "venv",
                "target",
                "compare/out",
                "tests/guide",
            ])
        {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|kind| KINDS.iter().any(|it| kind == *it))
        {
            files.push(path);
        }
    }
}

fn name_of(file: &Path) -> String {
    let name = file.strip_prefix(root()).expect("a file of the project");
    name.display().to_string()
}

fn text_of(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read(file: &str) -> String {
    text_of(&root().join(file))
}
