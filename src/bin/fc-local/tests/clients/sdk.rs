//! Alibaba's SDKs of all three generations, in Python and Node, as `make sdks` installs them.
//!
//! Each does everything that `sdk/operations.py` and `sdk/operations.mjs` list, and its column of the table in
//! `src/guide/clients.md` is what it has to come to: the table is a record, not a promise.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{KEY_ID, KEY_SECRET, Server, function_folder, root, text, zip_of};

const PAGE: &str = "src/guide/clients.md";

/// The folder of the installed SDKs for Python, or what to do where they are missing.
pub(crate) fn python() -> Result<PathBuf, String> {
    installed("venv/installed", "python3 with venv")
}

/// The folder of the installed SDKs for Node, or what to do where they are missing.
pub(crate) fn node() -> Result<PathBuf, String> {
    installed("node_modules/.package-lock.json", "node")
}

fn installed(mark: &str, needs: &str) -> Result<PathBuf, String> {
    let folder = root().join("src/bin/fc-local/tests/clients/sdk");
    if folder.join(mark).exists() {
        Ok(folder)
    } else {
        Err(format!(
            "the SDKs are not installed: run `make sdks`, which needs {needs}"
        ))
    }
}

/// One test for each client.
macro_rules! clients {
    ($run:ident: $($test:ident = $client:literal,)*) => {
        $(pub(crate) fn $test(folder: &Path) {
            $run(folder, $client);
        })*
    };
}

clients! { with_python:
    aliyun_fc_for_python_does_what_the_guide_says = "aliyun-fc",
    aliyun_fc2_for_python_does_what_the_guide_says = "aliyun-fc2",
    the_python_sdk_of_2021_does_what_the_guide_says = "alibabacloud-fc-open20210406",
    the_python_sdk_of_fc_3_does_what_the_guide_says = "alibabacloud-fc20230330",
}

clients! { with_node:
    alicloud_fc_for_node_does_what_the_guide_says = "@alicloud/fc",
    alicloud_fc2_for_node_does_what_the_guide_says = "@alicloud/fc2",
    the_node_sdk_of_2021_does_what_the_guide_says = "@alicloud/fc-open20210406",
    the_node_sdk_of_fc_3_does_what_the_guide_says = "@alicloud/fc20230330",
}

/// The requests of `s` with its component `fc3`, which no registry has: replayed by the SDKs that it uses.
pub(crate) fn the_requests_of_serverless_devs_are_answered_as_the_guide_says(folder: &Path) {
    let mut command = Command::new("node");
    command.arg(folder.join("s.mjs"));
    check(command, "fc3");
}

fn with_python(folder: &Path, client: &str) {
    let mut command = Command::new(folder.join("venv/bin/python"));
    // -B: the folder of the sources stays as it is.
    command.arg("-B").arg(folder.join("check.py"));
    check(command, client);
}

fn with_node(folder: &Path, client: &str) {
    let mut command = Command::new("node");
    command.arg(folder.join("check.mjs"));
    check(command, client);
}

/// Runs a client's operations on their own server, and compares what came of them with the guide.
fn check(mut command: Command, client: &str) {
    let server = Server::start();
    let scratch = tempfile::tempdir().expect("folder");
    command
        .arg(client)
        .args(packages(scratch.path()))
        .arg(scratch.path());
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .envs([("ACCESS_KEY_ID", KEY_ID), ("ACCESS_KEY_SECRET", KEY_SECRET)])
        .env("FC_ENDPOINT", format!("http://{}", server.address))
        .env("HOME", scratch.path())
        .env("NODE_NO_WARNINGS", "1")
        .env("PATH", path)
        .stdin(Stdio::null());
    let output = command.output().expect("the client runs");
    assert!(output.status.success(), "{client}: {output:?}");
    compare(client, &text(&output.stdout));
}

/// The test function twice, as version 1 and as version 2.
fn packages(folder: &Path) -> [PathBuf; 2] {
    let first = fs::read(function_folder().join("bootstrap")).expect("the test function");
    let second = text(&first).replace("VERSION = \"1\"", "VERSION = \"2\"");
    assert_ne!(first, second.as_bytes(), "the function has a version");
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, zip_of(&[("bootstrap", bytes, 0o755)])).expect("written");
        file
    };
    [write("1.zip", &first), write("2.zip", second.as_bytes())]
}

/// Holds what a client printed, a version and its outcomes, against its column of the guide.
fn compare(client: &str, printed: &str) {
    let mut lines = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON lines"));
    let version: Value = lines.next().expect("a version");
    let title = format!("`{client}` {}", version.as_str().expect("a text"));
    let outcomes: Vec<Value> = lines.collect();
    let word =
        |outcome: &Value, index: usize| outcome[index].as_str().unwrap_or_default().to_owned();
    let seen: Vec<(String, String)> = outcomes
        .iter()
        .map(|outcome| (word(outcome, 0), word(outcome, 1)))
        .collect();
    let reasons: Vec<&Value> = outcomes
        .iter()
        .filter(|outcome| outcome[1] == "no")
        .collect();
    assert_eq!(
        seen,
        column(&title),
        "{title}: what it did, and {PAGE}; the failures were {reasons:#?}"
    );
}

/// The operations of the guide's table, and what it says of a client.
fn column(title: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join(PAGE)).expect("the page");
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = page
        .lines()
        .skip_while(|line| !(line.starts_with("| operation") && line.contains(title)))
        .take_while(|line| line.starts_with('|'))
        .map(cells);
    let head = rows.next().unwrap_or_default();
    let index = head.iter().position(|cell| cell == title);
    let index = index.unwrap_or_else(|| panic!("{PAGE} has no column '{title}'"));
    rows.skip(1)
        .map(|row| (row[0].clone(), row[index].clone()))
        .collect()
}
