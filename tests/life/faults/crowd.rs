//! Crowds of idle connections: they cost bounded memory, and others are served meanwhile.

use std::io::{self, Write};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::support::Instance;
use super::{assert_serves, connect, response_to};

/// How much memory an instance may take for a crowd, in KiB.
#[cfg(not(feature = "direct"))]
const MEMORY_KIB: u64 = 64 * 1024;
/// How many files a connection is in an instance, which has the limit of this process: `tiny_http` copies each socket.
const FILES_EACH: u64 = if cfg!(feature = "direct") { 1 } else { 2 };
/// How many files the other tests of this process, and all that is no connection, may have open meanwhile.
const SPARE_FILES: u64 = 300;
/// With fewer connections there is no crowd to speak of.
const FEWEST: usize = 20;

/// How many connections an instance may have unless it says otherwise, as the guide's page of settings promises.
#[cfg(feature = "direct")]
const CONNECTIONS: usize = 10_000;
/// How many connections over the cap are tried.
#[cfg(feature = "direct")]
const OVER: usize = 100;
/// How much memory an idle connection may take, in bytes. The system keeps more of it, which is not the process's.
#[cfg(feature = "direct")]
const BYTES_EACH: u64 = 4096;

/// More connections than an instance may have are closed, and few files bring down how many it may have.
#[cfg(feature = "direct")]
#[test]
fn ten_thousand_idle_connections_cost_no_thread_and_little_memory_and_further_ones_are_closed() {
    let crowd = affordable(CONNECTIONS + OVER);
    let cap = CONNECTIONS.min(crowd - OVER.min(crowd / 2));
    let instance = match cap {
        CONNECTIONS => Instance::start("testbed", &[]),
        cap => Instance::start("testbed", &[("CONNECTIONS", &cap.to_string())]),
    };
    let mut first = instance.connect();
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    let before = instance.status_field("VmRSS:");
    let idle: Vec<_> = (0..crowd).map(|_| connect(&instance)).collect();
    let warning = format!(" {cap} connections are open, further ones are closed");
    instance.wait_for_line("the warning", |line| line.contains(&warning));
    // Those over the cap see a close, no reset and no silence.
    for stream in &idle[cap..] {
        assert_eq!(stream.peek(&mut [0]).expect("a close, no reset"), 0);
    }
    let taken = instance.status_field("VmRSS:").saturating_sub(before) * 1024;
    assert!(taken < BYTES_EACH * cap as u64, "{taken} bytes for {cap}");
    let threads = instance.status_field("Threads:");
    assert!(threads < 64, "{threads}");
    // Who was there is still served, and so is who comes when others have left.
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    drop(idle);
    let is_served = |mut new: super::support::Connection| {
        let sent = new.try_send(&super::event("new", b"hello"));
        sent.and_then(|()| new.try_response(false)).is_ok()
    };
    while !is_served(instance.connect()) {}
    assert_serves(&instance);
}

#[cfg(not(feature = "direct"))]
#[test]
fn a_thousand_idle_connections_leave_the_others_served() {
    let crowd = affordable(1000);
    let instance = Instance::start("testbed", &[]);
    let mut first = instance.connect();
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    let idle: Vec<_> = (0..crowd).map(|_| connect(&instance)).collect();
    assert!(instance.status_field("VmRSS:") < MEMORY_KIB);
    for _ in 0..20 {
        assert_serves(&instance);
    }
    assert_eq!(response_to(&mut first, "first", "hello"), "hello");
    drop(idle);
    assert_serves(&instance);
}

/// As many connections as are wanted, or as this process and an instance may have open. Fewer must not go unseen, and are
/// a failure on the project's own machine.
fn affordable(wanted: usize) -> usize {
    let files = may_open(wanted as u64 * FILES_EACH + SPARE_FILES);
    let connections = files.saturating_sub(SPARE_FILES) / FILES_EACH;
    let connections = wanted.min(usize::try_from(connections).expect("a limit that fits"));
    let message = format!(
        "LEFT OUT: {} of {wanted} connections: `ulimit -Hn` is {files}; raise it\n",
        wanted - connections
    );
    assert!(connections >= FEWEST, "{message}");
    if connections < wanted {
        assert!(std::env::var_os("CI").is_none(), "{message}");
        // Unlike what the macros print, this is seen although the test passes, and `make test` sums it up.
        io::stderr().write_all(message.as_bytes()).expect("stderr");
    }
    connections
}

/// Raises the limit of open files of this process and of those it starts, and returns what it is then: as much as is
/// wanted, if that can be.
fn may_open(wanted: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    // Only an administrator may raise the hard one.
    let reached = [wanted, wanted.min(hard)].into_iter().find(|&files| {
        let raised = Rlimit {
            current: Some(files),
            maximum: limit.maximum.map(|hard| hard.max(files)),
        };
        limit.current.is_none_or(|now| now >= files) || setrlimit(Resource::Nofile, raised).is_ok()
    });
    reached.expect("a soft limit may be as high as the hard one")
}
