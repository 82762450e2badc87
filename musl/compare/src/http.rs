//! Owns the answer of a server, taken apart. Knows no sockets, so that everything here is tested
//! without one.

use std::fmt;

/// The largest answer head that is read, in bytes: far above what any peer sends.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// The most header fields of an answer.
const HEADERS_MAX: usize = 64;

/// Why an answer does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadAnswer {
    /// The head or a chunk size is no HTTP/1.
    Malformed,
    /// The connection ended before the answer did.
    Cut,
    /// The server refused.
    Status(u16),
    /// The server answered 200 with other bytes than were sent.
    WrongEcho {
        /// The length that was sent.
        sent: usize,
        /// The length that came back.
        received: usize,
    },
    /// The server answered 200 with another result than that of the call; how, and its beginning.
    WrongResult(String),
}

impl BadAnswer {
    /// Whether it was whole and wrong, so that no figure of the server counts.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::WrongEcho { .. } | Self::WrongResult(_))
    }
}

impl fmt::Display for BadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the answer is not HTTP/1"),
            Self::Cut => f.write_str("the connection ended inside an answer"),
            Self::Status(status) => write!(f, "the answer has status {status}"),
            Self::WrongResult(why) => f.write_str(why),
            Self::WrongEcho { sent, received } => {
                write!(
                    f,
                    "{sent} bytes were sent and {received} other bytes came back"
                )
            }
        }
    }
}

/// One complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body with its transfer coding removed.
    pub body: Vec<u8>,
    /// Whether the connection may carry another request.
    pub keep_alive: bool,
}

impl Answer {
    /// That this answers `sent` byte for byte.
    ///
    /// # Errors
    /// When the status is not 200 or a byte differs.
    pub fn verify(&self, sent: &[u8]) -> Result<(), BadAnswer> {
        match self.status {
            200 if self.body == sent => Ok(()),
            200 => Err(BadAnswer::WrongEcho {
                sent: sent.len(),
                received: self.body.len(),
            }),
            status => Err(BadAnswer::Status(status)),
        }
    }
}

/// How the body of an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    status: u16,
    keep_alive: bool,
    framing: Framing,
}

/// Collects the bytes of one connection into answers.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    head: Option<Head>,
    body: Vec<u8>,
}

impl Reader {
    /// Takes what the socket gave; returns the answer when it is complete.
    ///
    /// # Errors
    /// When the bytes are no HTTP/1.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<Answer>, BadAnswer> {
        self.buffer.extend_from_slice(bytes);
        if self.head.is_none() {
            self.head = self.take_head()?;
        }
        let Some(head) = self.head else {
            return Ok(None);
        };
        let complete = match head.framing {
            Framing::Length(length) => self.take_body(length),
            Framing::Chunked => self.take_chunks()?,
            Framing::UntilClose => {
                self.body.append(&mut self.buffer);
                false
            }
        };
        Ok(complete.then(|| self.finish(head)))
    }

    /// Takes the end of the connection, which ends an answer without a length.
    ///
    /// # Errors
    /// When it comes anywhere else.
    pub fn end(&mut self) -> Result<Answer, BadAnswer> {
        match self.head {
            Some(head) if head.framing == Framing::UntilClose => Ok(self.finish(head)),
            _ => Err(BadAnswer::Cut),
        }
    }

    fn finish(&mut self, head: Head) -> Answer {
        self.head = None;
        let body = std::mem::take(&mut self.body);
        Answer {
            status: head.status,
            body,
            keep_alive: head.keep_alive,
        }
    }

    fn take_head(&mut self) -> Result<Option<Head>, BadAnswer> {
        let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut fields);
        match response
            .parse(&self.buffer)
            .map_err(|_| BadAnswer::Malformed)?
        {
            httparse::Status::Complete(length) => {
                let head = head_of(&response)?;
                self.buffer.drain(..length);
                Ok(Some(head))
            }
            httparse::Status::Partial if self.buffer.len() > HEAD_BYTES_MAX => {
                Err(BadAnswer::Malformed)
            }
            httparse::Status::Partial => Ok(None),
        }
    }

    /// Moves body bytes over until there are `length` of them.
    fn take_body(&mut self, length: usize) -> bool {
        let missing = (length - self.body.len()).min(self.buffer.len());
        self.body.extend(self.buffer.drain(..missing));
        self.body.len() == length
    }

    /// Moves whole chunks over; true after the last one and its blank line.
    fn take_chunks(&mut self) -> Result<bool, BadAnswer> {
        let mut at = 0;
        let complete = loop {
            let rest = &self.buffer[at..];
            let Ok(status) = httparse::parse_chunk_size(rest) else {
                return Err(BadAnswer::Malformed);
            };
            let httparse::Status::Complete((start, size)) = status else {
                break false;
            };
            let size = usize::try_from(size).map_err(|_| BadAnswer::Malformed)?;
            let Some(chunk) = rest.get(start..start + size + 2) else {
                break false;
            };
            if !chunk.ends_with(b"\r\n") {
                return Err(BadAnswer::Malformed);
            }
            self.body.extend_from_slice(&chunk[..size]);
            at += start + size + 2;
            if size == 0 {
                break true;
            }
        };
        self.buffer.drain(..at);
        Ok(complete)
    }
}

fn head_of(response: &httparse::Response<'_, '_>) -> Result<Head, BadAnswer> {
    let value = |name: &str| {
        let field = response
            .headers
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name));
        field.map(|field| {
            String::from_utf8_lossy(field.value)
                .trim()
                .to_ascii_lowercase()
        })
    };
    let framing = match (value("transfer-encoding"), value("content-length")) {
        (Some(coding), None) if coding == "chunked" => Framing::Chunked,
        (None, Some(length)) => Framing::Length(length.parse().map_err(|_| BadAnswer::Malformed)?),
        (None, None) => Framing::UntilClose,
        _ => return Err(BadAnswer::Malformed),
    };
    let connection = value("connection").unwrap_or_default();
    let keep_alive = match response.version {
        Some(1) => connection != "close",
        _ => connection == "keep-alive",
    };
    Ok(Head {
        status: response.code.ok_or(BadAnswer::Malformed)?,
        keep_alive: keep_alive && framing != Framing::UntilClose,
        framing,
    })
}

#[cfg(test)]
mod tests;
