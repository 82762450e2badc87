//! What is read is what the tools read.

use serde_json::{Value, json};

use super::table::cases;
use super::{Dialect, Yaml, parse};

/// As the table has it, which has its own words for what JSON lacks.
fn shown(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Date(_) => json!({ "date": true }),
        Yaml::Number(value) if !value.is_finite() => {
            json!({ "number": super::as_javascript_prints(*value) })
        }
        Yaml::List(list) => list.iter().map(shown).collect(),
        Yaml::Map(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), shown(value)))
                    .collect(),
            )
        }
        other => super::read(other).expect("a scalar"),
    }
}

#[test]
fn every_case_of_the_table_is_read_as_the_tools_read_it() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (dialect, wanted) in [
            (Dialect::Fun, &case.fun),
            (Dialect::ServerlessDevs, &case.s),
        ] {
            let wanted = wanted.as_ref().filter(|_| !case.refused_here);
            let read = parse(&case.text, dialect);
            if read.as_ref().ok().map(shown).as_ref() != wanted {
                wrong.push(format!(
                    "{dialect:?} {:?}: {read:?}, not {wanted:?}",
                    case.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_refused_is_said_with_its_line() {
    let aliases = format!(
        "a: &a [{}]\nb: [{}]\n",
        "x, ".repeat(1000),
        "*a, ".repeat(100)
    );
    let deep = format!("a: {}{}\n", "[".repeat(128), "]".repeat(128));
    for (text, words) in [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key a is there twice"),
        (
            "a: !Ref b\n",
            "line 1: the tag !Ref is not resolved when a template is read; write the value that is meant in its place",
        ),
        ("a: !!set {b}\n", "line 1: the tag !!set is not resolved"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document begins"),
        ("a:\n  <<: b\n", "line 2: << merges what is neither"),
        ("2026-01-01: a\n", "line 1: the key 2026-01-01 is a date"),
        ("? [a]\n: b\n", "line 1: a list or a mapping is a key here"),
        (
            "a: &a\n  b: *a\n",
            "line 2: an alias is inside what it stands for",
        ),
        (&aliases, "line 2: there are more than 100000 values"),
        (&deep, "line 1: more than 128 lists and mappings"),
        ("a: [\n", "it is not YAML: "),
    ] {
        let error = parse(text, Dialect::Fun).expect_err(text).to_string();
        assert!(error.starts_with(words), "{error:?} is not {words:?}");
    }
}
