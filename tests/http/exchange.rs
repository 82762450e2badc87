//! Plays a run of a case on its own connection, and returns what came back.
//!
//! Owns the socket. It must not know what was expected beyond what it needs in order not to wait in vain.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::case::{Expectation, ResponseRule, Then};
use super::kernel;
use super::script::{Action, Run};
use super::wire::{Parsed, Response, parse};

/// How long something may take that must come: only a broken server lets anybody wait that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How long a server that should close is waited for before the connection is tried.
const PATIENCE_WITH_A_CLOSE: Duration = Duration::from_secs(10);

/// How long nothing must come before a server that is known to be silent is believed to be.
const PATIENCE_WITH_THE_SILENT: Duration = Duration::from_millis(1500);

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// All responses but that to the probe.
    pub(crate) responses: Vec<Response>,
    pub(crate) end: End,
    /// What was against the standard whatever the case.
    pub(crate) violations: Vec<String>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// The probe was answered: the connection is open.
    Probe,
    /// The server closed it.
    #[default]
    Closed,
    /// The server closed it with bytes unread, which can take the responses before it from the client.
    Reset,
    /// Neither a response nor an end came.
    Silent,
    /// The client broke it off, and nobody looked further.
    Gone,
    /// What came was no response.
    Malformed,
}

/// Plays a run; `likely` is what will probably come of it, which decides what is worth waiting for.
pub(crate) fn play(address: SocketAddr, run: &Run, likely: &Expectation) -> Seen {
    let patience = match likely.then {
        Then::Silent => PATIENCE_WITH_THE_SILENT,
        _ => PATIENCE,
    };
    let Ok(mut talk) = Talk::open(address, likely, patience) else {
        return Seen::default();
    };
    let end = talk.play(run, likely);
    Seen {
        responses: talk.responses,
        end,
        violations: talk.violations,
    }
}

struct Talk {
    stream: TcpStream,
    until: Instant,
    /// Which responses are to HEAD requests.
    heads: Vec<bool>,
    received: Vec<u8>,
    responses: Vec<Response>,
    violations: Vec<String>,
}

/// What reading on brought.
enum Got {
    Response,
    End(End),
}

impl Talk {
    fn open(
        address: SocketAddr,
        likely: &Expectation,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let stream = kernel::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let to_head = |rule: &ResponseRule| rule.alternatives.iter().any(|form| form.head);
        Ok(Self {
            stream,
            until: Instant::now() + patience,
            heads: likely.responses.iter().map(to_head).collect(),
            received: Vec::new(),
            responses: Vec::new(),
            violations: Vec::new(),
        })
    }

    fn play(&mut self, run: &Run, likely: &Expectation) -> End {
        let mut half_closed = false;
        for action in &run.script {
            match action {
                // An error means that the server has closed, which is seen when its responses are read.
                Action::Send(bytes) => drop(self.stream.write_all(bytes)),
                Action::AwaitRead => kernel::await_read(&self.stream),
                Action::AwaitResponse => {
                    if let Got::End(end) = self.read_response() {
                        return end;
                    }
                }
                Action::HalfClose => {
                    drop(self.stream.shutdown(Shutdown::Write));
                    half_closed = true;
                }
                Action::Reset => {
                    kernel::reset_on_close(&self.stream);
                    return End::Gone;
                }
            }
        }
        let required = likely
            .responses
            .iter()
            .filter(|rule| !rule.optional)
            .count();
        while self.responses.len() < required {
            if let Got::End(end) = self.read_response() {
                return end;
            }
        }
        if half_closed {
            return self.read_to_end();
        }
        if matches!(likely.then, Then::Closed | Then::Lingering | Then::Crashed) {
            self.until = Instant::now() + PATIENCE_WITH_A_CLOSE;
            match self.read_to_end() {
                // It should have closed: is it open?
                End::Silent => self.until = Instant::now() + PATIENCE,
                end => return end,
            }
        }
        self.probe(run)
    }

    /// Sends one more request, and that it is the last, so that no server has a reason to wait.
    fn probe(&mut self, run: &Run) -> End {
        let id = run.probe_id();
        let request = format!(
            "POST /invoke HTTP/1.1\r\nHost: localhost\r\nX-Fc-Control-Path: /invoke\r\nX-Fc-Request-Id: {id}\r\n\
             Content-Length: {}\r\n\r\n{id}",
            id.len()
        );
        drop(self.stream.write_all(request.as_bytes()));
        drop(self.stream.shutdown(Shutdown::Write));
        let end = self.read_to_end();
        let is_probe =
            |response: &Response| response.status == 200 && response.body == id.as_bytes();
        if end == End::Closed && self.responses.last().is_some_and(is_probe) {
            self.responses.pop();
            return End::Probe;
        }
        end
    }

    fn read_to_end(&mut self) -> End {
        loop {
            if let Got::End(end) = self.read_response() {
                return end;
            }
        }
    }

    fn read_response(&mut self) -> Got {
        loop {
            let head_only = self
                .heads
                .get(self.responses.len())
                .copied()
                .unwrap_or(false);
            match parse(&self.received, head_only) {
                Parsed::Response(response, used) => {
                    self.received.drain(..used);
                    self.violations.extend(response.violations());
                    self.responses.push(response);
                    return Got::Response;
                }
                Parsed::Malformed(error) => {
                    self.violations.push(error);
                    return Got::End(End::Malformed);
                }
                Parsed::Unfinished => {
                    if let Some(end) = self.receive() {
                        return Got::End(end);
                    }
                }
            }
        }
    }

    /// Waits for more bytes, or says how there will be none.
    fn receive(&mut self) -> Option<End> {
        let mut buffer = [0; 16 * 1024];
        let left = self.until.saturating_duration_since(Instant::now());
        let timeout = left.max(Duration::from_millis(1));
        self.stream
            .set_read_timeout(Some(timeout))
            .expect("a time-out above zero");
        match self.stream.read(&mut buffer) {
            Ok(0) => Some(self.end(End::Closed)),
            Ok(length) => {
                self.received.extend_from_slice(&buffer[..length]);
                None
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Some(End::Silent),
            Err(error) if error.kind() == ErrorKind::Interrupted => None,
            Err(_) => Some(self.end(End::Reset)),
        }
    }

    /// How it ended, unless that was in the middle of a response.
    fn end(&mut self, how: End) -> End {
        if self.received.is_empty() {
            return how;
        }
        let rest = self.received.escape_ascii().to_string();
        self.violations
            .push(format!("the response breaks off: {rest}"));
        End::Malformed
    }
}
