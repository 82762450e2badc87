//! Owns what servers of MCP do differently beside their answers to sound calls: the same things are tried with each of
//! them, and what it did is kept. Judges nothing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::agent::{HOST, http_request};
use crate::client::Client;
use crate::http::Answer;
use crate::mcp;
use crate::question::Question;
use crate::server::{PATIENCE, Trouble};

/// The revision without a handshake.
const STATELESS: &str = "2026-07-28";
/// The calls over which printed lines are counted.
const CALLS: u32 = 20;
/// Where the status stands in an answer, and how far it has to be read for that, in bytes: `HTTP/1.1 200`.
const STATUS: std::ops::Range<usize> = 9..12;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    /// What it was.
    pub tried: String,
    /// What the server did.
    pub seen: String,
}

/// Tries everything with a server; `printed` counts the lines that it has printed.
///
/// # Errors
/// When it does not answer.
pub fn manners(
    client: &mut Client,
    rng: &mut Rng,
    printed: impl Fn() -> io::Result<u64>,
) -> Result<Vec<Manner>, Trouble> {
    let mut manners = Vec::new();
    let mut keep = |tried: &str, seen: String| {
        manners.push(Manner {
            tried: tried.to_owned(),
            seen,
        });
    };
    for (tried, request) in requests() {
        keep(tried, status(client.address(), &request)?);
    }
    for (tried, request) in wrong_calls() {
        keep(tried, outcome(&client.send(&request)?));
    }
    let before = printed()?;
    for _ in 0..CALLS {
        client.exchange(&Question::from(mcp::forecast(rng)))?;
    }
    keep("lines printed for a call", each(printed()? - before));
    Ok(manners)
}

/// What is answered by a status.
fn requests() -> [(&'static str, Vec<u8>); 5] {
    let list = message("tools/list", &json!({}));
    let both = "Accept: application/json, text/event-stream\r\n";
    let host = format!("Host: {HOST}\r\n");
    let version = format!("Mcp-Protocol-Version: {}\r\n", mcp::VERSION);
    let client = json!({ "name": "compare", "version": "0.0.0" });
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientInfo": client,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let alone = message("tools/list", &json!({ "_meta": meta }));
    let stateless = format!("Mcp-Protocol-Version: {STATELESS}\r\nMcp-Method: tools/list\r\n");
    let get = format!("GET /mcp HTTP/1.1\r\n{host}Accept: text/event-stream\r\n{version}");
    [
        (
            "the name of a trigger as Host",
            mcp::post(
                &format!("Host: mcp.cn-hangzhou.fcapp.run\r\n{both}{version}"),
                &list,
            ),
        ),
        (
            "a page of another Origin",
            mcp::request("Origin: https://elsewhere.example\r\n", &list),
        ),
        (
            "Accept without events",
            mcp::post(
                &format!("{host}Accept: application/json\r\n{version}"),
                &list,
            ),
        ),
        ("GET", http_request(&get, b"")),
        (
            "revision 2026-07-28",
            mcp::post(&format!("{host}{both}{stateless}"), &alone),
        ),
    ]
}

/// What is answered by a message.
fn wrong_calls() -> [(&'static str, Vec<u8>); 3] {
    let call = |tool: &str, arguments: &Value| {
        let params = json!({ "name": tool, "arguments": arguments });
        mcp::request("", &message("tools/call", &params))
    };
    [
        (
            "an argument is missing",
            call("forecast", &json!({ "city": "Rome" })),
        ),
        (
            "an argument of another type",
            call("forecast", &json!({ "city": "Rome", "days": "3" })),
        ),
        ("no such tool", call("nothing", &json!({}))),
    ]
}

fn message(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// The status alone: an answer to a `GET` may be a stream without an end.
fn status(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut line = [0; STATUS.end];
    stream.read_exact(&mut line)?;
    Ok(String::from_utf8_lossy(&line[STATUS]).into_owned())
}

/// How a call fails: by a result, which a model reads, or by an error, which its program gets.
fn outcome(answer: &Answer) -> String {
    let message: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match (&message["error"]["code"], &message["result"]["isError"]) {
        (Value::Number(code), _) => format!("error {code}"),
        (_, Value::Bool(true)) => "result".to_owned(),
        _ if answer.status == 200 => "taken".to_owned(),
        _ => format!("status {}", answer.status),
    }
}

/// Lines for each call.
fn each(lines: u64) -> String {
    let calls = u64::from(CALLS);
    // A line more or less is not of a call.
    ((lines + calls / 2) / calls).to_string()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    fn answer(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            body: body.to_string().into_bytes(),
            keep_alive: true,
        }
    }

    #[test]
    fn a_failure_is_a_result_an_error_or_none() {
        let error = json!({ "error": { "code": -32602 } });
        let failed = json!({ "result": { "isError": true } });
        let taken = json!({ "result": { "content": [] } });
        assert_eq!(outcome(&answer(200, &error)), "error -32602");
        assert_eq!(outcome(&answer(200, &failed)), "result");
        assert_eq!(outcome(&answer(200, &taken)), "taken");
        assert_eq!(outcome(&answer(400, &json!("text"))), "status 400");
    }

    #[test]
    fn a_line_that_is_late_is_not_one_of_each_call() {
        assert_eq!([0, 1, 39, 40, 41].map(each), ["0", "0", "2", "2", "2"]);
    }

    #[test]
    fn the_status_is_read_of_a_stream_that_goes_on() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 18];
            stream.read_exact(&mut request).unwrap();
            let head = "HTTP/1.1 405 No\r\nTransfer-Encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            // Until the other side has seen enough; it may cut the connection.
            let _ = stream.read(&mut request);
        });
        assert_eq!(status(address, b"GET / HTTP/1.1\r\n\r\n").unwrap(), "405");
        served.join().unwrap();
    }

    #[test]
    fn each_thing_is_tried_by_a_sound_request() {
        let all = requests().into_iter().chain(wrong_calls());
        for (tried, request) in all {
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let mut head = httparse::Request::new(&mut fields);
            let at = match head.parse(&request).unwrap() {
                httparse::Status::Complete(at) => at,
                httparse::Status::Partial => panic!("{tried}: no end"),
            };
            let count = |name: &str| head.headers.iter().filter(|f| f.name == name).count();
            let once = ["Host", "Accept", "Mcp-Protocol-Version", "Content-Length"];
            assert!(once.iter().all(|name| count(name) == 1), "{tried}");
            assert!(
                head.method == Some("GET")
                    || serde_json::from_slice::<Value>(&request[at..]).is_ok()
            );
        }
    }
}
