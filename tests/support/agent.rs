//! The other side of the wire: raw requests in, responses out, read as strictly as an agent may.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::secrets;

/// How long a test waits for a response before it fails: far above what the slowest machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One response, its framing undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// The bytes of a request with a `Content-Length`, and with credentials, as the platform sends them.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: localhost:9000\r\n").into_bytes();
    let is_given = |name: &str| {
        headers
            .iter()
            .any(|(given, _)| given.eq_ignore_ascii_case(name))
    };
    let planted = secrets::HEADERS.iter().filter(|(name, _)| !is_given(name));
    for (name, value) in headers.iter().chain(planted) {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// A connection that is kept alive.
pub struct Connection {
    reader: BufReader<TcpStream>,
    /// Whether not a byte of the response that is waited for has come.
    is_untouched: bool,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        Self::try_open(address).expect("the instance accepts connections")
    }

    /// A connection, if anybody listens.
    pub fn try_open(address: SocketAddr) -> Option<Self> {
        TcpStream::connect(address).ok().map(Self::over)
    }

    /// A connection that a test has made itself.
    pub fn over(stream: TcpStream) -> Self {
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time-out above zero");
        stream.set_nodelay(true).expect("a live socket");
        Self {
            reader: BufReader::new(stream),
            is_untouched: true,
        }
    }

    pub fn into_stream(self) -> TcpStream {
        self.reader.into_inner()
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).expect("the instance reads");
    }

    /// Sends raw bytes, or says how the instance did not take them.
    pub fn try_send(&mut self, bytes: &[u8]) -> Result<(), String> {
        let sent = self.reader.get_mut().write_all(bytes);
        sent.map_err(|error| error.to_string())
    }

    /// Sends raw bytes and reads the response to them.
    pub fn exchange(&mut self, bytes: &[u8]) -> Response {
        self.send(bytes);
        self.response()
    }

    /// Reads one response.
    pub fn response(&mut self) -> Response {
        self.try_response(false).expect("a response")
    }

    /// Reads the response to a HEAD request, which has no body whatever its head says.
    pub fn response_to_head(&mut self) -> Response {
        self.try_response(true).expect("a response")
    }

    /// Reads one response, or says how it was not one.
    pub fn try_response(&mut self, head_only: bool) -> Result<Response, String> {
        self.is_untouched = true;
        let (status, headers) = self.head()?;
        let mut response = Response {
            status,
            headers,
            body: Vec::new(),
        };
        let chunked = response.header("transfer-encoding") == Some("chunked");
        let length = response.header("content-length").map(str::parse::<usize>);
        response.body = match length {
            _ if head_only || matches!(status, 204 | 304) => Vec::new(),
            None if chunked => self.chunks()?,
            Some(Ok(length)) if !chunked => self.exactly(length)?,
            other => {
                return Err(format!(
                    "the body's length is not stated: {other:?} {response:?}"
                ));
            }
        };
        Ok(response)
    }

    /// Reads one line of a streamed body's chunk; tests of streaming see by it what has arrived so far.
    pub fn chunk(&mut self) -> Result<Vec<u8>, String> {
        let size = self.line()?;
        let size =
            usize::from_str_radix(&size, 16).map_err(|_| format!("{size:?} is no chunk size"))?;
        let bytes = self.exactly(size)?;
        match self.line()?.as_str() {
            "" => Ok(bytes),
            other => Err(format!("{other:?} stands after a chunk")),
        }
    }

    /// Reads status line and headers.
    pub fn head(&mut self) -> Result<(u16, Vec<(String, String)>), String> {
        let status_line = self.line()?;
        let status = status_line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| format!("{status_line:?} is no status line"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((status, headers));
            }
            let (name, value) = line
                .split_once(": ")
                .ok_or_else(|| format!("{line:?} is no header"))?;
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    /// Whether the response that was waited for did not even begin.
    pub fn is_untouched(&self) -> bool {
        self.is_untouched
    }

    /// Whether the other side has closed; waits for its next byte or its end.
    pub fn is_closed(&mut self) -> bool {
        matches!(self.reader.fill_buf(), Ok([]) | Err(_))
    }

    /// Reads what comes until the other side closes.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest).expect("a close");
        rest
    }

    fn chunks(&mut self) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(body);
            }
            body.extend(chunk);
        }
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let read = self.reader.read_line(&mut line);
        self.is_untouched &= line.is_empty();
        read.map_err(|error| error.to_string())?;
        line.strip_suffix("\r\n")
            .map(str::to_owned)
            .ok_or_else(|| format!("{line:?} does not end in CRLF"))
    }

    /// Reads so many bytes.
    pub fn exactly(&mut self, length: usize) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; length];
        self.reader
            .read_exact(&mut bytes)
            .map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}
