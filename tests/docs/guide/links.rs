//! In the rendered documentation every citation of the project's own pages is a link.

use std::fs;
use std::path::{Path, PathBuf};

use super::code::root;
use super::pages::citations;

/// The words that cite a page of the guide.
const CITED: [&str; 2] = ["contract", "fc3"];

#[test]
fn every_citation_in_the_documentation_is_a_link() {
    let mut plain = Vec::new();
    let mut read = 0;
    for file in documented(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let shown = if file.extension().is_some_and(|kind| kind == "md") {
            without_references(&without_code(&text))
        } else {
            without_code(&documentation(&text))
        };
        read += text.matches("[contract ").count();
        for citation in citations(&without_links(&shown)) {
            if CITED.contains(&citation.page.as_str()) {
                plain.push(format!(
                    "{}: {} {}",
                    file.display(),
                    citation.page,
                    citation.section
                ));
            }
        }
    }
    assert!(plain.is_empty(), "no link:\n{}", plain.join("\n"));
    assert!(read > 80, "they are found: {read}");
}

#[test]
fn every_file_that_the_architecture_names_is_there() {
    let page = include_str!("../../../src/guide/architecture.md");
    let named = page.split('`').skip(1).step_by(2);
    let files: Vec<_> = named
        .filter(|name| name.ends_with(".rs") || name.ends_with('/'))
        .collect();
    assert!(files.len() > 20, "they are found: {files:?}");
    for name in files {
        let places =
            ["", "src", "src/bin/fc-local", "src/mcp"].map(|folder| root().join(folder).join(name));
        assert!(
            places.iter().any(|place| place.exists()),
            "architecture.md names {name}"
        );
    }
}

/// The files whose documentation is rendered, and the pages of the guide.
fn documented(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        let is = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        if path.is_dir() && !is(&["tests", "target", "template"]) {
            files.extend(documented(&path));
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "md")
            && !is(&["tests.rs"])
        {
            files.push(path);
        }
    }
    files
}

/// The comments of a file that are documentation, but for those of its tests.
fn documentation(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod tests").next();
    let lines = code.unwrap_or_default().lines().map(str::trim_start);
    let comments = lines.filter(|line| line.starts_with("//!") || line.starts_with("///"));
    comments
        .map(|line| line[3..].trim_start())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text outside of code blocks and code spans.
fn without_code(text: &str) -> String {
    let blocks: String = text.split("```").step_by(2).collect();
    blocks.split('`').step_by(2).collect()
}

/// The text of a page without the links whose targets stand at its end. That each is there, another test checks.
fn without_references(text: &str) -> String {
    let parts = text.split('[').map(|part| match part.split_once(']') {
        Some((_, after)) if !after.starts_with('(') => after.to_owned(),
        _ => format!("[{part}"),
    });
    parts.collect()
}

/// The text without its links.
fn without_links(text: &str) -> String {
    let mut parts = text.split("](");
    let mut shown = String::new();
    let mut last = parts.next().unwrap_or_default();
    for part in parts {
        shown += last.rsplit_once('[').map_or(last, |(before, _)| before);
        last = part.split_once(')').map_or("", |(_, after)| after);
    }
    shown + last
}
