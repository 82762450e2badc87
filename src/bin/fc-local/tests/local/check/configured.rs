//! What a template of the folder says of the runtime that is checked.

use std::fs;

use super::{breaker, report};
use crate::support::{fc_local, text};

/// A folder whose s.yaml has functions of one package and of another.
fn project() -> tempfile::TempDir {
    let project = tempfile::tempdir().expect("a folder");
    fs::create_dir(project.path().join("pkg")).expect("a folder");
    let program = project.path().join("pkg/bootstrap");
    fs::copy(breaker(), &program).expect("a program");
    let function = |name: &str, concurrency: u32, code: &str| {
        format!(
            "  {name}: {{component: fc3, props: {{region: cn-hangzhou, functionName: {name}, runtime: custom.debian12, \
             handler: h, code: {code}, instanceConcurrency: {concurrency}, customRuntimeConfig: {{command: [./bootstrap]}}}}}}\n"
        )
    };
    let functions = [
        function("a", 3, "./pkg"),
        function("b", 5, "./pkg"),
        function("c", 90, "."),
    ];
    let template = format!(
        "edition: 3.0.0\nname: n\naccess: default\nresources:\n{}",
        functions.concat()
    );
    fs::write(project.path().join("s.yaml"), template).expect("written");
    project
}

/// What was seen of calls at once, and what was said on stderr.
fn at_once(project: &tempfile::TempDir, options: &[&str]) -> (String, String) {
    let mut command = fc_local();
    command
        .current_dir(project)
        .args(["check", "--json", "--idle=0"]);
    let output = command.args(options).output().expect("fc-local runs");
    let report = report(&output);
    let all = report["rows"].as_array().expect("rows");
    let row = all.iter().find(|row| row["row"] == "connection/at-once");
    let seen = row.expect("a row")["seen"].as_str().expect("a text");
    (seen.to_owned(), text(&output.stderr).to_owned())
}

#[test]
fn the_template_says_how_many_calls_the_instance_gets_at_once() {
    let project = project();
    for options in [&["pkg/bootstrap"][..], &["--dir=pkg", "./bootstrap"]] {
        let (seen, said) = at_once(&project, options);
        assert_eq!(seen, "5 of 5 responses", "{said}");
        assert!(said.contains("5 calls at once, as s.yaml says"), "{said}");
    }
    let (seen, said) = at_once(&project, &["--concurrency=2", "pkg/bootstrap"]);
    assert_eq!((seen.as_str(), said.as_str()), ("2 of 2 responses", ""));
}
