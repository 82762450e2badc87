//! What it costs to relay a call: the processor time of fc-local against that of the instance alone, in one run.
//!
//! It is run by hand, on a quiet machine: `make relay`.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::support::{DOMAIN, KEY_SECRET, Server, authorization, built, ticks, wait_for, zip_of};

/// How many clients call at once, each on a connection that it keeps.
const CLIENTS: usize = 16;

/// How many calls of a kind each client makes in a round.
const CALLS: usize = 2_500;

/// How often each kind is measured. They take turns, so that other load on the machine meets all of them.
const ROUNDS: usize = 4;

/// How many times the processor time of the instance the relay may cost.
const TIMES: u64 = 3;

const PATH: &str = "/2016-08-15/services/s/functions/f/invocations";

/// What every call sends.
const EVENT: &str = "Hello World";

/// A kind of call, and what its calls have taken so far.
struct Kind {
    name: &'static str,
    address: SocketAddr,
    request: String,
    /// Whose processor time counts.
    pid: u32,
    ticks: u64,
    time: Duration,
}

impl Kind {
    fn new(name: &'static str, address: SocketAddr, request: String, pid: u32) -> Self {
        let (ticks, time) = (0, Duration::ZERO);
        Self {
            name,
            address,
            request,
            pid,
            ticks,
            time,
        }
    }

    /// Makes the calls of one round.
    fn measure(&mut self) {
        let (before, start) = (ticks(self.pid), Instant::now());
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| self.call());
            }
        });
        self.time += start.elapsed();
        self.ticks += ticks(self.pid) - before;
    }

    /// Makes the calls of one client.
    fn call(&self) {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.set_nodelay(true).expect("set");
        let mut buffer = [0; 4096];
        for _ in 0..CALLS {
            stream.write_all(self.request.as_bytes()).expect("sent");
            read_answer(&mut stream, &mut buffer);
        }
    }

    fn said(&self) -> String {
        // Far from where a number would be rounded.
        let calls = (CLIENTS * CALLS * ROUNDS) as f64;
        let cost = self.ticks as f64 * 10_000.0 / calls;
        let rate = calls / self.time.as_secs_f64();
        format!(
            "{}: {cost:.1} µs of CPU a call, {rate:.0} calls/s",
            self.name
        )
    }
}

/// Reads one answer, which fits the buffer, and checks that it succeeded.
fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let (mut end, mut whole) = (0, usize::MAX);
    while end < whole {
        let count = stream.read(&mut buffer[end..]).expect("an answer");
        assert!(count > 0, "the connection ended");
        end += count;
        if let Some(head) = buffer[..end].windows(4).position(|it| it == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&buffer[..head]).to_lowercase();
            assert!(text.starts_with("http/1.1 200"), "{text}");
            let length = text.split_once("content-length: ").expect("a length").1;
            let length = length.lines().next().expect("a number").parse::<usize>();
            whole = head + 4 + length.expect("a number");
        }
    }
    assert_eq!(end, whole, "one answer a request");
}

/// An invocation, signed once for all.
fn invocation() -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let authorization = authorization(KEY_SECRET, "POST", PATH, &[], &date);
    let length = EVENT.len();
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nDate: {date}\r\nAuthorization: {authorization}\r\n\
         Content-Length: {length}\r\n\r\n{EVENT}"
    )
}

/// What the instance gets of it.
fn event() -> String {
    let length = EVENT.len();
    format!(
        "POST /invoke HTTP/1.1\r\nHost: localhost\r\nX-Fc-Request-Id: 0cb5b2b4-5ee6-4a8a-9d0e-4c6b5f7d8a90\r\n\
         Content-Length: {length}\r\n\r\n{EVENT}"
    )
}

/// A server of the runtime's own program, as users start it but for what a person or a pause sees of it.
fn relay() -> Server {
    let program = fs::read(built("bootstrap")).expect("built");
    let code = BASE64.encode(zip_of(&[("bootstrap", &program, 0o755)]));
    let server = Server::with(&["--no-logs", "--no-freeze"]);
    server.deploy(&json!({"code": {"zipFile": code}, "instanceConcurrency": 100}));
    server.add_trigger("anonymous", &["GET"]);
    server.add_domain();
    assert_eq!(server.invoke("x").status, 200);
    server
}

/// The same program, called without fc-local; its log is read, as any other's.
struct Alone(Child, SocketAddr);

impl Alone {
    fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut child = Command::new(built("bootstrap"))
            .env("FC_CUSTOM_LISTEN_PORT", address.port().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut log = child.stdout.take().expect("stdout");
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        wait_for("the program to listen", || TcpStream::connect(address).ok());
        Self(child, address)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

#[test]
#[ignore = "measures processor time, which needs a machine without other load"]
fn a_relayed_call_costs_at_most_three_times_the_instances_processor_time() {
    let (server, alone) = (relay(), Alone::start());
    let address: SocketAddr = server.address.parse().expect("an address");
    let http = format!("GET / HTTP/1.1\r\nHost: {DOMAIN}\r\n\r\n");
    let mut kinds = [
        Kind::new("the instance alone", alone.1, event(), alone.0.id()),
        Kind::new("signed invocations", address, invocation(), server.id()),
        Kind::new("calls by HTTP", address, http, server.id()),
    ];
    for _ in 0..ROUNDS {
        kinds.iter_mut().for_each(Kind::measure);
    }
    kinds.iter().for_each(|kind| println!("{}", kind.said()));
    let [alone, relayed @ ..] = &kinds;
    for kind in relayed {
        let most = TIMES * alone.ticks;
        assert!(
            kind.ticks <= most,
            "{} against {}",
            kind.said(),
            alone.said()
        );
    }
}
