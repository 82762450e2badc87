//! What the tools themselves make of YAML, against the tables by which fc-local's own reading is tested.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Project, through};
use crate::support::text;

#[path = "../../../project/yaml/table.rs"]
mod table;

/// Values of variables, and the text that fun makes of each.
const VARIABLES: &str = include_str!("../../../project/template/variables.tsv");
const REFUSED: &str = "refused";

/// A resource of `s` whose component prints what it is given.
const COMPONENT: [(&str, &str); 3] = [
    (
        "index.js",
        "module.exports = class { async show({ props }) { console.log('props ' + JSON.stringify(props)); } };",
    ),
    (
        "package.json",
        r#"{"name": "component", "version": "1.0.0", "main": "index.js"}"#,
    ),
    (
        "publish.yaml",
        "Type: Component\nName: component\nVersion: 1.0.0\n",
    ),
];

pub(crate) fn fun_and_s_read_yaml_as_the_table_says(clients: &Path) {
    let cases = table::cases();
    let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
    let seen = through(
        Command::new("node").arg(clients.join("yaml.mjs")),
        &json!(texts),
    );
    assert_eq!(seen.len(), cases.len());
    for (case, seen) in cases.iter().zip(&seen) {
        let is_own_refusal = case.refused_here;
        assert!(!is_own_refusal || case.fun.is_some(), "{:?}", case.text);
        for (tool, wanted) in [("fun", &case.fun), ("s", &case.s)] {
            let read = Some(&seen[tool]).filter(|read| read.get("refused").is_none());
            assert_eq!(read, wanted.as_ref(), "{tool} of {:?}: {seen}", case.text);
        }
    }
}

/// The table says what the js-yaml reads that the program has built in. This asks the program.
pub(crate) fn the_program_of_s_reads_plain_values_as_the_table_says(clients: &Path) {
    let folder = tempfile::tempdir().expect("folder");
    let component = folder.path().join("component");
    fs::create_dir(&component).expect("folder");
    for (name, text) in COMPONENT {
        fs::write(component.join(name), text).expect("written");
    }
    let cases = plain_values();
    let values: String = cases
        .iter()
        .map(|(value, _)| format!("        - {value}\n"))
        .collect();
    let file = format!(
        "edition: 3.0.0\nname: app\naccess: default\nresources:\n  one:\n    component: ./component\n    props:\n      \
         values:\n{values}"
    );
    fs::write(folder.path().join("s.yaml"), file).expect("written");
    let read: Value = serde_json::from_str(&shown_by_s(clients, folder.path())).expect("JSON");
    let wanted: Vec<&Value> = cases.iter().map(|(_, wanted)| wanted).collect();
    assert_eq!(read["values"], json!(wanted));
}

/// The plain values that `s` takes, with what JSON makes of each.
fn plain_values() -> Vec<(String, Value)> {
    let cases = table::cases().into_iter().filter_map(|case| {
        let value = case.text.strip_prefix("key: ")?.trim_end().to_owned();
        let read = case.s?["key"].take();
        let is_copied = read.get("0").is_none();
        is_copied.then(|| (value, in_json(read)))
    });
    cases.collect()
}

/// What the tool's next step leaves of a value, and JSON of a number that it has no word for.
fn in_json(value: Value) -> Value {
    match (value.get("date"), value.get("number")) {
        (Some(_), _) => json!({}),
        (_, Some(_)) => Value::Null,
        _ => value,
    }
}

/// The properties that `s` gives to the component.
fn shown_by_s(clients: &Path, folder: &Path) -> String {
    // Nothing listens there, so that the tool's reports of its use go nowhere.
    let nowhere = "http://127.0.0.1:9";
    let output = Command::new("node")
        .arg(clients.join("node_modules/@serverless-devs/s/bin/s"))
        .args(["one", "show"])
        .current_dir(folder)
        .envs([("HOME", folder), ("TMPDIR", folder)])
        .envs([("http_proxy", nowhere), ("https_proxy", nowhere)])
        .env("serverless_devs_analysis", "disable")
        .stdin(Stdio::null())
        .output()
        .expect("node runs");
    let printed = text(&output.stdout);
    let props = printed.lines().find_map(|line| line.strip_prefix("props "));
    props
        .unwrap_or_else(|| panic!("{printed}{}", text(&output.stderr)))
        .to_owned()
}

pub(crate) fn fun_makes_text_of_variables_as_the_table_says(clients: &Path) {
    let rows: Vec<(&str, &str)> = VARIABLES
        .lines()
        .map(|row| row.split_once('\t').expect("two cells"))
        .collect();
    let templates: Vec<String> = rows.iter().map(|(value, _)| with_variable(value)).collect();
    // It is never started, and small files are packed sooner.
    let project = Project::new("", &clients.join("package.json"));
    let created = project
        .server
        .api("POST", "/services", &json!({"serviceName": "s"}));
    assert_eq!(created.status, 201, "{created:?}");
    let mut command = project.command(Path::new("node"));
    let refused = through(
        command.arg(clients.join("variables.mjs")),
        &json!(templates),
    );
    assert_eq!(refused.len(), rows.len());
    for (index, ((value, wanted), refused)) in rows.iter().zip(&refused).enumerate() {
        let path = format!("/services/s/functions/f{index}");
        let function = project.server.api("GET", &path, &Value::Null).json();
        let text = function["environmentVariables"]["A"].as_str();
        assert_eq!(text.unwrap_or(REFUSED), *wanted, "{value}: {refused}");
        assert_eq!(refused.is_null(), *wanted != REFUSED, "{value}: {refused}");
    }
}

fn with_variable(value: &str) -> String {
    format!(
        "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
         Properties:\n        Handler: index.handler\n        Runtime: custom\n        CodeUri: ./pkg\n        \
         EnvironmentVariables:\n          A: {value}\n"
    )
}
