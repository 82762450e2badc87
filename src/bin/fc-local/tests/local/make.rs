//! The script of `make local`, `make deploy FC=local` and `make invoke`, in its own project folder
//! and with a stand-in for `fun` that writes down what it is asked.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::support::{function_folder, put_program, root, text, wait_for};

/// All that the script and the function need, besides `fun` and `node` to deploy.
const TOOLS: [&str; 5] = ["env", "python3", "rm", "sed", "sleep"];

/// Writes down its arguments.
const FUN: &str = "#!/bin/sh\necho \"$*\" >>fun.args\n";

const TEMPLATE: &str = "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    event:\n      \
    Type: Aliyun::Serverless::Function\n      Properties: {Handler: h, Runtime: custom, CodeUri: ./pkg, Timeout: 30}\n";

const S_YAML: &str = "edition: 3.0.0\nresources:\n  event:\n    component: fc3\n    \
    props: {functionName: s-event, runtime: custom, code: ./pkg, timeout: 30}\n";

struct Project(tempfile::TempDir);

impl Project {
    /// A project where only the given programs are stand-ins.
    fn with(programs: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().expect("folder"));
        let bin = project.path("bin");
        fs::create_dir_all(project.path("target/debug")).expect("target");
        fs::create_dir(&bin).expect("bin");
        let tool = env!("CARGO_BIN_EXE_fc-local");
        symlink(tool, project.path("target/debug/fc-local")).expect("a link");
        for tool in TOOLS {
            let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
            let found = found.iter().find(|path| path.exists()).expect(tool);
            symlink(found, bin.join(tool)).expect("a link");
        }
        fs::create_dir(project.path("pkg")).expect("pkg");
        let function = function_folder().join("bootstrap");
        fs::copy(function, project.path("pkg/bootstrap")).expect("copied");
        fs::write(project.path("template.yml"), TEMPLATE).expect("written");
        fs::write(project.path("s.yaml"), S_YAML).expect("written");
        for (name, script) in programs {
            put_program(&bin.join(name), script);
        }
        project
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.path().join(inner)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .arg(root().join("tests/fun/local.sh"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("PATH", self.path("bin"))
            .env("PORT", "0")
            .env_remove("TEMPLATE")
            .env_remove("FUNCTION")
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the script runs")
    }

    fn start(&self) -> Running {
        self.start_with("template.yml")
    }

    fn start_with(&self, template: &str) -> Running {
        let output = fs::File::create(self.path("said")).expect("a file");
        let mut command = self.command(&["start"]);
        command.env("TEMPLATE", template);
        command.stdout(output.try_clone().expect("a copy"));
        Running(command.stderr(output).spawn().expect("the script runs"))
    }

    /// Waits until the template is deployed.
    fn is_served(&self) {
        wait_for("the deployment", || {
            let said = fs::read_to_string(self.path("said")).unwrap_or_default();
            said.contains("takes events").then_some(())
        });
    }

    fn exports(&self) -> Option<String> {
        fs::read_to_string(self.path("target/fc-local/env.sh")).ok()
    }

    fn server_pid(&self) -> String {
        let exports = wait_for("the exports", || self.exports());
        let line = exports.lines().next().expect("a line");
        line.rsplit(' ').next().expect("a pid").to_owned()
    }
}

/// The script while it serves.
struct Running(Child);

impl Running {
    fn stop(&mut self) {
        signal("-TERM", &self.0.id().to_string());
        self.0.wait().expect("ended");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn signal(name: &str, pid: &str) {
    let sent = Command::new("kill").args([name, pid]).status();
    assert!(sent.expect("kill runs").success());
}

/// What the script prints of an event's result.
fn result(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

#[test]
fn without_fun_the_local_function_compute_serves_either_template() {
    for (template, function) in [("template.yml", "event"), ("s.yaml", "s-event")] {
        let project = Project::with(&[]);
        let mut running = project.start_with(template);
        project.is_served();
        let mut invoke = project.command(&["invoke", "version"]);
        let invoked = invoke.env("FUNCTION", function).output();
        let result = result(&invoked.expect("the script runs"));
        assert_eq!(result, "1");
        running.stop();
        assert_eq!(project.exports(), None, "the server has ended too");
    }
}

#[test]
fn a_second_start_fails_and_leaves_the_first_reachable() {
    let project = Project::with(&[("fun", FUN), ("node", "#!/bin/sh\n")]);
    let _running = project.start();
    project.is_served();
    let before = project.exports();
    let second = project.run(&["start"]);
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(said.contains("in use by another fc-local"), "{said}");
    assert!(before.is_some() && project.exports() == before);
    assert!(project.run(&["deploy"]).status.success());
    let asked = fs::read_to_string(project.path("fun.args")).expect("asked");
    assert_eq!(asked, "deploy -y -t template.yml\n");
}

#[test]
fn deploying_to_it_without_fun_says_what_is_missing() {
    for programs in [&[("node", "#!/bin/sh\n")][..], &[], &[("fun", FUN)]] {
        let project = Project::with(programs);
        let _running = project.start();
        project.is_served();
        let output = project.run(&["deploy"]);
        let said = text(&output.stderr);
        assert!(
            output.status.code() == Some(1) && said.contains("fun is missing: run 'make fun'"),
            "{said}"
        );
    }
}

#[test]
fn an_event_reaches_the_function_as_it_is_given() {
    let project = Project::with(&[]);
    let _running = project.start();
    project.is_served();
    for event in ["-e", "--help", "template.yml", "{\"a\": 'b'}", "", "\\n %s"] {
        let result = result(&project.run(&["invoke", event]));
        assert_eq!(result, event);
    }
    // From stdin, because it need not be text.
    fs::write(project.path("given"), b"\0\xff\n").expect("written");
    let event = fs::File::open(project.path("given")).expect("opened");
    let invoked = project.command(&["invoke"]).stdin(event).output();
    let invoked = invoked.expect("the script runs");
    assert_eq!(invoked.stdout, b"\0\xff\n");
}

#[test]
fn a_server_that_was_killed_is_reported_with_its_cure() {
    let project = Project::with(&[]);
    let mut running = project.start();
    project.is_served();
    signal("-KILL", &project.server_pid());
    running.0.wait().expect("ended");
    assert!(project.exports().is_some(), "what it wrote is still there");
    for arguments in [&["invoke", "x"][..], &["deploy"]] {
        let output = project.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains("start it by 'make local'"), "{said}");
    }
}
