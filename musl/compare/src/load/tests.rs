//! Closed loops against small servers of this process.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use super::*;

/// A server that answers each request on each connection with what `answer` makes of its body.
fn serve(answer: fn(&[u8]) -> Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || talk(stream.unwrap(), answer));
        }
    });
    address
}

fn talk(mut stream: TcpStream, answer: fn(&[u8]) -> Vec<u8>) {
    let mut buffer = [0; 4096];
    // The client sends a request whole, and one at a time.
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        let head = buffer[..n]
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .unwrap()
            + 4;
        if stream.write_all(&answer(&buffer[head..n])).is_err() {
            return;
        }
    }
}

fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn drive(answer: fn(&[u8]) -> Vec<u8>) -> Result<(Outcome, &'static str), Trouble> {
    let order = Order {
        address: serve(answer),
        connections: 3,
        threads: 2,
        time: Duration::from_millis(100),
        questions: Questions::echo(20),
    };
    let (outcome, begun, seen) = run(&order, &mut Rng::with_seed(1), || "begun", || "seen")?;
    assert_eq!(begun, "begun");
    Ok((outcome, seen))
}

#[test]
fn every_connection_is_served_and_every_answer_timed() {
    let (outcome, seen) = drive(|body| reply("200 OK", body)).unwrap();
    assert_eq!(
        (outcome.served, outcome.errors, outcome.reconnects, seen),
        (3, 0, 0, "seen")
    );
    assert!(outcome.latencies_us.len() >= 3);
}

#[test]
fn a_wrong_echo_ends_the_loop() {
    let trouble = drive(|_| reply("200 OK", b"something else")).unwrap_err();
    assert_eq!(
        trouble.to_string(),
        "20 bytes were sent and 14 other bytes came back"
    );
}

#[test]
fn a_refusal_is_counted_and_not_timed() {
    let (outcome, _) = drive(|_| reply("503 Service Unavailable", b"")).unwrap();
    assert_eq!(
        (outcome.served, outcome.errors, outcome.latencies_us.len()),
        (0, 3, 0)
    );
}

#[test]
fn a_server_that_closes_is_met_again() {
    let close = |body: &[u8]| reply("200 OK\r\nConnection: close", body);
    let (outcome, _) = drive(close).unwrap();
    assert_eq!((outcome.served, outcome.errors), (3, 0));
    assert!(outcome.reconnects >= 3);
}

/// A server that serves one connection until it closes, and so never the second.
fn serve_one() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            talk(stream.unwrap(), |body| reply("200 OK", body));
        }
    });
    address
}

#[test]
fn a_server_that_serves_one_connection_is_measured_without_the_others() {
    let order = Order {
        address: serve_one(),
        connections: 9,
        threads: 1,
        time: Duration::from_millis(50),
        questions: Questions::echo(20),
    };
    let (outcome, (), ()) = run(&order, &mut Rng::with_seed(1), || (), || ()).unwrap();
    assert_eq!((outcome.served, outcome.errors), (1, 0));
    assert!(!outcome.latencies_us.is_empty());
}

#[test]
fn answers_count_only_once_every_connection_has_had_one() {
    let seen = std::sync::Arc::new(AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&seen);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || talk(stream.unwrap(), |body| reply("200 OK", body)));
        }
    });
    let order = Order {
        address,
        connections: 40,
        threads: 2,
        time: Duration::from_millis(50),
        questions: Questions::echo(20),
    };
    let accepted = || seen.load(Ordering::SeqCst);
    let (outcome, before, ()) = run(&order, &mut Rng::with_seed(1), accepted, || ()).unwrap();
    assert_eq!(
        (before, outcome.served, outcome.time >= order.time),
        (40, 40, true)
    );
}
