//! Owns the closed loop: many connections on one thread, each with one request under way. Knows
//! no process.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use fastrand::Rng;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::http::{BadAnswer, Reader, invoke_request};
use crate::measure::{event, micros};
use crate::server::Trouble;

/// How long one connection may take to be made; a full backlog drops it for a second at first.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// What one read takes at most, in bytes.
const READ_BYTES: usize = 16 * 1024;
/// How many ready connections are taken at once.
const EVENTS_MAX: usize = 64;

/// What a closed loop counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// From each request to its answer, in µs.
    pub latencies_us: Vec<f64>,
    /// The connections that got an answer.
    pub served: usize,
    /// Requests that failed; their connection is not used again.
    pub errors: u64,
    /// Connections that the server closed after an answer and that were made again.
    pub reconnects: u64,
}

/// Keeps `connections` asking for `time`; `look` is called at the end, while all are open.
///
/// # Errors
/// When an answer is wrong, or epoll fails.
pub fn run<T>(
    address: SocketAddr,
    connections: usize,
    bytes: usize,
    time: Duration,
    rng: &mut Rng,
    look: impl FnOnce() -> T,
) -> Result<(Outcome, T), Trouble> {
    let mut ring = Ring::new(address, bytes, rng)?;
    for id in 0..connections as u64 {
        ring.open(id);
    }
    ring.send_all();
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        ring.turn(left)?;
    }
    let seen = look();
    ring.outcome.served = ring.served.len();
    Ok((ring.outcome, seen))
}

/// One connection.
struct Line {
    stream: TcpStream,
    reader: Reader,
    body: Vec<u8>,
    sent: Instant,
}

struct Ring<'a> {
    epoll: Epoll,
    address: SocketAddr,
    bytes: usize,
    rng: &'a mut Rng,
    lines: HashMap<u64, Line>,
    served: std::collections::HashSet<u64>,
    outcome: Outcome,
    buffer: Vec<u8>,
}

impl<'a> Ring<'a> {
    fn new(address: SocketAddr, bytes: usize, rng: &'a mut Rng) -> io::Result<Self> {
        Ok(Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            address,
            bytes,
            rng,
            lines: HashMap::new(),
            served: std::collections::HashSet::new(),
            outcome: Outcome::default(),
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Makes a connection; one that cannot be made counts as an error.
    fn open(&mut self, id: u64) {
        match self.connect(id) {
            Ok(line) => {
                self.lines.insert(id, line);
            }
            Err(_) => self.outcome.errors += 1,
        }
    }

    fn connect(&self, id: u64) -> io::Result<Line> {
        let stream = TcpStream::connect_timeout(&self.address, CONNECT_MAX)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        self.epoll
            .add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, id))?;
        Ok(Line {
            stream,
            reader: Reader::default(),
            body: Vec::new(),
            sent: Instant::now(),
        })
    }

    fn send_all(&mut self) {
        let mut ids: Vec<u64> = self.lines.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.send(id);
        }
    }

    /// Sends the next event of a connection.
    fn send(&mut self, id: u64) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        line.body = event(self.rng, self.bytes);
        line.sent = Instant::now();
        // Nothing of an earlier request is under way, so the socket takes a small one whole.
        if line.stream.write_all(&invoke_request(&line.body)).is_err() {
            self.fail(id);
        }
    }

    fn fail(&mut self, id: u64) {
        self.outcome.errors += 1;
        self.lines.remove(&id);
    }

    /// Waits for answers, at most as long as is left, and sends what follows them.
    fn turn(&mut self, left: Duration) -> Result<(), Trouble> {
        let mut ready = [EpollEvent::empty(); EVENTS_MAX];
        // A whole millisecond more, so that the last wait is no busy loop.
        let timeout = EpollTimeout::try_from(left + Duration::from_millis(1))
            .map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        let n = match self.epoll.wait(&mut ready, timeout) {
            Err(Errno::EINTR) => 0,
            other => other.map_err(io::Error::from)?,
        };
        for event in &ready[..n] {
            self.receive(event.data())?;
        }
        Ok(())
    }

    fn receive(&mut self, id: u64) -> Result<(), Trouble> {
        let Some(line) = self.lines.get_mut(&id) else {
            return Ok(());
        };
        let answer = match line.stream.read(&mut self.buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(_) => Err(BadAnswer::Cut),
            Ok(0) => line.reader.end().map(Some),
            Ok(n) => line.reader.feed(&self.buffer[..n]),
        };
        let checked = answer.and_then(|answer| match answer {
            Some(answer) => answer.verify(&line.body).map(|()| Some(answer.keep_alive)),
            None => Ok(None),
        });
        match checked {
            Ok(Some(keep_alive)) => self.answered(id, keep_alive),
            Ok(None) => {}
            Err(wrong @ BadAnswer::WrongEcho { .. }) => return Err(wrong.into()),
            Err(_) => self.fail(id),
        }
        Ok(())
    }

    fn answered(&mut self, id: u64, keep_alive: bool) {
        if let Some(line) = self.lines.get(&id) {
            self.outcome.latencies_us.push(micros(line.sent.elapsed()));
            self.served.insert(id);
        }
        if !keep_alive {
            self.lines.remove(&id);
            self.outcome.reconnects += 1;
            self.open(id);
        }
        self.send(id);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
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
        let time = Duration::from_millis(100);
        run(
            serve(answer),
            3,
            20,
            time,
            &mut Rng::with_seed(1),
            || "seen",
        )
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
}
