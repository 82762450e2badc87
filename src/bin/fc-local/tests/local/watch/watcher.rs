//! A running `fc-local watch`: its folder, its builds and what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Server, fc_local, function_folder, wait_for};

/// Copies the source, unless the source says that it is broken; a gate lets a test hold it while it runs.
pub(super) const BUILD: &str = r#"#!/bin/sh
echo build >>builds
while [ -e gate ]; do sleep 0.01; done
if grep -q BROKEN src/bootstrap; then echo "error[E0425]: cannot find value BROKEN" >&2; exit 101; fi
mkdir -p pkg && cp src/bootstrap pkg/bootstrap && chmod 755 pkg/bootstrap
"#;

pub(super) const BUILD_COMMAND: &str = "sh build.sh";

pub(super) const TEMPLATE: &str = r"
Resources:
  s:
    Type: 'Aliyun::Serverless::Service'
    f:
      Type: 'Aliyun::Serverless::Function'
      Properties:
        Runtime: custom
        CodeUri: ./pkg
        Handler: index.handler
        Timeout: 30
    web:
      Type: 'Aliyun::Serverless::Function'
      Properties: {Runtime: custom, CodeUri: ./pkg, Handler: index.handler, EnvironmentVariables: {NUMBER: 1}}
      Events: {t: {Type: HTTP, Properties: {AuthType: ANONYMOUS, Methods: [GET]}}}
  d:
    Type: 'Aliyun::Serverless::CustomDomain'
    Properties: {DomainName: web.example.test, Protocol: HTTP, RouteConfig: {Routes: {'/*': {ServiceName: s, FunctionName: web}}}}
";

/// A project folder, watched.
pub(super) struct Watch {
    pub(super) server: Server,
    pub(super) folder: tempfile::TempDir,
}

impl Watch {
    pub(super) fn start() -> Self {
        Self::with(&[])
    }

    pub(super) fn with(arguments: &[&str]) -> Self {
        Self::run(
            BUILD_COMMAND,
            |_| (),
            |command| {
                command.args(arguments);
            },
        )
    }

    /// Starts in a folder that is not quite that of the others.
    pub(super) fn in_folder(prepare: impl FnOnce(&Path)) -> Self {
        Self::run(BUILD_COMMAND, prepare, |_| ())
    }

    pub(super) fn run(
        build: &str,
        prepare: impl FnOnce(&Path),
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let prepare = |folder: &Path| {
            let at = |name: &str| folder.join(name);
            fs::create_dir(at("src")).expect("src");
            fs::write(at("build.sh"), BUILD).expect("written");
            fs::write(at("template.yml"), TEMPLATE).expect("written");
            fs::write(at("src/bootstrap"), source("1")).expect("written");
            prepare(folder);
        };
        Self::begin(prepare, |command| {
            command.args(["--build", build]);
            change(command);
        })
    }

    /// Starts in the folder `work`, whose functions cargo builds.
    pub(super) fn of_cargo(prepare: impl FnOnce(&Path)) -> Self {
        Self::of_cargo_with(&[], prepare)
    }

    pub(super) fn of_cargo_with(arguments: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        Self::begin(prepare, |command| {
            let work = command.get_current_dir().expect("a folder").join("work");
            command.args(arguments).current_dir(work);
        })
    }

    pub(super) fn begin(prepare: impl FnOnce(&Path), change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        prepare(folder.path());
        let said = fs::File::create(at("said")).expect("a file");
        let mut command = fc_local();
        command
            .args(["watch", "--port", "0", "--data"])
            .arg(at("data"))
            .current_dir(folder.path())
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null())
            .stderr(said);
        change(&mut command);
        let server = Server::run(command, &at("data"));
        Self { server, folder }
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Saves a file as a whole, so that it is one change: half of it is never built, nor is it built twice.
    pub(super) fn write(&self, name: &str, content: &str) {
        let beside = self.at(".new");
        fs::write(&beside, content).expect("written");
        fs::rename(&beside, self.at(name)).expect("renamed");
    }

    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.at("said")).expect("its words")
    }

    /// Waits until so many builds are over.
    pub(super) fn rests(&self, times: usize) {
        wait_for("the watcher to rest", || {
            (self.said().matches("waiting for changes\n").count() >= times).then_some(())
        });
    }

    /// How many builds were begun.
    pub(super) fn builds(&self) -> usize {
        fs::read_to_string(self.at("builds"))
            .unwrap_or_default()
            .lines()
            .count()
    }

    /// Waits until it has said something.
    pub(super) fn says(&self, what: &str) {
        wait_for(what, || self.said().contains(what).then_some(()));
    }

    /// Waits until it has said something so many times.
    pub(super) fn says_times(&self, what: &str, times: usize) {
        wait_for(what, || {
            (self.said().matches(what).count() >= times).then_some(())
        });
    }

    /// What it has named as changed, in its own words.
    pub(super) fn changed(&self) -> Vec<String> {
        let said = self.said();
        let lines = said
            .lines()
            .filter_map(|line| line.strip_prefix("fc-local: ")?.strip_suffix(" changed"));
        lines.map(str::to_owned).collect()
    }

    /// How many packages are stored.
    pub(super) fn packages(&self) -> usize {
        fs::read_dir(self.at("data/code"))
            .expect("the packages")
            .count()
    }

    pub(super) fn version(&self) -> String {
        self.server.invoke("version").text()
    }
}

/// The test function in its own version.
pub(super) fn source(version: &str) -> String {
    let source =
        fs::read_to_string(function_folder().join("bootstrap")).expect("the test function");
    source.replace("VERSION = \"1\"", &format!("VERSION = \"{version}\""))
}
