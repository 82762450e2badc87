//! What bodies may take together, by the function's memory and by what the system gives.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Connection, Instance, binary, request};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn bodies_that_have_no_room_in_half_of_the_functions_memory_are_told_to_come_again() {
    // Half of it is 512 KiB.
    let instance = Instance::start("testbed", &[("FC_FUNCTION_MEMORY_SIZE", "1")]);
    let event = vec![b'x'; 400_000];
    let post = request("POST", "/invoke", &[], &event);
    let mut first = instance.connect();
    let (most, rest) = post.split_at(post.len() - 10);
    first.send(most);
    let until = Instant::now() + PATIENCE;
    let refused = loop {
        let response = instance.connect().exchange(&post);
        if response.status != 200 {
            break response;
        }
        assert!(Instant::now() < until, "the first is not counted");
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.text().contains("Runtime::memory_limit"));
    let small = instance
        .connect()
        .exchange(&request("POST", "/invoke", &[], b"small"));
    assert_eq!(small.text(), "small");
    first.send(rest);
    let response = first.response();
    assert_eq!((response.status, response.body.len()), (200, event.len()));
    while instance.connect().exchange(&post).status != 200 {
        assert!(Instant::now() < until, "its room does not come back");
    }
    // One that does not say how long it is, is refused when it is too long.
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", 600_000, "x".repeat(600_000));
    let chunked = "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let response = instance
        .connect()
        .exchange((chunked.to_owned() + &chunk).as_bytes());
    assert_eq!(response.status, 503, "{}", response.text());
}

/// Four of the platform's largest events at once, in a process that may have half of what they take together.
#[test]
fn bodies_for_which_the_system_has_no_memory_are_told_to_come_again_and_end_nothing() {
    const LARGE_BYTES: usize = 30 * 1024 * 1024;
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--as={}", 64 * 1024 * 1024))
        .arg(binary("testbed"))
        // glibc would give each thread 64 MiB of addresses; musl, with which the package is built, knows no such thing.
        .env("MALLOC_ARENA_MAX", "1")
        // Once it has freed a large block, glibc takes the next ones from its heap, which never shrinks to below them; musl maps
        // and unmaps each.
        .env("MALLOC_MMAP_THRESHOLD_", "131072");
    let instance = Instance::start_by(command, &[]);
    // Its response is short, and its handler makes nothing as large as the event.
    let mut event = b"context ".to_vec();
    event.resize(LARGE_BYTES, b'x');
    let whole = request("POST", "/invoke", &[], &event);
    let head = "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut chunked = format!("{head}{LARGE_BYTES:x}\r\n").into_bytes();
    chunked.extend_from_slice(&event);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    for bytes in [&whole, &chunked] {
        thread::scope(|clients| {
            for _ in 0..4 {
                clients.spawn(|| is_told(instance.connect(), bytes));
            }
        });
        let small = instance.invoke("small", b"still here");
        assert_eq!((small.status, small.text()), (200, "still here".into()));
    }
    let until = Instant::now() + PATIENCE;
    let smaller = request("POST", "/invoke", &[], &event[..LARGE_BYTES / 30]);
    while instance.connect().exchange(&smaller).status != 200 {
        assert!(Instant::now() < until, "their room does not come back");
    }
}

/// Sends a body that is taken, or refused for now. The server need not wait for all that a client still sends, which may cost
/// a slow one the response.
fn is_told(client: Connection, bytes: &[u8]) {
    let stream = client.into_stream();
    stream
        .set_write_timeout(Some(PATIENCE))
        .expect("above zero");
    let mut client = Connection::over(stream);
    let sent = client.try_send(bytes);
    match client.try_response(false) {
        Ok(response) if response.status == 503 => {
            assert_eq!(response.header("retry-after"), Some("1"));
        }
        Ok(response) => assert_eq!(response.status, 200, "{}", response.text()),
        Err(error) => assert!(sent.is_err(), "no response to a whole request: {error}"),
    }
}
