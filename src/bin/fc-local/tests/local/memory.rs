//! What fc-local takes of the machine's memory: little while nobody calls it, and no more the more is uploaded at once.

use std::fs;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::support::{KEY_SECRET, Reply, Server, authorization, zip_of};

/// What a server without a call may take, and one that many large packages are uploaded to at once.
const IDLE_BYTES: u64 = 12_000_000;
const UPLOADS_BYTES: u64 = 300_000_000;

/// How many packages are uploaded at once, and what the request with one of them is at least.
const UPLOADS: usize = 200;
const UPLOAD_BYTES: usize = 20_000_000;

/// How many of them are waited for: a debug build takes long for all.
const ANSWERS: usize = if cfg!(debug_assertions) { 20 } else { UPLOADS };

/// What the program itself takes of the first in a release build, about; of a debug build more is not counted.
const PROGRAM_BYTES: u64 = 8_000_000;

/// Longer than all uploads take.
const LONG: Duration = Duration::from_secs(600);

/// A number of `/proc/PID/status`, which is in KiB there.
fn bytes_of(server: &Server, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
    number.expect(field).parse::<u64>().expect("a number") * 1024
}

/// What a server takes now.
fn taken(server: &Server) -> u64 {
    let program = bytes_of(server, "RssFile");
    let counted = if cfg!(debug_assertions) {
        program.min(PROGRAM_BYTES)
    } else {
        program
    };
    bytes_of(server, "RssAnon") + bytes_of(server, "RssShmem") + counted
}

#[test]
fn a_server_that_nobody_calls_takes_little_memory() {
    let server = Server::start();
    let taken = taken(&server);
    println!("{} kB while nobody calls it", taken / 1000);
    assert!(taken <= IDLE_BYTES, "{taken}");
}

const FUNCTION: &str = "/2016-08-15/services/s/functions/f";

/// A request's body with a package of so many bytes that no compression makes smaller.
fn upload_of(bytes: usize) -> Vec<u8> {
    let mut random: u32 = 1;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random.to_be_bytes()[0]
    };
    let filler: Vec<u8> = (0..bytes / 4 * 3).map(|_| next()).collect();
    let zip = zip_of(&[
        ("bootstrap", b"#!/bin/sh\n", 0o755),
        ("filler", &filler, 0o644),
    ]);
    json!({"code": {"zipFile": BASE64.encode(zip)}})
        .to_string()
        .into_bytes()
}

/// Uploads it; returns the status, unless the connection is cut meanwhile.
fn upload(mut stream: &TcpStream, body: &[u8]) -> io::Result<u16> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let signed = authorization(KEY_SECRET, "PUT", FUNCTION, &[], &date);
    let head = format!(
        "PUT {FUNCTION} HTTP/1.1\r\nHost: localhost\r\nDate: {date}\r\nAuthorization: {signed}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.set_read_timeout(Some(LONG))?;
    Ok(Reply::read(&mut BufReader::new(stream), "PUT").status)
}

/// Uploads it over all these connections at once until so many were answered, and cuts the rest.
fn upload_at_once(streams: &[TcpStream], body: &[u8], answers: usize) {
    let (tell, answered) = mpsc::channel();
    thread::scope(|scope| {
        for stream in streams {
            let tell = tell.clone();
            scope.spawn(move || {
                // Nobody hears it once there are enough.
                let _ = upload(stream, body).map(|status| tell.send(status));
            });
        }
        for number in 0..answers {
            let status = answered.recv_timeout(LONG);
            assert_eq!(status, Ok(200), "after {number}");
        }
        streams
            .iter()
            .for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
    });
}

#[test]
fn many_large_packages_at_once_take_a_bounded_part_of_the_memory() {
    let server = Server::with(&["--no-logs"]);
    server.deploy(&json!({}));
    let body = upload_of(UPLOAD_BYTES);
    assert!(body.len() >= UPLOAD_BYTES);
    let streams: Vec<_> = (0..UPLOADS).map(|_| server.connect()).collect();
    upload_at_once(&streams, &body, ANSWERS);
    let peak = bytes_of(&server, "VmHWM");
    println!("{} kB at {UPLOADS} uploads at once", peak / 1000);
    assert!(peak <= UPLOADS_BYTES, "{peak}");
}
