#!/bin/bash
# On a kept-alive connection, tiny_http takes 45 ms for a response of more than 1 KB, and 0.06 ms for a smaller one.
#
# Guess: a response of two kilobytes on loopback takes as long as one of 100 bytes, some 60 microseconds.
# Truth: from about 1,100 bytes on, each takes 45 ms. The library writes its responses in pieces of 1 KB and leaves
# Nagle's algorithm on, so the second piece waits for the client's acknowledgement, which the client's system delays by
# 40 ms.
# So: Function Compute's agent keeps its connections, so each such event takes 45 ms more. Set TCP_NODELAY on the listener,
# which accepted connections inherit, and pass this listener to the library. This project does so; its test is
# no_answer_waits_for_an_acknowledgement in src/server/listener.rs.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: tiny_http 0.12.0, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "answers"
version = "0.1.0"
edition = "2021"
[dependencies]
tiny_http = "=0.12.0"
TOML
cat >src/main.rs <<'RUST'
//! Asks for answers of several sizes on kept connections, and prints how long one takes on each listener.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Instant;

fn serve(listener: TcpListener) -> SocketAddr {
    let address = listener.local_addr().unwrap();
    let server = tiny_http::Server::from_listener(listener, None).unwrap();
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let size: usize = request.url()[1..].parse().unwrap();
            request.respond(tiny_http::Response::from_data(vec![b'x'; size])).unwrap();
        }
    });
    address
}

fn ask(connection: &mut BufReader<TcpStream>, size: usize) {
    let head = format!("GET /{size} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.get_ref().write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line).unwrap();
    }
    let mut body = vec![0; size];
    connection.read_exact(&mut body).unwrap();
}

/// Microseconds of one of ten answers.
fn measure(address: SocketAddr, size: usize) -> u128 {
    let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
    ask(&mut connection, 100);
    let begin = Instant::now();
    (0..10).for_each(|_| ask(&mut connection, size));
    begin.elapsed().as_micros() / 10
}

fn main() {
    let plain = serve(TcpListener::bind("127.0.0.1:0").unwrap());
    // The option of a listener is what its connections begin with; std offers it for a stream only.
    let stream = TcpStream::from(OwnedFd::from(TcpListener::bind("127.0.0.1:0").unwrap()));
    stream.set_nodelay(true).unwrap();
    let no_delay = serve(TcpListener::from(OwnedFd::from(stream)));
    println!("{} {} {}", measure(plain, 100), measure(plain, 2_000), measure(no_delay, 2_000));
}
RUST

cargo build --quiet --release
read -r small large no_delay < <(target/release/answers)
echo "microseconds of an answer: 100 bytes $small, 2,000 bytes $large, 2,000 bytes with TCP_NODELAY $no_delay"
expect "2,000 bytes take ten times as long as 100" "$((large > 10 * small))" 1
expect "2,000 bytes take ten times as long as with TCP_NODELAY" "$((large > 10 * no_delay))" 1
