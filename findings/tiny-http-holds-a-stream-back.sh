#!/bin/bash
# tiny_http holds a streamed response back, even its head, until it has 8 KiB of it.
#
# Guess: a response made from a reader without a length goes out piece by piece, as the reader returns it.
# Truth: nothing is sent before 8,192 bytes have been read. An event stream with a line each second shows its first line
# after minutes, and its client does not even see the status until then.
# So: for server-sent events or the tokens of a model, use `Request::into_writer`, write the head and the chunks, and
# flush.
# This project does so; its test is every_flush_of_a_stream_sends_a_chunk in src/server/response/tests.rs.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: tiny_http 0.12.0, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "stream"
version = "0.1.0"
edition = "2021"
[dependencies]
tiny_http = "=0.12.0"
TOML
cat >src/main.rs <<'RUST'
//! Streams pieces of 100 bytes, and prints how many were read when the client saw the head, and how long the first chunk is.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

static PIECES: AtomicUsize = AtomicUsize::new(0);

struct Slow;

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(Duration::from_millis(10));
        PIECES.fetch_add(1, Ordering::SeqCst);
        let size = buffer.len().min(100);
        buffer[..size].fill(b'x');
        Ok(size)
    }
}

fn main() -> io::Result<()> {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let mut connection = BufReader::new(TcpStream::connect(server.server_addr().to_ip().unwrap())?);
    std::thread::spawn(move || {
        let request = server.recv().unwrap();
        let answer = tiny_http::Response::new(tiny_http::StatusCode(200), Vec::new(), Slow, None, None);
        // It ends when the client has seen enough.
        let _ = request.respond(answer);
    });
    connection.get_ref().write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let pieces = PIECES.load(Ordering::SeqCst);
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line)?;
    }
    line.clear();
    connection.read_line(&mut line)?;
    println!("{pieces} {}", usize::from_str_radix(line.trim(), 16).unwrap());
    Ok(())
}
RUST

cargo build --quiet --release
read -r pieces chunk < <(target/release/stream)
echo "$pieces pieces of 100 bytes were read when the client saw the first line; the first chunk has $chunk bytes"
expect "the first line comes after 8,192 bytes" "$((pieces >= 82))" 1
expect "bytes of the first chunk" "$chunk" 8192
