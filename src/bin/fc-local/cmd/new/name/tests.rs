use super::check;

#[test]
fn names_of_crates_that_are_names_of_functions_are_taken() {
    for name in ["hello", "hello-world", "_x", "Hello_2", "bootstrap", "yes"] {
        check(name).expect(name);
    }
}

#[test]
fn other_names_are_refused_with_the_rule() {
    let long = "x".repeat(129);
    for (name, rule) in [
        ("", "it has 1 to 128 letters, digits, '_' or '-'"),
        (long.as_str(), "it has 1 to 128 letters"),
        ("1st", "begins with a letter or '_'"),
        ("-x", "begins with a letter or '_'"),
        ("a/b", "letters, digits, '_' or '-'"),
        ("..", "letters, digits, '_' or '-'"),
        ("größe", "letters, digits, '_' or '-'"),
        ("_-", "it has no letter and no digit"),
        ("match", "is a word of Rust itself"),
        ("std", "choose another"),
        ("fc-runtime", "choose another"),
    ] {
        let refused = check(name).expect_err(name);
        assert!(refused.contains(rule), "{refused}");
    }
}
