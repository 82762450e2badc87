//! What the system may refuse or do: no descriptor, no thread, a signal at any moment, a freeze in the middle.

mod other_user;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
#[cfg(feature = "direct")]
use std::sync::Barrier;
#[cfg(feature = "direct")]
use std::thread;

use other_user::OtherUser;

use super::support::{Instance, free_port, request};
use super::{assert_serves, event, response_to};

/// Checks that the instance serves a new connection, or ends and says why. A process that does neither would
/// stay in its place for ever, and the platform would start no other.
fn assert_serves_or_ends(instance: Instance) {
    if asks(&instance).is_ok_and(|response| response.ends_with(b"still here")) {
        return;
    }
    let errors = instance.errors_at_end();
    // Its own words, or the library's for an allocation that there was no memory for.
    let ends = [
        "testbed: connections can no longer be accepted",
        "memory allocation of",
    ];
    assert!(ends.iter().any(|end| errors.contains(end)), "{errors}");
}

/// All that comes back for an event on a new connection.
fn asks(instance: &Instance) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(instance.address())?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60)))?;
    let headers = [("X-Fc-Control-Path", "/invoke"), ("Connection", "close")];
    stream.write_all(&request("POST", "/invoke", &headers, b"still here"))?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    Ok(response)
}

#[test]
fn without_descriptors_no_process_lives_on_that_serves_nobody() {
    let instance = Instance::start("testbed", &[]);
    let mut first = instance.connect();
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    instance.limit("nofile", 24);
    let idle: Vec<_> = (0..40)
        .map(|_| TcpStream::connect(instance.address()))
        .collect();
    // Clients from before are answered, whatever happens to the others.
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    drop(idle);
    instance.unlimit("nofile");
    assert_serves_or_ends(instance);
}

/// Asks for more threads than a limit lets the instance have, which is raised afterwards.
fn run_out_of_threads(instance: Instance, resource: &str, most: impl Fn(&Instance) -> u64) {
    let mut first = instance.connect();
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    // The first worker and the next: before that, what the limit is made from may be more than the instance keeps.
    instance.wait_for_sleeping_threads(3);
    instance.limit(resource, most(&instance));
    let connect = |_| TcpStream::connect(instance.address());
    let mut others: Vec<_> = (0..10).map(connect).collect();
    for stream in others.iter_mut().flatten() {
        // A reset is a response too.
        let _ = stream.write_all(&event("other", b"x"));
    }
    instance.unlimit(resource);
    drop(others);
    assert_serves_or_ends(instance);
}

#[test]
fn an_instance_that_never_got_a_second_thread_ends_all_the_same() {
    let instance = Instance::start("testbed", &[]);
    instance.wait_for_sleeping_threads(2);
    instance.limit("as", instance.space_for_no_thread());
    let mut idle = instance.connect();
    assert_eq!(response_to(&mut idle, "one", "hello"), "hello");
    instance.wait_for_line("the shortage", |line| {
        line.contains("no thread for another worker")
    });
    instance.signal("-TERM");
    let (status, lines) = instance.wait();
    assert!(status.success(), "{status}: {lines:#?}");
}

#[test]
fn without_memory_for_threads_no_process_lives_on_that_serves_nobody() {
    let instance = Instance::start("testbed", &[]);
    run_out_of_threads(instance, "as", Instance::space_for_no_thread);
}

#[test]
fn without_threads_no_process_lives_on_that_serves_nobody() {
    let user = OtherUser::new();
    let instance = Instance::start_by(user.command(), &[]);
    let no_more = |instance: &Instance| instance.status_field("Threads:");
    run_out_of_threads(instance, "nproc", no_more);
}

#[test]
fn a_start_without_any_thread_ends_at_once_and_says_why() {
    let user = OtherUser::new();
    let mut command = Command::new("prlimit");
    let output = user
        .runs(command.args(["--nproc=1:1", "--"]).arg(&user.program))
        .env("FC_CUSTOM_LISTEN_PORT", free_port().to_string())
        .output()
        .expect("prlimit is there");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("Resource temporarily unavailable"), "{said}");
}

#[test]
fn an_announced_length_that_there_is_no_memory_for_does_not_end_the_process() {
    let instance = Instance::start("testbed", &[]);
    assert_serves(&instance);
    let room = 400 * 1024 * 1024;
    instance.limit("as", instance.status_field("VmSize:") * 1024 + room);
    for more in ["", "Host: y\r\n", "TE: trailers\r\n"] {
        let head =
            format!("POST /echo HTTP/1.1\r\nHost: x\r\n{more}Content-Length: 600000000\r\n\r\nab");
        instance.connect().send(head.as_bytes());
        assert_serves(&instance);
    }
}

/// What `tiny_http` cannot promise: it copies what it reads.
#[cfg(feature = "direct")]
#[test]
fn bodies_that_there_is_no_memory_for_are_refused_and_the_process_lives_on() {
    const BODIES: usize = 4;
    // The system's allocator keeps address space for each thread, in which bodies would find room; musl's does not.
    let instance = Instance::start("testbed", &[("MALLOC_ARENA_MAX", "1")]);
    assert_serves(&instance);
    instance.wait_for_sleeping_threads(3);
    // As many threads as there are bodies, before the address space is short.
    let mut busy: Vec<_> = (0..BODIES).map(|_| instance.connect()).collect();
    busy.iter_mut()
        .for_each(|busy| busy.send(&event("busy", b"sleep 300")));
    busy.iter_mut().for_each(|busy| drop(busy.response()));
    let room = 64 * 1024 * 1024;
    instance.limit("as", instance.status_field("VmSize:") * 1024 + room);
    let bytes = request("POST", "/status/200", &[], &vec![b'x'; 30 * 1024 * 1024]);
    let (most, rest) = bytes.split_at(bytes.len() - 1);
    let all_sent = Barrier::new(BODIES);
    let ask = || {
        let mut connection = instance.connect();
        let sent = connection.try_send(most);
        all_sent.wait();
        // One that was refused may be closed before all of it was sent.
        let sent = sent.and_then(|()| connection.try_send(rest));
        let response = sent.and_then(|()| connection.try_response(false));
        response.map_or(503, |response| response.status)
    };
    let statuses: Vec<u16> = thread::scope(|scope| {
        let asked: Vec<_> = (0..BODIES).map(|_| scope.spawn(ask)).collect();
        let asked = asked.into_iter();
        asked.map(|asked| asked.join().expect("no panic")).collect()
    });
    assert!(statuses.contains(&503), "{statuses:?}");
    assert_serves(&instance);
    assert_eq!(instance.errors(), "");
}

#[test]
fn an_instance_may_be_frozen_inside_a_request_at_any_of_its_stages() {
    let instance = Instance::start("testbed", &[]);
    let bytes = request(
        "POST",
        "/invoke",
        &[("X-Fc-Control-Path", "/invoke")],
        &[b'x'; 5000],
    );
    let mut connection = instance.connect();
    // In the head, at its end, in the body.
    for at in [10, 60, bytes.len() - 5000, bytes.len() - 1] {
        connection.send(&bytes[..at]);
        assert_serves(&instance);
        instance.signal("-STOP");
        connection.send(&bytes[at..]);
        instance.signal("-CONT");
        assert!(connection.response().body == [b'x'; 5000]);
    }
    // In the handler.
    connection.send(&event("handler", b"wait"));
    instance.wait_for_line("the start", |line| {
        line.ends_with("Start RequestId: handler")
    });
    instance.signal("-STOP");
    instance.signal("-CONT");
    assert_eq!(instance.http("POST", "/next", b"").status, 204);
    assert_eq!(connection.response().text(), "handler");
    // In the response, which no buffer holds.
    connection.send(&event("answer", b"repeat 20000000"));
    instance.wait_for_line("the end", |line| line.ends_with("End RequestId: answer"));
    instance.signal("-STOP");
    instance.signal("-CONT");
    assert_eq!(connection.response().body.len(), 20_000_000);
}

/// Sends a signal to each thread of an instance, over and over, while it lives.
struct Storm(Child);

impl Storm {
    fn over(instance: &Instance) -> Self {
        let shell =
            r#"while :; do for thread in /proc/$0/task/*; do kill -USR1 ${thread##*/}; done; done"#;
        let child = Command::new("sh")
            .args(["-c", shell, &instance.pid().to_string()])
            // A thread may have ended before its signal came.
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("a shell is there"))
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn signals_that_a_handler_has_claimed_break_no_request() {
    let instance = Instance::start("testbed", &[]);
    assert_eq!(instance.invoke("catch", b"catch-signals").status, 200);
    let storm = Storm::over(&instance);
    let body = vec![b'x'; 200_000];
    let mut kept = instance.connect();
    for number in 0..100 {
        // An idle connection, a body in pieces, a large response, a stream, a log line: each call of the system that waits.
        let mut connection = instance.connect();
        for piece in event("pieces", &body).chunks(50_000) {
            connection.send(piece);
        }
        assert!(connection.response().body == body, "request {number}");
        assert_eq!(
            response_to(&mut kept, "kept", "repeat 1000000").len(),
            1_000_000
        );
        assert_eq!(response_to(&mut kept, "kept", "log words"), "");
        assert_eq!(instance.http("GET", "/stream", b"").status, 200);
    }
    drop(storm);
    let lines = instance.lines();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.ends_with(" kept [INFO] words"))
            .count(),
        100
    );
    assert_eq!(instance.errors(), "");
}
