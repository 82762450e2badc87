//! Every link of every page leads somewhere, both in the repository and in the rendered documentation.
//!
//! Owns which pages there are, and what their links must lead to. It must not know what the pages are about.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use markdown::{Link, definitions, headings, links};

/// Where the links of the guide lead in the rendered documentation.
const RENDERED: [&str; 2] = [
    include_str!("../../src/guide/links.txt"),
    include_str!("../../src/guide/links_of_events.txt"),
];

/// Folders of other people's files, and of what is built.
const ASIDE: [&str; 6] = [".git", "target", "node_modules", "venv", "pkg", "out"];

#[test]
fn every_link_in_the_repository_leads_to_a_file_and_a_place_in_it() {
    let mut found = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let text = read(&page);
        let defined = definitions(&text);
        for link in links(&text) {
            let target = match link {
                Link::Inline(target) => Some(target),
                Link::Label(label) => defined.get(&label).cloned().or_else(|| {
                    wrong.push(format!("{}: no target for [{label}]", page.display()));
                    None
                }),
            };
            let Some(target) = target else { continue };
            if let Err(what) = lead(&page, &target) {
                wrong.push(format!("{}: {target}: {what}", page.display()));
            }
            found += 1;
        }
    }
    assert!(wrong.is_empty(), "dead links:\n{}", wrong.join("\n"));
    assert!(found > 350, "they are found: {found}");
}

#[test]
fn every_definition_is_used() {
    for page in pages() {
        let text = read(&page);
        let labels = links(&text).into_iter().filter_map(|link| match link {
            Link::Label(label) => Some(label),
            Link::Inline(_) => None,
        });
        let used: BTreeSet<_> = labels.collect();
        let defined: BTreeSet<_> = definitions(&text).into_keys().collect();
        assert_eq!(defined, used, "{}: definitions and links", page.display());
    }
}

/// A page says where its links lead in the repository, and the lists of `src/guide/mod.rs` where they lead from the
/// documentation. That what they name is there, `make doc` checks.
#[test]
fn every_link_of_the_guide_leads_to_the_same_in_the_rendered_documentation() {
    let rendered: BTreeMap<_, _> = RENDERED.iter().flat_map(|list| definitions(list)).collect();
    let mut unused: BTreeSet<_> = rendered.keys().collect();
    for page in pages().filter(|page| page.parent().is_some_and(|it| it.ends_with("guide"))) {
        for (label, target) in definitions(&read(&page)) {
            let item = (rendered.get(&label))
                .unwrap_or_else(|| panic!("the lists have no [{label}] of {}", page.display()));
            assert!(
                is_same(&target, item),
                "[{label}] is {target} in {}, and {item} in links.txt",
                page.display()
            );
            unused.remove(&label);
        }
    }
    assert!(unused.is_empty(), "no page has a link {unused:?}");
    assert!(rendered.len() > 100, "they are found: {}", rendered.len());
}

/// Whether a file and what the documentation knows it by are the same.
fn is_same(target: &str, item: &str) -> bool {
    let Some(path) = item.strip_prefix("crate::") else {
        // A package that is documented elsewhere.
        return item.starts_with("https://docs.rs/") && target.starts_with("../");
    };
    let Some(file) = target.strip_prefix("../") else {
        return path == format!("guide::{}", target.replacen(".md", "", 1));
    };
    let name = path.rsplit("::").next().unwrap_or_default();
    let code = read(&root().join("src").join(file));
    let kinds = ["fn", "struct", "enum", "trait", "const", "type"];
    file == format!("{path}/mod.rs")
        || (kinds.iter()).any(|kind| code.contains(&format!(" {kind} {name}")))
}

/// Whether a link leads to a file, and to a heading or an anchor of it.
fn lead(page: &Path, target: &str) -> Result<(), String> {
    if target.starts_with("https://") {
        let ours = ["fc-runtime", "fc-local", "fc-mcp", "musl-percore"];
        let is_ours =
            (ours.iter()).any(|name| target.starts_with(&format!("https://docs.rs/{name}")));
        return if is_ours {
            Err("the repository has what it leads to".into())
        } else {
            Ok(())
        };
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => page.to_owned(),
        file => page.parent().expect("a folder").join(file),
    };
    if !path.exists() {
        return Err("no such file".into());
    }
    if !anchor.is_empty() && !headings(&read(&path)).contains(anchor) {
        return Err("no such heading".into());
    }
    Ok(())
}

/// The pages of the project.
fn pages() -> impl Iterator<Item = PathBuf> {
    let mut pages = Vec::new();
    collect(root(), &mut pages);
    assert!(pages.len() > 35, "they are found: {pages:?}");
    pages.into_iter()
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !ASIDE.iter().any(|name| path.ends_with(name)) {
            collect(&path, pages);
        } else if path.extension().is_some_and(|kind| kind == "md") {
            pages.push(path);
        }
    }
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
