//! What takes long is done apart from the threads that serve: one that waits for a terminal, a pipe or the disk would keep all
//! calls from their responses, since there is one of these threads for two processors.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, ScopedJoinHandle};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::fs::{Mode, OFlags, open};
use rustix::pipe::{fcntl_getpipe_size, pipe};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

use crate::support::{
    KEY_SECRET, Reply, Server, authorization, body_of_20_mb, fc_local, function_folder,
    process_state, send, wait_for, zip_of,
};

/// More than all threads of a machine that tests run on.
const HELD: usize = 16;

/// More bytes than a terminal holds that nobody reads, each request being a line of some.
const REQUESTS: usize = 1_000;

const ID: &str = "x-fc-stateful-async-invocation-id";

/// A server that writes to this stderr.
fn server_with(stderr: impl Into<Stdio>, data: &Path) -> Server {
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--data"])
        .arg(data)
        .stderr(stderr);
    Server::run(command, data)
}

fn asynchronous(server: &Server, function: &str, headers: &[(&str, &str)], event: &str) -> Reply {
    let path = format!("/2016-08-15/services/s/functions/{function}/invocations");
    let headers = [&[("x-fc-invocation-type", "Async")], headers].concat();
    server.signed("POST", &path, &headers, event.as_bytes())
}

/// A file whose readers wait.
fn held_file(path: &Path) {
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("the folder");
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo runs").success());
}

/// Ends the wait of those who read a held file now: its end is all that they read.
fn release(path: &Path) {
    // Where nobody waits it cannot be opened so.
    drop(open(path, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()));
}

#[test]
fn a_pipe_on_stderr_that_nobody_reads_keeps_no_call_from_its_response() {
    let folder = tempfile::tempdir().expect("folder");
    let (unread, stderr) = pipe().expect("a pipe");
    let bytes = fcntl_getpipe_size(&unread).expect("its size");
    let mut server = server_with(stderr, folder.path());
    server.deploy(&json!({}));
    server.deploy_as(
        "broken",
        &json!({"environmentVariables": {"MODE": "exits"}}),
    );
    let config = json!({"maxAsyncRetryAttempts": 0});
    let path = "/services/s.LATEST/functions/broken/async-invoke-config";
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let lines = server.invoke(&format!("chatter {}", bytes / 8));
    assert_eq!(lines.status, 200, "{lines:?}");
    // What is lost is said on stderr, too.
    for round in 0..3 {
        assert_eq!(asynchronous(&server, "broken", &[], "x").status, 202);
        wait_for("the event to be given up", || {
            let log = fs::read_to_string(server.data.join("logs/s/broken.log"));
            let count = log.unwrap_or_default().matches("gave up").count();
            (count > round).then_some(())
        });
        assert_eq!(server.invoke("x").text(), "x");
    }
    server.stop();
    drop(unread);
}

#[test]
fn a_terminal_that_stands_still_keeps_no_request_from_its_response() {
    let folder = tempfile::tempdir().expect("folder");
    let unread = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&unread)
        .and_then(|()| unlockpt(&unread))
        .expect("its other end");
    let name = ptsname(&unread, Vec::new()).expect("its name");
    let name = OsStr::from_bytes(name.to_bytes());
    let terminal = OpenOptions::new().read(true).write(true).open(name);
    let terminal: OwnedFd = terminal.expect("it opens").into();
    let mut server = server_with(terminal, folder.path());
    for _ in 0..REQUESTS {
        let reply = server.request("GET", "/", &[], b"");
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    server.stop();
}

#[test]
fn tasks_that_are_read_from_a_slow_disk_hold_up_no_call() {
    let server = Server::start();
    server.deploy(&json!({}));
    let held = server.data.join("tasks/s/f/held.json");
    held_file(&held);
    // The task that is accepted in the end takes its name, and some may still wait for it then.
    let other_name = server.data.join("held");
    fs::hard_link(&held, &other_name).expect("another name");
    let task = "/services/s/functions/f/stateful-async-invocations/held";
    thread::scope(|scope| {
        let waiting = [(); HELD].map(|()| scope.spawn(|| server.api("GET", task, &json!(null))));
        // A call with this id waits until it is known whether there is such a task.
        let accepted = scope.spawn(|| asynchronous(&server, "f", &[(ID, "held")], "x"));
        for number in 0..HELD {
            assert_eq!(server.invoke("x").text(), "x");
            let id = format!("task-{number}");
            assert_eq!(asynchronous(&server, "f", &[(ID, &id)], "x").status, 202);
        }
        wait_for("those that wait to be answered", || {
            release(&other_name);
            let is_over = waiting.iter().all(ScopedJoinHandle::is_finished);
            (is_over && accepted.is_finished()).then_some(())
        });
        assert_eq!(accepted.join().expect("no panic").status, 202);
    });
}

#[test]
fn a_stop_does_not_wait_for_a_disk_that_does_not_answer() {
    let server = Server::with(&["--stop-grace", "0"]);
    server.deploy(&json!({}));
    let held = server.data.join("tasks/s/f/held.json");
    held_file(&held);
    let task = "/services/s/functions/f/stateful-async-invocations/held";
    thread::scope(|scope| {
        let asked = scope.spawn(|| server.api("GET", task, &json!(null)));
        let unwritten = wait_for("the file to be read", || {
            // Where nobody reads it, it cannot be opened so.
            open(&held, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()).ok()
        });
        let stop = Command::new("kill")
            .args(["-TERM", &server.id().to_string()])
            .status();
        assert!(stop.expect("kill runs").success());
        wait_for("the end", || {
            let state = process_state(u64::from(server.id()));
            state.is_none_or(|state| state == 'Z').then_some(())
        });
        drop(unwritten);
        // It got no response.
        drop(asked.join());
    });
}

#[test]
fn a_body_has_no_room_of_others_any_more_while_its_function_runs() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 10}));
    server.add_trigger("anonymous", &["POST"]);
    server.add_domain();
    let folder = tempfile::tempdir().expect("folder");
    let gate = folder.path().join("gate");
    let target = format!("/hold?{}", gate.display());
    let body = body_of_20_mb();
    thread::scope(|scope| {
        // Together they are more than what bodies may take.
        let held = [(); 3].map(|()| scope.spawn(|| server.by_domain("POST", &target, &[], &body)));
        wait_for("all of them to run", || {
            let begun = server.log().matches("FC Invoke Start").count();
            (begun == held.len()).then_some(())
        });
        let reply = server.by_domain("POST", "/", &[], &body);
        assert_eq!(reply.json()["length"], body.len(), "{reply:?}");
        fs::write(&gate, "").expect("opened");
        for held in held {
            assert_eq!(held.join().expect("no panic").status, 201);
        }
    });
}

#[test]
fn a_change_that_has_begun_is_made_to_its_end_though_its_client_leaves() {
    let server = Server::start();
    server.deploy(&json!({}));
    assert_eq!(server.invoke("version").text(), "1");
    let [bucket, object] = ["b", "o"].map(|name| URL_SAFE_NO_PAD.encode(name));
    let file = server.data.join("packages").join(bucket).join(object);
    held_file(&file);
    let change = json!({"code": {"ossBucketName": "b", "ossObjectName": "o"}}).to_string();
    let target = "/2016-08-15/services/s/functions/f";
    let date = httpdate::fmt_http_date(SystemTime::now());
    let authorization = authorization(KEY_SECRET, "PUT", target, &[], &date);
    let signed = [("Date", &*date), ("Authorization", &authorization)];
    let mut client = server.connect();
    send(&mut client, "PUT", target, &signed, change.as_bytes());
    let package = wait_for("the package to be read", || {
        open(&file, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()).ok()
    });
    drop(client);
    let text = fs::read_to_string(function_folder().join("bootstrap")).expect("a text");
    let text = text.replace("VERSION = \"1\"", "VERSION = \"2\"");
    let bytes = zip_of(&[("bootstrap", text.as_bytes(), 0o755)]);
    File::from(package).write_all(&bytes).expect("written");
    wait_for("the new code", || {
        (server.invoke("version").text() == "2").then_some(())
    });
}
