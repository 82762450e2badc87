//! The script behind `make local`, `make deploy FC=local` and `make invoke`, in its own project folder
//! and with a stand-in for `fun` that writes down what it is asked.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::support::{root, text, wait_for};

/// All that the script needs besides `fun` and `node`.
const TOOLS: [&str; 7] = ["cat", "env", "grep", "mktemp", "rm", "sed", "sleep"];

/// Writes down its arguments, and the content of the file that follows `-f`.
const FUN: &str = "#!/bin/sh\necho \"$*\" >>fun.args\n[ \"$3\" != -f ] || cat \"$4\" >fun.event\n";

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
        for (name, script) in programs {
            fs::write(bin.join(name), script).expect("written");
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("mode");
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
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the script runs")
    }

    fn start(&self) -> Running {
        let output = fs::File::create(self.path("said")).expect("a file");
        let mut command = self.command(&["start"]);
        command.stdout(output.try_clone().expect("a copy"));
        Running(command.stderr(output).spawn().expect("the script runs"))
    }

    fn said(&self) -> String {
        fs::read_to_string(self.path("said")).unwrap_or_default()
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

fn with_fun() -> Project {
    Project::with(&[("fun", FUN), ("node", "#!/bin/sh\n")])
}

#[test]
fn without_fun_the_local_function_compute_says_so_and_serves() {
    for programs in [&[("node", "#!/bin/sh\n")][..], &[], &[("fun", FUN)]] {
        let project = Project::with(programs);
        let mut running = project.start();
        wait_for("the script to say what is missing", || {
            project.said().contains("fun is missing").then_some(())
        });
        assert!(matches!(running.0.try_wait(), Ok(None)), "it serves");
        signal("-0", &project.server_pid());
        running.stop();
        assert_eq!(project.exports(), None, "the server has ended too");
    }
}

#[test]
fn a_second_start_fails_and_leaves_the_first_reachable() {
    let project = with_fun();
    let _running = project.start();
    wait_for("the deployment", || {
        fs::read_to_string(project.path("fun.args")).ok()
    });
    let before = project.exports();
    let second = project.run(&["start"]);
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        said.contains("in use by another fc-local") && said.contains("did not start"),
        "{said}"
    );
    assert!(before.is_some() && project.exports() == before);
    assert!(project.run(&["deploy"]).status.success());
    let asked = fs::read_to_string(project.path("fun.args")).expect("asked");
    assert_eq!(asked, "deploy -y -t template.yml\n".repeat(2));
}

#[test]
fn an_event_reaches_fun_as_it_is_given() {
    let project = with_fun();
    let _running = project.start();
    project.server_pid();
    for event in ["-e", "--help", "fun.args", "{\"a\": 'b'}", "", "\\n %s"] {
        let invoked = project.run(&["invoke", event]);
        assert!(invoked.status.success(), "{event}: {invoked:?}");
        let given = fs::read_to_string(project.path("fun.event")).expect("an event");
        assert_eq!(given, event);
    }
}

#[test]
fn an_event_may_come_from_stdin_because_it_need_not_be_text() {
    let project = with_fun();
    let _running = project.start();
    project.server_pid();
    fs::write(project.path("event"), b"\0\xff\n").expect("written");
    let event = fs::File::open(project.path("event")).expect("opened");
    let invoked = project.command(&["invoke"]).stdin(event).output();
    assert!(invoked.expect("the script runs").status.success());
    let given = fs::read(project.path("fun.event")).expect("an event");
    assert_eq!(given, b"\0\xff\n");
}

#[test]
fn a_server_that_was_killed_is_reported_with_its_cure() {
    let project = with_fun();
    let mut running = project.start();
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
