//! Owns connections on one thread, each with one request under way. Knows no other thread.

use std::collections::{HashMap, HashSet};
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use fastrand::Rng;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::{Order, Outcome};
use crate::http::{BadAnswer, Reader};
use crate::measure::micros;
use crate::question::Question;
use crate::server::Trouble;

/// How long one connection may take to be made; a full backlog drops it for a second at first.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// What one read takes at most, in bytes.
const READ_BYTES: usize = 16 * 1024;
/// How many ready connections are taken at once.
const EVENTS_MAX: usize = 64;

/// One connection.
struct Line {
    stream: TcpStream,
    reader: Reader,
    /// The one that is under way, after the first one was asked.
    question: Option<Question>,
    sent: Instant,
}

/// Connections that one thread keeps busy.
pub struct Ring<'a> {
    epoll: Epoll,
    order: &'a Order,
    rng: Rng,
    lines: HashMap<u64, Line>,
    served: HashSet<u64>,
    /// All answers, whether they count or not.
    answers: u64,
    outcome: Outcome,
    buffer: Vec<u8>,
}

impl<'a> Ring<'a> {
    /// A ring without a connection.
    ///
    /// # Errors
    /// When epoll fails.
    pub fn new(order: &'a Order, rng: Rng) -> io::Result<Self> {
        Ok(Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            order,
            rng,
            lines: HashMap::new(),
            served: HashSet::new(),
            answers: 0,
            outcome: Outcome::default(),
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Makes a connection and sends its first event; one that cannot be made counts as an error.
    pub fn open(&mut self, id: u64) {
        match self.connect(id) {
            Ok(line) => {
                self.lines.insert(id, line);
                self.send(id);
            }
            Err(_) => self.outcome.errors += 1,
        }
    }

    fn connect(&self, id: u64) -> io::Result<Line> {
        let stream = TcpStream::connect_timeout(&self.order.address, CONNECT_MAX)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        self.epoll
            .add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, id))?;
        Ok(Line {
            stream,
            reader: Reader::default(),
            question: None,
            sent: Instant::now(),
        })
    }

    /// Sends the next event of a connection.
    fn send(&mut self, id: u64) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let question = self.order.questions.next(&mut self.rng);
        line.sent = Instant::now();
        // Nothing of an earlier request is under way, so the socket takes a small one whole.
        let sent = line.stream.write_all(question.request());
        line.question = Some(question);
        if sent.is_err() {
            self.fail(id);
        }
    }

    fn fail(&mut self, id: u64) {
        self.outcome.errors += 1;
        self.lines.remove(&id);
    }

    /// How many connections have had an answer.
    pub fn served(&self) -> usize {
        self.served.len()
    }

    /// How many answers there were, whether they count or not.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// How many are open and have had none.
    pub fn waiting(&self) -> usize {
        let new = |id: &&u64| !self.served.contains(id);
        self.lines.keys().filter(new).count()
    }

    /// What was counted.
    pub fn finish(mut self) -> Outcome {
        self.outcome.served = self.served.len();
        self.outcome
    }

    /// Waits for answers, at most as long as is left, and sends what follows them.
    ///
    /// # Errors
    /// When an answer is wrong, or epoll fails.
    pub fn turn(&mut self, left: Duration, counting: bool) -> Result<(), Trouble> {
        let mut ready = [EpollEvent::empty(); EVENTS_MAX];
        // A whole millisecond more, so that the last wait is no busy loop.
        let timeout = EpollTimeout::try_from(left + Duration::from_millis(1))
            .map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        let n = match self.epoll.wait(&mut ready, timeout) {
            Err(Errno::EINTR) => 0,
            other => other.map_err(io::Error::from)?,
        };
        for event in &ready[..n] {
            self.receive(event.data(), counting)?;
        }
        Ok(())
    }

    fn receive(&mut self, id: u64, counting: bool) -> Result<(), Trouble> {
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
            Some(answer) => {
                let question = line.question.as_ref().ok_or(BadAnswer::Malformed)?;
                question.check(&answer).map(|()| Some(answer.keep_alive))
            }
            None => Ok(None),
        });
        match checked {
            Ok(Some(keep_alive)) => self.answered(id, keep_alive, counting),
            Ok(None) => {}
            Err(bad) if bad.is_wrong() => return Err(bad.into()),
            Err(_) => self.fail(id),
        }
        Ok(())
    }

    fn answered(&mut self, id: u64, keep_alive: bool, counting: bool) {
        if let Some(line) = self.lines.get(&id) {
            if counting {
                self.outcome.latencies_us.push(micros(line.sent.elapsed()));
            }
            self.served.insert(id);
            self.answers += 1;
        }
        if !keep_alive {
            self.lines.remove(&id);
            self.outcome.reconnects += 1;
            self.open(id);
        } else {
            self.send(id);
        }
    }
}
