//! Conformance to HTTP/1.1 (RFC 9110, RFC 9112), case by case, of the server that this build has.
//!
//! A case is data: raw bytes, how they are sent, and what must come of them. The cases stand in `tests/http/*.case`, one file
//! per topic, in the format that `tests/http/parse.rs` says. Each is played against a real process, on a connection of its
//! own; after it the process must still answer, and no other request may have reached a handler than the case says.
//!
//! `FC_HTTP_CASE=words cargo test --test server http:: -- --nocapture` plays only the cases whose name holds these words.

#[path = "../http/mod.rs"]
mod conformance;
use std::io::Write;
use std::net::TcpStream;

use crate::support::{Instance, request};
use conformance::{CAUSES, Case, FILTER_VARIABLE, Report, Server, load, play};

/// The page that has the numbers of the cases.
const SERVERS: &str = include_str!("../../src/guide/servers.md");

/// Fewer cases than this mean that some were lost.
const FEWEST_CASES: usize = 250;

#[test]
fn every_case_ends_as_the_standard_has_it_or_deviates_as_it_is_known_to() {
    let server = Server::of_this_build();
    let mut cases = load().unwrap_or_else(|error| panic!("{error}"));
    cases.retain(|case| case.is_played(server));
    if let Ok(words) = std::env::var(FILTER_VARIABLE) {
        cases.retain(|case| case.name.contains(&words));
        assert!(!cases.is_empty(), "no case is named like {words:?}");
    }
    let outcomes = play(&cases, server);
    let report = Report::of(server, &cases, &outcomes);
    report.print();
    assert!(
        report.is_green(),
        "{} cases ended unexpectedly, see above",
        report.failures()
    );
}

#[test]
fn there_are_enough_cases_and_each_has_a_name_of_its_own() {
    let cases = load().unwrap_or_else(|error| panic!("{error}"));
    assert!(cases.len() >= FEWEST_CASES, "{} cases", cases.len());
    let mut names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1], "two cases have one name");
    }
}

#[test]
fn every_reason_to_deviate_is_some_cases_reason() {
    let cases = load().unwrap_or_else(|error| panic!("{error}"));
    let deviations = cases.iter().flat_map(|case| &case.deviations);
    let used: Vec<_> = deviations.flat_map(|deviation| &deviation.causes).collect();
    for line in CAUSES.lines() {
        let cause = line.split(' ').next().unwrap_or_default();
        assert!(used.iter().any(|name| *name == cause), "{line}");
    }
}

#[test]
fn the_guide_has_the_numbers_of_the_cases() {
    let cases = load().unwrap_or_else(|error| panic!("{error}"));
    let of_tiny = |is: &dyn Fn(&Case) -> bool| {
        let played = cases.iter().filter(|case| case.is_played(Server::Tiny));
        played.filter(|case| is(case)).count()
    };
    let sound = of_tiny(&|case| case.deviation(Server::Tiny).is_none());
    let (all, played) = (cases.len(), of_tiny(&|_| true));
    let other = played - sound;
    for words in [
        format!("HTTP cases: {all} raw requests,"),
        format!(
            "| of {played} cases, {sound} follow the standard; the other {other} are known deviations,"
        ),
        format!("| all {all} follow the standard |"),
    ] {
        assert!(SERVERS.contains(&words), "{words}");
    }
    assert!(
        cases
            .iter()
            .all(|case| case.deviation(Server::Direct).is_none())
    );
}

/// An instance of three workers, and a connection that sends this event and forty more without waiting for responses.
fn pipelined(event: &[u8]) -> (Instance, TcpStream) {
    let instance = Instance::start("testbed", &[("WORKERS", "3")]);
    let mut stream = TcpStream::connect(instance.address()).expect("it listens");
    let next = request("POST", "/invoke", &[], b"small").repeat(40);
    let all = [request("POST", "/invoke", &[], event), next].concat();
    stream
        .write_all(&all)
        .expect("the system's buffers take it");
    (instance, stream)
}

#[cfg(not(feature = "direct"))]
#[test]
fn a_connection_that_pipelines_holds_every_worker_until_its_first_request_is_answered() {
    let (instance, stream) = pipelined(b"sleep 1000");
    instance.wait_for_line("the first", |line| line.ends_with("asleep for 1000 ms"));
    // Then more of its requests than there are workers are on their way to them.
    while !conformance::is_read(&stream) {
        std::thread::yield_now();
    }
    assert_eq!(instance.invoke("other", b"x").text(), "x");
    let lines =
        instance.wait_for_line("the other", |line| line.ends_with("Start RequestId: other"));
    let place = |end| lines.iter().position(|line| line.ends_with(end));
    assert!(
        place("awake after 1000 ms") < place("Start RequestId: other"),
        "fixed, so correct src/guide/servers.md: {lines:#?}"
    );
}

#[cfg(feature = "direct")]
#[test]
fn a_connection_that_pipelines_holds_no_worker_but_its_own() {
    let (instance, _stream) = pipelined(b"wait");
    instance.wait_for_line("the first", |line| line.contains("FC Invoke Start"));
    assert_eq!(instance.invoke("other", b"x").text(), "x");
    assert_eq!(instance.http("POST", "/next", b"").status, 204);
}
