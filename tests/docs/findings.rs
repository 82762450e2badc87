//! The list of the findings has one row for each script.
//!
//! Owns that comparison. It must not know what a script finds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What the scripts have in common, and what runs them.
const NO_FINDINGS: [&str; 2] = ["lib", "run"];

#[test]
fn each_script_has_one_row_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings");
    let list = fs::read_to_string(folder.join("README.md")).expect("the list");
    let mut listed = BTreeSet::new();
    for row in list.lines().filter_map(|line| line.strip_prefix("| [")) {
        let (name, _) = row.split_once(']').expect("a link");
        assert!(
            listed.insert(name.to_owned()),
            "{name} is in the list twice"
        );
    }
    assert!(listed.len() > 40, "they are found: {listed:?}");
    assert_eq!(listed, scripts(&folder));
}

fn scripts(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).expect("a folder");
    let names = files.filter_map(|file| {
        let file = file.expect("an entry").file_name();
        let name = file.to_str()?.strip_suffix(".sh")?.to_owned();
        (!NO_FINDINGS.contains(&name.as_str())).then_some(name)
    });
    names.collect()
}
