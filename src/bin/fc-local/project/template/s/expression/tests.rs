//! Expressions as Serverless Devs reads them.

use super::Expression::{Boolean, Call, Number, Path, Text};
use super::{Expression, Part, parse, split};

fn path(keys: &[&str]) -> Expression {
    Path(keys.iter().map(|&key| key.to_owned()).collect())
}

fn call(name: &str, arguments: &[Expression]) -> Expression {
    Call {
        name: name.to_owned(),
        arguments: arguments.to_vec(),
    }
}

fn text(text: &str) -> Expression {
    Text(text.to_owned())
}

#[test]
fn a_text_is_split_at_its_expressions() {
    let marked = Part::Marked {
        source: "${b.c}",
        code: "b.c",
    };
    let parts = [Part::Plain("a $"), marked, Part::Plain("${d")];
    assert_eq!(split("a $${b.c}${d"), parts);
    assert!(split("").is_empty());
}

#[test]
fn paths_calls_and_literals_are_parsed() {
    for (code, expected) in [
        ("vars.my-key.0", path(&["vars", "my-key", "0"])),
        ("vars", path(&["vars"])),
        ("env(HOME)", call("env", &[text("HOME")])),
        // What quotes nothing is one argument.
        ("env(A, b)", call("env", &[text("A, b")])),
        ("env('A', \"b\")", call("env", &[text("A"), text("b")])),
        ("env('A', '')", call("env", &[text("A"), text("")])),
        (
            "env('A', vars.b)",
            call("env", &[text("A"), path(&["vars", "b"])]),
        ),
        ("env.init(vars.n)", call("env.init", &[text("vars.n")])),
        ("env('A', 1)", call("env", &[text("A"), Number(1.0)])),
        (
            "json(file('a.json'))",
            call("json", &[call("file", &[text("a.json")])]),
        ),
        ("'it\\'s'", text("it's")),
        ("true", Boolean(true)),
    ] {
        assert_eq!(parse(code), Some(expected), "{code}");
    }
}

#[test]
fn what_only_javascript_evaluates_is_not_parsed() {
    for code in ["", "env('A') || 'b'", "'a' + 'b'", "env('A'", "'a", "(1)"] {
        assert_eq!(parse(code), None, "{code}");
    }
}
