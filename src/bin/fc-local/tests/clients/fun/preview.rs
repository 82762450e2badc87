//! How Serverless Devs reads the expressions in s.yaml, against what fc-local's own reading is tested with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};

use crate::support::text;

/// The cases, as `project/template/s/tests.rs` reads them.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("project/template/s/cases")
}

/// What `s preview` prints of the s.yaml in a folder.
fn preview(clients: &Path, folder: &Path) -> Output {
    let home = tempfile::tempdir().expect("a home");
    let mut command = Command::new(clients.join("node_modules/.bin/s"));
    command
        .args([
            "preview",
            "--silent",
            "--template",
            "s.yaml",
            "--output-format",
            "json",
        ])
        .current_dir(folder)
        .env("HOME", home.path());
    command.output().expect("s runs")
}

pub(crate) fn s_makes_of_expressions_what_the_cases_say(clients: &Path) {
    for case in ["expressions", "extend", "templates"] {
        let folder = cases().join(case);
        let output = preview(clients, &folder);
        let seen: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{case}: {error}: {output:?}"));
        let resources = seen["resources"].as_object().expect("resources");
        let seen: Value = resources
            .iter()
            .map(|(name, resource)| {
                let kept = json!({"component": resource["component"], "props": resource["props"]});
                (name.clone(), kept)
            })
            .collect();
        let expected = fs::read(folder.join("expected.json")).expect("there");
        let expected: Value = serde_json::from_slice(&expected).expect("JSON");
        assert_eq!(seen, expected, "{case}");
    }
}

pub(crate) fn s_refuses_the_expressions_that_the_list_says(clients: &Path) {
    let list = fs::read_to_string(cases().join("refused.txt")).expect("the list");
    thread::scope(|scope| {
        for expression in list.lines() {
            scope.spawn(move || refuses(clients, expression));
        }
    });
}

fn refuses(clients: &Path, expression: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!(
        "edition: 3.0.0\nname: app\naccess: default\nvars: {{number: 5, list: [x]}}\nresources:\n  r:\n    \
         component: fc3\n    props: {{v: '{expression}'}}\n"
    );
    fs::write(folder.path().join("s.yaml"), file).expect("written");
    let output = preview(clients, folder.path());
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains("not found"), "{expression}: {said}");
}
