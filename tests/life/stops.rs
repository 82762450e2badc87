//! The end of a process by a signal: what is in flight, what is still coming, and the pre-stop hook.

use std::process::Command;

use crate::support::{Instance, binary, request};

#[test]
fn a_signal_lets_what_is_in_flight_finish_and_runs_pre_stop_once() {
    for signal in ["-TERM", "-INT"] {
        let instance = Instance::start("testbed", &[]);
        let (mut waiting, mut other) = (instance.connect(), instance.connect());
        let mut another = instance.connect();
        let headers = [
            ("x-fc-control-path", "/invoke"),
            ("x-fc-request-id", "in-flight"),
        ];
        waiting.send(&request("POST", "/invoke", &headers, b"wait"));
        instance.wait_for_line("its start", |line| {
            line == "FC Invoke Start RequestId: in-flight"
        });
        instance.signal(signal);
        // The stop has begun when responses say that they are the last of their connection.
        let echo = request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], b"x");
        while other.exchange(&echo).header("connection") != Some("close") {}
        // On a connection that no response has ended yet: the direct server closes the others.
        another.send(&request(
            "POST",
            "/next",
            &[("x-fc-control-path", "/http-invoke")],
            b"",
        ));
        let response = waiting.response();
        assert_eq!(
            (response.text().as_str(), response.header("connection")),
            ("in-flight", Some("close"))
        );
        let (status, lines) = instance.wait();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert_pre_stop_ran_once(&lines);
    }
}

#[test]
fn a_signal_finds_the_way_prepared_as_soon_as_the_process_says_that_it_serves() {
    for _ in 0..20 {
        let instance = Instance::start("testbed", &[]);
        instance.signal("-TERM");
        let (status, lines) = instance.wait();
        assert_eq!(status.code(), Some(0), "{lines:#?}");
    }
}

#[test]
fn a_signal_that_was_ignored_before_the_start_is_caught_all_the_same() {
    for signal in ["-TERM", "-INT"] {
        let mut command = Command::new("sh");
        let script = r#"trap '' TERM INT; exec "$0""#;
        command.args(["-c", script]).arg(binary("bootstrap"));
        let instance = Instance::start_by(command, &[]);
        instance.signal(signal);
        assert_eq!(instance.wait().0.code(), Some(0), "{signal}");
    }
}

#[test]
fn what_was_sent_before_a_signal_is_answered() {
    assert_serves_all_at_a_stop(Instance::start("bootstrap", &[]), 50);
}

/// On a busy machine the thread that accepts may not run for a while; here the tracer delays it.
#[test]
fn who_was_connected_before_a_signal_is_answered_however_late_it_is_accepted() {
    let mut command = Command::new("strace");
    // It traces from the side, so that the program is the child that gets the signal.
    command.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=accept4"]);
    command.args(["-e", "inject=accept4:delay_enter=300000"]);
    command.arg(binary("bootstrap"));
    assert_serves_all_at_a_stop(Instance::start_by(command, &[]), 4);
}

/// So many clients send a request each before the signal, and get their responses after it.
fn assert_serves_all_at_a_stop(instance: Instance, clients: usize) {
    let bytes = request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], b"x");
    let mut connections: Vec<_> = (0..clients).map(|_| instance.connect()).collect();
    connections
        .iter_mut()
        .for_each(|connection| connection.send(&bytes));
    instance.signal("-TERM");
    for connection in &mut connections {
        assert_eq!(connection.response().text(), "x");
    }
    assert_eq!(instance.wait().0.code(), Some(0));
}

#[test]
fn a_client_that_stalls_does_not_hold_up_the_end() {
    let instance = Instance::start("bootstrap", &[]);
    let mut stalled = instance.connect();
    stalled.send(b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc");
    let mut refused = instance.connect();
    refused.send(b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 33554433\r\n\r\n");
    assert_eq!(refused.response().status, 413);
    instance.signal("-TERM");
    assert_eq!(instance.wait().0.code(), Some(0));
}

/// The direct server answers before the body, and closes.
#[cfg(not(feature = "direct"))]
#[test]
fn a_refused_request_that_is_still_coming_at_a_signal_hears_why() {
    let instance = Instance::start("bootstrap", &[]);
    let mut refused = instance.connect();
    // A short body is read before the request is looked at.
    refused.send(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nContent-Length: 5000\r\n\r\n",
    );
    instance.signal("-TERM");
    // Nothing can be seen of a process that waits; one that does not has ended long before.
    std::thread::sleep(std::time::Duration::from_millis(300));
    refused.send(&[b'x'; 5000]);
    assert_eq!(refused.response().status, 400);
    assert_eq!(instance.wait().0.code(), Some(0));
}

#[test]
fn a_second_signal_ends_a_pre_stop_hook_that_hangs() {
    let instance = Instance::start("testbed", &[("HANG_IN_PRE_STOP", "1")]);
    instance.signal("-TERM");
    instance.wait_for_line("the hook", |line| line.ends_with("pre-stop hangs"));
    instance.signal("-TERM");
    assert_eq!(instance.wait().0.code(), Some(1));
}

#[test]
fn what_begins_while_the_pre_stop_hook_runs_is_answered() {
    let instance = Instance::start("testbed", &[("WAIT_IN_PRE_STOP", "1")]);
    let invoke = |event: &[u8]| request("POST", "/invoke", &[], event);
    let mut kept = [instance.connect(), instance.connect()];
    for connection in &mut kept {
        assert_eq!(connection.exchange(&invoke(b"first")).text(), "first");
    }
    instance.signal("-TERM");
    instance.wait_for_line("the hook", |line| line.ends_with("pre-stop waits"));
    kept[0].send(&invoke(b"sleep 300"));
    instance.wait_for_line("the late request", |line| {
        line.ends_with("asleep for 300 ms")
    });
    let next = request(
        "POST",
        "/next",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    );
    assert_eq!(kept[1].exchange(&next).status, 204);
    assert_eq!(kept[0].response().status, 200);
    assert_eq!(instance.wait().0.code(), Some(0));
}

fn assert_pre_stop_ran_once(lines: &[String]) {
    let ran = lines.iter().filter(|line| line.ends_with("pre-stop ran"));
    assert_eq!(ran.count(), 1, "{lines:#?}");
}

#[test]
fn a_signal_after_the_pre_stop_call_does_not_run_it_again() {
    let instance = Instance::start("testbed", &[]);
    assert_eq!(instance.call("GET", "/pre-stop", "stop", b"").status, 200);
    instance.signal("-TERM");
    let (status, lines) = instance.wait();
    assert_eq!(status.code(), Some(0));
    assert_pre_stop_ran_once(&lines);
}

#[test]
fn a_second_signal_does_not_wait_for_what_is_in_flight() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&request("POST", "/invoke", &[], b"sleep 600000"));
    instance.wait_for_line("the slow request", |line| {
        line.ends_with("asleep for 600000 ms")
    });
    instance.signal("-TERM");
    instance.signal("-INT");
    let (status, _) = instance.wait();
    assert_eq!(status.code(), Some(1));
}

/// Checks that a stop whose grace is over has run the hook once, and has reported once that requests are cut off.
fn assert_cut_off(instance: Instance) {
    instance.signal("-TERM");
    let (status, lines) = instance.wait();
    assert_eq!(status.code(), Some(0), "{lines:#?}");
    let count = |wanted: &str| lines.iter().filter(|line| line.contains(wanted)).count();
    assert_eq!(count("pre-stop ran"), 1, "{lines:#?}");
    let message =
        " 1 requests are cut off, 100 ms after the stop; Runtime::stop_grace gives them longer";
    assert_eq!(count(message), 1, "{lines:#?}");
}

#[test]
fn a_client_that_never_reads_does_not_hold_up_the_end_beyond_the_grace() {
    let instance = Instance::start("testbed", &[("STOP_GRACE_MS", "100")]);
    let mut deaf = instance.connect();
    let headers = [("x-fc-request-id", "deaf")];
    deaf.send(&request("POST", "/invoke", &headers, b"repeat 8388608"));
    instance.wait_for_line("its end", |line| line.ends_with("End RequestId: deaf"));
    assert_cut_off(instance);
}

#[test]
fn a_handler_that_does_not_return_does_not_hold_up_the_end_beyond_the_grace() {
    let instance = Instance::start("testbed", &[("STOP_GRACE_MS", "100")]);
    let mut connection = instance.connect();
    connection.send(&request("POST", "/invoke", &[], b"sleep 600000"));
    instance.wait_for_line("the slow request", |line| {
        line.ends_with("asleep for 600000 ms")
    });
    assert_cut_off(instance);
}
