//! Paths that are rewritten for a function, and rules that are refused.

use serde_json::json;

use super::Rewrite;

fn rewritten(kind: &str, pattern: &str, replacement: &str, target: &str) -> String {
    let rules = json!({kind: [{"match": pattern, "replacement": replacement}]});
    let rewrite: Rewrite = serde_json::from_value(rules).expect("rules");
    rewrite.check().expect("valid");
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    rewrite.rewritten(path, query)
}

/// The rows of Alibaba Cloud's page "Configure a rewrite policy", and what follows from its words.
#[test]
fn paths_become_what_the_documentation_says() {
    for (kind, pattern, replacement, target, expected) in [
        ("equalRules", "/old", "/new", "/old", "/new"),
        ("equalRules", "/old", "/new", "/old?a=1", "/new?a=1"),
        ("equalRules", "/old", "/new", "/test/old", "/test/old"),
        ("wildcardRules", "/old", "/new", "/old", "/new"),
        ("wildcardRules", "/old", "/new", "/test/old", "/new"),
        ("wildcardRules", "^/old", "/new", "/old", "/new"),
        ("wildcardRules", "^/old", "/new", "/test/old", "/test/old"),
        ("wildcardRules", "/api/*", "/$1", "/api/getName", "/getName"),
        (
            "wildcardRules",
            "/api/*",
            "/$1",
            "/api/f&Version=1",
            "/f&Version=1",
        ),
        ("wildcardRules", "/api/*", "/$1", "/api/f?a=1", "/f?a=1"),
        ("wildcardRules", "^/*/b/*", "/$2/$1", "/a/b/c", "/c/a"),
        ("wildcardRules", "/a.b", "/new", "/axb", "/axb"),
        (
            "regexRules",
            "^/api/.+?/(.*)",
            "/api/v2/$1",
            "/api/v1/f?a=1",
            "/api/v2/f?a=1",
        ),
        ("regexRules", "o(l)d", "$1$9$", "/old/x", "/l$/x"),
        ("regexRules", "^/", "x", "/y", "/xy"),
    ] {
        let seen = rewritten(kind, pattern, replacement, target);
        assert_eq!(seen, expected, "{kind} {pattern} {target}");
    }
}

#[test]
fn rules_that_could_not_be_used_are_refused() {
    for (kind, pattern, words) in [
        ("regexRules", "(", "not a regular expression"),
        ("equalRules", "", "1 to 256 bytes"),
    ] {
        let rules = json!({kind: [{"match": pattern, "replacement": "/"}]});
        let rewrite: Rewrite = serde_json::from_value(rules).expect("rules");
        let why = rewrite.check().expect_err("refused");
        assert!(why.contains(words), "{why}");
    }
}
