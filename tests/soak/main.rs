//! Many requests on many connections: each response is the one to its request, none is lost, and neither memory nor
//! descriptors grow.
//!
//! `cargo test` runs a short form; `make soak` runs a million requests over 200 connections against what is shipped.

mod plan;
#[path = "../support/mod.rs"]
mod support;
mod watch;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

use plan::Planned;
use support::Instance;
use watch::Watch;

/// How many requests there are in all, and over how many connections; the short form, unless the environment says more.
const REQUESTS: usize = 20_000;
const CONNECTIONS: usize = 50;
/// After how many of its requests a connection is closed and another one opened in its place.
const REQUESTS_PER_CONNECTION: usize = 1000;

#[test]
fn a_long_run_loses_no_response_and_keeps_nothing() {
    let requests = number("SOAK_REQUESTS").unwrap_or(REQUESTS);
    let connections = number("SOAK_CONNECTIONS").unwrap_or(CONNECTIONS);
    let instance = Instance::start("testbed", &[]);
    let watch = Watch::start(instance.pid(), requests);
    let began = Instant::now();
    let bytes = send_all(&instance, requests, connections, &watch);
    println!(
        "{requests} requests over {connections} connections: {:.1} s, {:.2} GB sent, {:.2} GB received",
        began.elapsed().as_secs_f64(),
        bytes.0 as f64 / 1e9,
        bytes.1 as f64 / 1e9,
    );
    watch.check();
    check_log(&instance, requests);
}

/// Sends every request once and checks each response; gives how many bytes of bodies went there and back.
fn send_all(
    instance: &Instance,
    requests: usize,
    connections: usize,
    watch: &Watch,
) -> (usize, usize) {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let bytes = Mutex::new((0, 0));
    let serve_one_connection = || {
        let mut connection = instance.connect();
        let (mut sent, mut received, mut used) = (0, 0, 0);
        loop {
            let number = next.fetch_add(1, Relaxed);
            if number >= requests {
                break;
            }
            if used == REQUESTS_PER_CONNECTION {
                (connection, used) = (instance.connect(), 0);
            }
            used += 1;
            let planned = Planned::new(number);
            let response = connection.exchange(&planned.request());
            assert_eq!(
                response.status,
                200,
                "request {number}: {}",
                response.text()
            );
            // The bodies are too long to be shown.
            assert!(
                response.body == planned.response(),
                "request {number} has the response of another"
            );
            sent += planned.body().len();
            received += response.body.len();
            watch.report(done.fetch_add(1, Relaxed) + 1);
        }
        let mut bytes = bytes.lock().expect("no panic while it is held");
        *bytes = (bytes.0 + sent, bytes.1 + received);
    };
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(serve_one_connection);
        }
    });
    bytes.into_inner().expect("no panic while it was held")
}

/// Each request has begun once and has ended once.
fn check_log(instance: &Instance, requests: usize) {
    let mut begun = vec![0_u8; requests];
    let mut ended = vec![0_u8; requests];
    for line in instance.lines() {
        for (mark, counts) in [
            ("FC Invoke Start RequestId: ", &mut begun),
            ("FC Invoke End RequestId: ", &mut ended),
        ] {
            if let Some(number) = line.strip_prefix(mark).and_then(plan::number_of) {
                counts[number] += 1;
            }
        }
    }
    assert!(
        begun.iter().all(|&times| times == 1),
        "a request has not begun, or twice"
    );
    assert!(
        ended.iter().all(|&times| times == 1),
        "a request has not ended, or twice"
    );
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|error| panic!("{variable}={text}: {error}")),
    )
}
