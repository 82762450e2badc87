//! The guide keeps up with the library: what the code can fail with or log, `src/guide/errors.md` names and cures. What it
//! answers, the unit tests of the tables compare that it answers from: `server/refusal.rs` and `error/kind.rs`.

mod cited;
mod code;
mod links;
#[cfg(feature = "anyhow")]
mod optional;
mod pages;
mod rooms;
mod tools;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use code::{code_of, library, literals, root, variants};

const ERRORS: &str = include_str!("../../../src/guide/errors.md");
const SERVERS: &str = include_str!("../../../src/guide/servers.md");
const TROUBLES: &str = include_str!("../../../src/guide/troubleshooting.md");

#[test]
fn every_variant_of_an_error_is_named_with_its_cure() {
    for (file, error) in [
        ("src/runtime/error.rs", "RuntimeError"),
        ("src/headers/error.rs", "HeaderError"),
    ] {
        let code = code_of(&root().join(file));
        let named: BTreeSet<_> = quoted_in(ERRORS)
            .filter_map(|name| name.strip_prefix(error)?.strip_prefix("::"))
            .map(str::to_owned)
            .collect();
        assert_eq!(named, variants(&code, error), "{error}: page and code");
    }
}

/// Only the documentation leaves out a line that begins so; a page in the repository shows it.
#[test]
fn no_example_has_a_line_that_only_the_documentation_hides() {
    let pages = fs::read_dir(root().join("src/guide")).expect("the guide");
    let mut examples = 0;
    for page in pages.map(|entry| entry.expect("an entry").path()) {
        let text = fs::read_to_string(&page).expect("text");
        for block in text
            .split("\n```")
            .filter(|block| block.starts_with("rust"))
        {
            examples += 1;
            let hides = block
                .lines()
                .any(|line| line == "#" || line.starts_with("# "));
            assert!(!hides, "{page:?}: {block}");
        }
    }
    assert!(examples > 30, "only {examples} examples are found");
}

#[test]
fn every_warning_and_error_of_the_log_is_named() {
    let mut found = 0;
    for code in library() {
        for macro_name in ["log::warn!(", "log::error!("] {
            for line in literals(&code, macro_name) {
                let line = without_values(&line);
                assert!(
                    ERRORS.contains(&line),
                    "errors.md does not name the log line {line:?}"
                );
                found += 1;
            }
        }
    }
    assert!(found > 6, "only {found} lines are found in the code");
}

#[test]
fn the_differences_of_the_servers_are_on_their_page_and_the_readmes_link_to_it() {
    let (_, differences) = SERVERS.split_once("# The differences").expect("the table");
    let rows = differences.lines().filter(|line| line.starts_with("| "));
    assert!(rows.count() > 14, "the table has its rows: {differences}");
    for (readme, link) in [
        ("README.md", "](src/guide/servers.md)"),
        ("src/guide/README.zh-CN.md", "](servers.md)"),
    ] {
        let text = fs::read_to_string(root().join(readme)).expect("a README");
        assert!(
            text.contains(link),
            "{readme} does not link to the page of the servers"
        );
    }
}

/// Users paste what they see; a text that nothing prints any more helps nobody.
#[test]
fn every_text_of_this_project_on_the_page_of_troubles_is_one_that_it_prints() {
    let (_, page) = TROUBLES.split_once("# make says").expect("the section");
    let (make, rest) = page.split_once("# fun says").expect("its end");
    let (_, rest) = rest.split_once("# fc-local says").expect("the section");
    let (tool, _) = rest.split_once("\n# ").expect("its end");
    let sources = printed();
    let mut found = 0;
    for row in make
        .lines()
        .chain(tool.lines())
        .filter_map(|line| line.strip_prefix("| `"))
    {
        let text = row.split('`').next().unwrap_or_default();
        let parts = text.split('…').filter(|part| part.len() > 2);
        for part in parts {
            assert!(is_printed(&sources, part), "nothing prints {part:?}");
        }
        found += 1;
    }
    assert!(found > 7, "they are found: {found}");
}

/// Whether the text, or what follows the name of a program in it, is in the sources.
fn is_printed(sources: &str, text: &str) -> bool {
    let rest = text.split_once(' ').map_or(text, |(_, rest)| rest);
    sources.contains(text) || sources.contains(rest)
}

/// What the scripts, the tool and the Makefile of a new project are written in.
fn printed() -> String {
    let mut text = String::new();
    for folder in ["musl", "tests/fun", "src/bin/fc-local"] {
        gather(&root().join(folder), &mut text);
    }
    text
}

fn gather(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        if path.is_dir()
            && !is(&[
                "node_modules",
                "target",
                "compare",
                "tests/local",
                "tests/clients",
            ])
        {
            gather(&path, text);
        } else if is(&["Makefile"])
            || path
                .extension()
                .is_some_and(|kind| kind == "rs" || kind == "sh")
        {
            text.push_str(&fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The tests of the documentation see every crate that this one depends on; a project that depends on it alone does not.
#[test]
fn every_example_brings_what_it_logs_and_reads_by() {
    let readmes = ["README.md", "src/guide/README.zh-CN.md"].map(|file| {
        let text = fs::read_to_string(root().join(file)).expect("a README");
        (file.to_owned(), text)
    });
    for (name, text) in pages().into_iter().chain(readmes) {
        let blocks = text.split("\n```").skip(1).step_by(2);
        for block in blocks.filter(|block| block.contains("fc_runtime::")) {
            for (used, module) in [("log::", "log"), ("serde_json::", "serde_json")] {
                let brought = block.lines().filter(|line| line.contains("fc_runtime::"));
                let words =
                    brought.flat_map(|line| line.split(|c: char| c != '_' && !c.is_alphanumeric()));
                assert!(
                    !block.contains(used) || words.into_iter().any(|word| word == module),
                    "an example of {name} does not bring `fc_runtime::{module}`:{block}"
                );
            }
        }
    }
}

#[test]
fn every_page_is_in_the_guide_and_in_its_list() {
    let module = include_str!("../../../src/guide/mod.rs");
    let list = include_str!("../../../src/guide/README.md");
    for (name, _) in pages() {
        assert!(
            module.contains(&format!("page!({name}, \"{name}.md\");")),
            "src/guide/mod.rs has no module for {name}.md"
        );
        assert!(
            list.contains(&format!("| [`{name}`] |")),
            "src/guide/README.md does not list {name}"
        );
    }
}

/// The pages of the guide, each with its name, without the list of them and the README in Chinese.
fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("src/guide")).expect("the guide");
    let read = |file: std::io::Result<fs::DirEntry>| {
        let file = file.expect("an entry").file_name();
        let file = file.to_str().expect("a name in UTF-8");
        let name = file.strip_suffix(".md")?;
        if name.starts_with("README") {
            return None;
        }
        let text = fs::read_to_string(root().join("src/guide").join(file)).expect("a page");
        Some((name.to_owned(), text))
    };
    files.filter_map(read).collect()
}

/// What stands between backticks.
fn quoted_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A format's text with an ellipsis for each value.
fn without_values(format: &str) -> String {
    let mut parts = format.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "…" + part.split_once('}').map_or(part, |(_, rest)| rest)
    })
}
