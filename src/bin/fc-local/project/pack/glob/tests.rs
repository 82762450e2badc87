//! Patterns, and what they match.

use super::{Dialect, Glob};

#[test]
fn names_match_patterns() {
    for (pattern, name, matches) in [
        ("a", "a", true),
        ("a", "A", true),
        ("a", "ab", false),
        ("", "", true),
        ("*", "", true),
        ("*.rs", "main.rs", true),
        ("*.rs", ".rs", true),
        ("a*b*c", "axxbyybzc", true),
        ("a*b*c", "axxbyybz", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("\\*", "*", true),
        ("\\*", "a", false),
        ("[a-c]x", "Bx", true),
        ("[a-c]x", "dx", false),
        ("[c-a]", "b", false),
    ] {
        for dialect in [Dialect::Ignore, Dialect::Minimatch] {
            let found = Glob::of(pattern, dialect).matches(name);
            assert_eq!(found, matches, "{pattern} {name} {dialect:?}");
        }
    }
}

#[test]
fn classes_differ_by_dialect() {
    for (pattern, name, ignore, minimatch) in [
        ("[!a]", "b", false, true),
        ("[!a]", "!", true, true),
        ("[^a]", "a", true, false),
        ("[a", "[a", false, true),
        ("[]a]", "]", false, true),
    ] {
        for (dialect, matches) in [(Dialect::Ignore, ignore), (Dialect::Minimatch, minimatch)] {
            let found = Glob::of(pattern, dialect).matches(name);
            assert_eq!(found, matches, "{pattern} {name} {dialect:?}");
        }
    }
}
