//! The changelog says each thing once: two versions of an item are left where both sides of a merge are kept.
//!
//! Owns what counts as the same item. It must not know what an item is about.

use std::collections::BTreeSet;

const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

/// How many characters two items may have in common at their start.
const COMMON_CHARS: usize = 40;

#[test]
fn no_item_begins_like_another() {
    let mut found = 0;
    for release in CHANGELOG.split("\n## ").skip(1) {
        let mut beginnings = BTreeSet::new();
        for item in release.lines().filter_map(|line| line.strip_prefix("- ")) {
            let beginning: String = item.chars().take(COMMON_CHARS).collect();
            assert!(beginnings.insert(beginning), "it is there twice: {item}");
        }
        found += beginnings.len();
    }
    assert!(found > 50, "they are found: {found}");
}
