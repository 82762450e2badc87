//! Requests and answers as bytes on a connection.

use std::io::{BufRead, Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::text;

/// An answer, read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether a chunked body had its last chunk, or a sized one all its bytes.
    pub(crate) complete: bool,
}

impl Reply {
    /// Checks that the body has come to its end, and is this one, which is too long to be shown.
    pub(crate) fn assert_whole(&self, body: &[u8]) {
        let length = self.body.len();
        assert!(
            self.complete && self.body == body,
            "{length} bytes came back"
        );
    }

    pub(crate) fn read(reader: &mut impl BufRead, method: &str) -> Self {
        let mut reply = Self::read_head(reader);
        let bodiless = method == "HEAD" || reply.status == 204;
        if bodiless {
            reply.complete = true;
        } else if reply.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = read_chunk(reader) {
                reply.complete = chunk.is_empty();
                reply.body.extend(chunk);
                if reply.complete {
                    break;
                }
            }
        } else {
            let length: usize = reply.header("content-length").parse().unwrap_or(0);
            reader
                .take(length as u64)
                .read_to_end(&mut reply.body)
                .expect("the body");
            reply.complete = reply.body.len() == length;
        }
        reply
    }

    pub(crate) fn read_head(reader: &mut impl BufRead) -> Self {
        let mut lines = reader.lines().map(|line| line.expect("a header line"));
        let status = lines.next().unwrap_or_default();
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        let headers = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                line.split_once(": ")
                    .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            })
            .collect();
        Self {
            status,
            headers,
            ..Self::default()
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn text(&self) -> String {
        text(&self.body)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The tail log, decoded.
    pub(crate) fn log(&self) -> String {
        text(
            &BASE64
                .decode(self.header("x-fc-log-result"))
                .expect("base64"),
        )
    }

    /// The status and the error code.
    pub(crate) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["ErrorCode"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    }
}

/// Reads one chunk; an empty one is the last, none means that the connection ended.
pub(crate) fn read_chunk(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut size = String::new();
    reader.read_line(&mut size).ok()?;
    let size = usize::from_str_radix(size.trim(), 16).ok()?;
    let mut chunk = vec![0; size + 2];
    reader.read_exact(&mut chunk).ok()?;
    chunk.truncate(size);
    Some(chunk)
}

/// Writes a request that closes its connection.
pub(crate) fn send(
    stream: &mut TcpStream,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) {
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    let given = |wanted: &str| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !given("host") {
        head.push_str("Host: 127.0.0.1\r\n");
    }
    if !given("transfer-encoding") && (!body.is_empty() || method == "POST" || method == "PUT") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    headers
        .iter()
        .for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    head.push_str("\r\n");
    let sent = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    // The server may answer a refused request before it has read it all.
    drop(sent);
}
