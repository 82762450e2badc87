//! How often memory is asked for while a request is served, and that none of it stays. Counts, which come out the same on
//! every machine.

mod support;

use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fc_runtime::{Context, Error, Runtime, log};
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};
use support::with;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often a warm request with the platform's head may ask for memory. One of these times is the handler's. What
/// `tiny_http` asks for in one piece for several requests adds a fraction.
const MOST_ALLOCATIONS: f64 = if cfg!(feature = "direct") { 9.0 } else { 208.5 };

/// The head of an event, with all that Function Compute sends (contract §2), without the CR of its lines.
const PLATFORM_HEAD: &str = include_str!("support/platform-head.txt");
/// How long the event is that goes with it.
const EVENT_BYTES: usize = 100;

/// How many requests are counted together, and how often. A thread that starts meanwhile asks for memory too, so the
/// least of the counts is that of the requests alone.
const REQUESTS: usize = 50;
const ROUNDS: usize = 5;

/// The largest body that Function Compute sends, in bytes.
const HUGE: usize = 32 * 1024 * 1024;

/// What the process counts must be the work of one test.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn echo(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    log::info!("an event of {} bytes", event.len());
    Ok(event.to_vec())
}

fn asked_for_memory() -> usize {
    let Stats {
        allocations,
        reallocations,
        ..
    } = ALLOCATOR.stats();
    allocations + reallocations
}

fn bytes_in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// A kept-alive connection that asks for no memory while it sends and reads.
struct Client {
    stream: TcpStream,
    response: [u8; 4096],
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).expect("it listens"),
            response: [0; 4096],
        }
    }

    /// Sends a request and reads its response, which ends with the event.
    fn ask(&mut self, request: &[u8], event: &[u8]) {
        self.stream.write_all(request).expect("it is read");
        let mut length = 0;
        loop {
            let read = self.stream.read(&mut self.response[length..]);
            length += read.expect("a response");
            let response = &self.response[..length];
            let end = b"\r\n\r\n";
            let head = response.windows(end.len()).position(|bytes| bytes == end);
            match head.map(|head| &response[head + end.len()..]) {
                Some(body) if body.len() == event.len() => {
                    assert!(body == event && response.starts_with(b"HTTP/1.1 200 "));
                    return;
                }
                _ => assert!(length < 4096, "the response is longer than expected"),
            }
        }
    }
}

#[test]
fn a_warm_request_asks_for_memory_a_few_times_only() {
    let _alone = alone();
    let event = [b'x'; EVENT_BYTES];
    let head = PLATFORM_HEAD.replace('\n', "\r\n");
    let request = [head.as_bytes(), b"\r\n", &event].concat();
    with(Runtime::new().invoke(echo), |address| {
        let mut client = Client::connect(address);
        let mut count = || {
            let before = asked_for_memory();
            (0..REQUESTS).for_each(|_| client.ask(&request, &event));
            asked_for_memory() - before
        };
        count();
        let least = (0..ROUNDS).map(|_| count()).min().expect("there are some");
        let each = least as f64 / REQUESTS as f64;
        println!("a warm request asks for memory {each} times");
        assert!(each >= 1.0, "the handler's own copy is not counted");
        assert!(each <= MOST_ALLOCATIONS, "{each} times");
    });
}

#[test]
fn the_memory_of_a_huge_body_does_not_stay() {
    let _alone = alone();
    let request = format!("POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: {HUGE}\r\n\r\n");
    let request = [request.as_bytes(), &vec![b'x'; HUGE]].concat();
    let small = b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";
    let runtime = Runtime::new().invoke(|event, _| Ok::<_, Error>(vec![b'x'; event.len().min(1)]));
    with(runtime, |address| {
        let mut client = Client::connect(address);
        client.ask(small, b"x");
        let before = bytes_in_use();
        client.ask(&request, b"x");
        // The next request is read when all that was made of the one before is dropped.
        client.ask(small, b"x");
        let more = bytes_in_use().saturating_sub(before);
        println!("{more} bytes are in use after a body of {HUGE}");
        assert!(more < HUGE / 100, "{more} bytes");
    });
}
