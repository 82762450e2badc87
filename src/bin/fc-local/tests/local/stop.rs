//! A stop lets the calls in flight finish, within its grace; events that it cuts short are made again.

use std::fs;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::json;

use crate::support::{Reply, Server, wait_for};

const CALLS: usize = 20;

fn signal(server: &Server, name: &str) {
    let status = Command::new("kill")
        .args([name, &server.pid().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
}

fn wait_until_running(server: &Server, calls: usize) {
    wait_for("the calls to run", || {
        let running = server.log().matches("FC Invoke Start").count();
        (running == calls).then_some(())
    });
}

fn wait_until_refused(server: &Server) {
    wait_for("new connections to be refused", || {
        TcpStream::connect(&server.address).is_err().then_some(())
    });
}

fn gate(folder: &Path) -> String {
    format!("wait-for {}", folder.join("gate").display())
}

#[test]
fn a_stop_lets_every_call_in_flight_finish_and_takes_no_new_one() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::with(&["--stop-grace", "600"]);
    server.deploy(&json!({"instanceConcurrency": CALLS}));
    // One that nobody has asked anything, and one that waits for its next request: neither delays the stop.
    let _silent = server.connect();
    let mut idle = server.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    let reply = Reply::read(&mut BufReader::new(&idle), "GET");
    assert_eq!(reply.status, 400, "{reply:?}");
    let replies: Vec<Reply> = thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|_| scope.spawn(|| server.invoke(&gate(folder.path()))))
            .collect();
        wait_until_running(&server, CALLS);
        signal(&server, "-TERM");
        wait_until_refused(&server);
        fs::write(folder.path().join("gate"), "").expect("the gate opens");
        let joined = calls.into_iter().map(|call| call.join().expect("a reply"));
        joined.collect()
    });
    for reply in replies {
        assert_eq!((reply.status, reply.text()), (200, gate(folder.path())));
    }
    assert_eq!(idle.read(&mut [0]).expect("closed"), 0);
    assert_eq!(server.wait(), Some(0));
}

/// A server with one call that never ends, and that call's connection.
fn with_endless_call(grace: &str) -> (Server, TcpStream) {
    let server = Server::with(&["--stop-grace", grace]);
    server.deploy(&json!({}));
    server.add_trigger("anonymous", &["GET"]);
    let mut call = server.connect();
    call.write_all(b"GET /2016-08-15/proxy/s/f/sleep HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    wait_until_running(&server, 1);
    (server, call)
}

fn assert_was_cut(mut server: Server, mut call: TcpStream) {
    let mut answer = Vec::new();
    // A reset is as good as an end.
    let _ = call.read_to_end(&mut answer);
    assert_eq!(answer, b"", "no answer is made up");
    assert_eq!(server.wait(), Some(0));
    let said = server.said();
    assert!(
        said.contains("calls in flight that the stop has cut: 1"),
        "{said}"
    );
}

#[test]
fn a_call_that_does_not_end_is_cut_after_the_grace() {
    let (server, call) = with_endless_call("0");
    signal(&server, "-TERM");
    assert_was_cut(server, call);
}

#[test]
fn a_second_signal_cuts_the_calls_at_once() {
    for second in ["-INT", "-TERM"] {
        let (server, call) = with_endless_call("600");
        signal(&server, "-TERM");
        wait_until_refused(&server);
        signal(&server, second);
        assert_was_cut(server, call);
    }
}

#[test]
fn an_event_that_a_stop_cuts_short_has_lost_no_try() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let mut server = Server::on(&data, &[]);
    server.deploy(&json!({}));
    let path = "/services/s/functions/f/async-invoke-config";
    let config = json!({"maxAsyncRetryAttempts": 0});
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let asynchronous = [("x-fc-invocation-type", "Async")];
    let reply = server.invoke_with(&asynchronous, &gate(folder.path()));
    assert_eq!(reply.status, 202);
    wait_until_running(&server, 1);
    // Nobody waits for it, so the stop does not either.
    server.stop();
    fs::write(folder.path().join("gate"), "").expect("the gate opens");
    let server = Server::on(&data, &[]);
    wait_for("the event to be done", || {
        let mut files = fs::read_dir(data.join("async")).expect("the queue");
        files.next().is_none().then_some(())
    });
    let log = server.log();
    assert_eq!(log.matches("FC Invoke Start").count(), 2, "{log}");
    assert!(!log.contains("gave up"), "{log}");
}
