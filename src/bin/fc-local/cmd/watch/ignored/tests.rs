use std::path::Path;

use super::Ignored;

#[test]
fn a_name_counts_anywhere_and_a_path_from_here() {
    let given = ["*.md", "./tests/x/", "tests/*.out", "../lib"].map(str::to_owned);
    let ignored = Ignored::of(&given).expect("patterns");
    let here = std::env::current_dir().expect("a folder");
    for (name, is_it) in [("a.md", true), ("a.mds", false), ("x", false)] {
        assert_eq!(ignored.has_name(name), is_it, "{name}");
    }
    let beside = here.parent().expect("a folder").join("lib/src/a.rs");
    assert!(ignored.has_path(&beside));
    for (path, is_it) in [
        ("tests/x", true),
        ("tests/x/deep/a.rs", true),
        ("tests/one.out", true),
        ("tests/deep/one.out", false),
        ("tests/xy", false),
        ("other/tests/x", false),
    ] {
        assert_eq!(ignored.has_path(&here.join(path)), is_it, "{path}");
    }
    assert!(!ignored.has_path(Path::new("/tests/x")));
}

#[test]
fn what_is_no_pattern_is_refused_with_its_words() {
    let refused = Ignored::of(&["a***".to_owned()]).expect_err("refused");
    assert!(
        refused.starts_with("--ignore a*** is not a path or pattern: "),
        "{refused}"
    );
}
