//! What is left when an instance or fc-local itself is ended without warning: nothing.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::instances::pid;
use crate::support::{Server, fc_local, process_state, wait_for, zip_of};

/// A zombie runs no more; who reaps it depends on the machine.
fn wait_for_the_end_of(pid: u64) {
    wait_for("the process to be gone", || {
        let state = process_state(pid);
        state.is_none_or(|state| state == 'Z').then_some(())
    });
}

/// A child of the function's that has left the process group, and the session too.
fn child_elsewhere(server: &Server) -> u64 {
    let child = server.invoke("leave-group").text();
    let child = child.parse().expect("a pid");
    assert!(process_state(child).is_some(), "it runs");
    child
}

#[test]
fn children_that_leave_the_group_end_with_their_instance() {
    let mut server = Server::start();
    server.deploy(&json!({}));
    let child = child_elsewhere(&server);
    server.stop();
    wait_for_the_end_of(child);
}

#[test]
fn instances_and_their_children_end_when_the_server_is_killed() {
    let mut server = Server::start();
    server.deploy(&json!({}));
    let (child, instance) = (child_elsewhere(&server), pid(&server.function_state()));
    server.kill();
    wait_for_the_end_of(instance);
    wait_for_the_end_of(child);
}

#[test]
fn no_call_comes_to_an_instance_that_is_known_to_be_gone() {
    let server = Server::start();
    server.deploy(&json!({}));
    for _ in 0..8 {
        let instance = pid(&server.function_state());
        let status = Command::new("kill")
            .args(["-KILL", &instance.to_string()])
            .status();
        assert!(status.expect("kill runs").success());
        while process_state(instance).is_some() {}
        let reply = server.invoke("the next");
        assert_eq!((reply.status, reply.text().as_str()), (200, "the next"));
    }
}

/// Calls a package whose program notes its pid and that of a child, and never listens.
fn invoke_that_hangs(folder: &Path, scratch: &Path) -> Child {
    let zip = folder.join("code.zip");
    let script = b"#!/bin/sh\nsleep 777 &\necho $$ $! done >\"$NOTE\"\nsleep 777\n";
    fs::write(&zip, zip_of(&[("bootstrap", script, 0o755)])).expect("written");
    let mut command = fc_local();
    command
        .args(["invoke", "-e", "x", "--dir"])
        .arg(&zip)
        .args(["--env", &format!("NOTE={}", folder.join("pids").display())])
        .env("TMPDIR", scratch)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("fc-local runs")
}

#[test]
fn a_killed_call_leaves_no_process_and_its_folder_goes_with_the_next_command() {
    let folder = tempfile::tempdir().expect("folder");
    let scratch = tempfile::tempdir().expect("folder");
    let mut child = invoke_that_hangs(folder.path(), scratch.path());
    let pids = wait_for("the instance to start", || {
        let noted = fs::read_to_string(folder.path().join("pids")).ok()?;
        noted.strip_suffix(" done\n").map(str::to_owned)
    });
    child.kill().expect("killed");
    child.wait().expect("ended");
    for pid in pids.split(' ') {
        wait_for_the_end_of(pid.parse().expect("a pid"));
    }
    let entries = || fs::read_dir(scratch.path()).expect("the folder").count();
    assert_eq!(entries(), 1, "the unpacked code is still there");
    let mut next = fc_local();
    next.args(["example", "timer"])
        .env("TMPDIR", scratch.path());
    assert!(next.output().expect("fc-local runs").status.success());
    assert_eq!(entries(), 0);
}

#[test]
fn a_killed_watch_leaves_no_build() {
    let project = tempfile::tempdir().expect("folder");
    let template = "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      \
                    Type: Aliyun::Serverless::Function\n      Properties: {Runtime: custom, Handler: h, CodeUri: .}\n";
    fs::write(project.path().join("template.yml"), template).expect("written");
    let mut watch = fc_local();
    watch
        .args(["watch", "--port", "0", "--data", "data"])
        .args(["--build", "echo $$ >pid.new; mv pid.new pid; sleep 777"])
        .current_dir(project.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut watch = watch.spawn().expect("fc-local runs");
    let build = wait_for("the build to start", || {
        let noted = fs::read_to_string(project.path().join("pid")).ok()?;
        noted.trim().parse().ok()
    });
    watch.kill().expect("killed");
    watch.wait().expect("ended");
    wait_for_the_end_of(build);
}

#[test]
fn a_server_removes_what_one_left_that_was_killed_while_it_entered_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let entries = folder.path().join("run/fc-local");
    fs::create_dir_all(&entries).expect("a folder");
    for name in [".tmpAb12Cd", ".tmp-of-mine"] {
        fs::write(entries.join(name), "").expect("written");
    }
    let data = folder.path().join("data");
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--data"])
        .arg(&data)
        .env("XDG_RUNTIME_DIR", folder.path().join("run"))
        .stderr(Stdio::null());
    let server = Server::run(command, &data);
    // It enters itself when it has said how it is reached.
    let own = entries.join(server.id().to_string());
    wait_for("its entry", || own.exists().then_some(()));
    assert!(!entries.join(".tmpAb12Cd").exists());
    assert!(entries.join(".tmp-of-mine").exists());
}

#[test]
fn a_neighbour_in_the_group_of_a_leftover_is_no_leftover() {
    let folder = tempfile::tempdir().expect("folder");
    drop(Server::on(folder.path(), &[]));
    let code = folder.path().join("scratch/code-x");
    let mut leader = Command::new("sh");
    // The second of the two has the environment of an instance that an earlier run has left here.
    leader
        .args([
            "-c",
            "FC_FUNC_CODE_PATH=$CODE sleep 601 & echo $!; exec sleep 602",
        ])
        .env("CODE", &code)
        .stdout(Stdio::piped());
    std::os::unix::process::CommandExt::process_group(&mut leader, 0);
    let mut leader = leader.spawn().expect("sh runs");
    let mut line = String::new();
    let stdout = leader.stdout.take().expect("stdout");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
    let leftover: u64 = line.trim().parse().expect("a pid");
    wait_for("the leftover to have its environment", || {
        let environment = fs::read(format!("/proc/{leftover}/environ")).ok()?;
        String::from_utf8_lossy(&environment)
            .contains("FC_FUNC_CODE_PATH=")
            .then_some(())
    });
    drop(Server::on(folder.path(), &[]));
    wait_for_the_end_of(leftover);
    let ended = leader.try_wait().expect("its state");
    leader.kill().expect("it ends now");
    leader.wait().expect("it has ended");
    assert_eq!(ended, None, "the neighbour was killed");
}
