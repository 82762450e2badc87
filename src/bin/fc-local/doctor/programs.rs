//! Programs that only some jobs need.

use std::path::Path;
use std::process::Command;

use super::finding::Finding;
use super::first_line;
use crate::temporary::TempFolder;

/// The version of fun that the tests run and the README names.
const FUN_VERSION: &str = "3.6.24";

/// A program, what needs it, and what brings it.
struct Program {
    name: &'static str,
    jobs: &'static str,
    /// The argument that makes it print its version in its first line, if there is one.
    version: Option<&'static str>,
    cure: &'static str,
}

/// What every program takes without doing anything.
const ANY: &str = "--help";

const ZIP: Program = Program {
    name: "zip",
    jobs: "only a package as a zip file, or its size as one",
    version: None,
    cure: "apt-get install -y zip",
};

/// What fun runs on.
const NODE: Program = Program {
    name: "node",
    jobs: "only fun",
    version: Some("--version"),
    cure: "apt-get install -y nodejs npm",
};

/// Only a project with tests of this kind needs it.
const PYTHON: Program = Program {
    name: "python3",
    jobs: "only `make test`",
    version: Some("--version"),
    cure: "apt-get install -y python3",
};

/// A script in Python that the tests of fc-runtime itself run.
const PYTHON_TEST: &str = "tests/local/check/bootstrap";

/// What brings Serverless Devs; any version of its third generation.
const S_CURE: &str = "npm install --global @serverless-devs/s";

pub(super) fn look(project: &Path) -> Vec<Finding> {
    let mut findings = vec![program(&ZIP), program(&NODE)];
    if project.join(PYTHON_TEST).exists() {
        findings.push(program(&PYTHON));
    }
    findings.push(fun());
    findings.push(serverless_devs());
    findings
}

/// Looks for `s` without running it: a doctor must not make a home for it.
fn serverless_devs() -> Finding {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&folders).any(|folder| folder.join("s").is_file()) {
        return Finding::sound("s", "there");
    }
    let seen = "not there; only `make deploy-fc3`, which runs `s deploy`, needs it";
    Finding::warning("s", seen, S_CURE)
}

fn program(program: &Program) -> Finding {
    let mut command = Command::new(program.name);
    command.arg(program.version.unwrap_or(ANY));
    match (first_line(&mut command), program.version) {
        (Some(version), Some(_)) => Finding::sound(program.name, version),
        (Some(_), None) => Finding::sound(program.name, "there"),
        (None, _) => {
            let seen = format!("not there; {} needs it", program.jobs);
            Finding::warning(program.name, seen, program.cure)
        }
    }
}

fn fun() -> Finding {
    let cure = format!("npm install --global --ignore-scripts @alicloud/fun@{FUN_VERSION}");
    match fun_version() {
        Some(version) if version == FUN_VERSION => Finding::sound("fun", version),
        Some(version) => {
            let seen = format!("version {version:?}, but {FUN_VERSION} was tested");
            Finding::warning("fun", seen, cure)
        }
        None => {
            let seen = "not there; only `make deploy` needs it";
            Finding::warning("fun", seen, cure)
        }
    }
}

/// Asks fun in its own home and without the variables by which it would report to its makers.
fn fun_version() -> Option<String> {
    let home = TempFolder::new().ok()?;
    let mut fun = Command::new("fun");
    fun.arg("--version")
        .env_clear()
        .env("PATH", std::env::var_os("PATH")?)
        .env("HOME", home.path())
        .env("FUN_DISABLE_VERSION_CHECK", "1")
        .env("NODE_NO_WARNINGS", "1");
    first_line(&mut fun)
}
