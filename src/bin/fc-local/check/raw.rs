//! What a sound HTTP client neither sends nor sees: half requests, resets, and bytes after a head.

use std::time::Duration;

use hyper::Request;
use hyper::header::CONTENT_LENGTH;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Ask, Client, NoResponse};
use crate::platform::agent;
use crate::platform::body::{Body, BoxError};

/// How much of a response is read for its head.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// For how long a client waits for `100 Continue` before it sends the body anyway (RFC 9110 §10.1.1).
const CONTINUE_WAIT: Duration = Duration::from_secs(1);

/// For how long the server may take to close a connection that its client has closed.
const LEAVE_WAIT: Duration = Duration::from_millis(300);

/// The status that asks for the body.
const CONTINUE: u16 = 100;

/// The end of a head.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// What followed the head of a first response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The head of the second response, at once.
    NextResponse,
    /// The end of the connection.
    Closed,
    /// Something else: a body that must not be there.
    Body(Vec<u8>),
}

/// The head of a request as it stands on the wire.
pub(super) fn head(request: &Request<Body>) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(b"\r\n");
    head
}

/// A call's head and its body; the head may announce more bytes than the body has.
pub(super) fn head_and_body(
    client: &Client,
    ask: Ask,
    announced: Option<usize>,
) -> Result<(Vec<u8>, Vec<u8>), NoResponse> {
    let body = match &ask {
        Ask::Event(event) => event.bytes.to_vec(),
        Ask::Hook(_) | Ask::Http(_) => Vec::new(),
    };
    let (_, mut request) = client.request(ask)?;
    let length = announced.unwrap_or(body.len());
    agent::insert(
        request.headers_mut(),
        CONTENT_LENGTH.as_str(),
        &length.to_string(),
    );
    Ok((head(&request), body))
}

/// Opens connections that send nothing; every second ends by RST.
pub(super) async fn probe(client: &Client, count: usize) -> Result<(), NoResponse> {
    for number in 0..count {
        let stream = client.within(connect(client)).await?;
        if number % 2 == 1 {
            // Unsent and unread bytes are dropped, and the peer learns of it.
            let reset = rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO));
            reset.map_err(|error| NoResponse::Broken(error.to_string()))?;
        }
    }
    Ok(())
}

/// Sends bytes on their own connection and closes it.
pub(super) async fn send_and_leave(client: &Client, bytes: &[u8]) -> Result<(), NoResponse> {
    let sending = async {
        let mut stream = connect(client).await?;
        stream.write_all(bytes).await?;
        Ok::<(), BoxError>(())
    };
    client.within(sending).await
}

/// Sends two requests on one connection, the second when the first's head has come; gives the first's status
/// and what came after its head.
pub(super) async fn two_responses(
    client: &Client,
    first: &[u8],
    second: &[u8],
) -> Result<(u16, After), NoResponse> {
    client
        .within(async {
            let mut stream = connect(client).await?;
            stream.write_all(first).await?;
            let mut bytes = Vec::new();
            let end = read_head(&mut stream, &mut bytes).await?;
            let mut rest = bytes.split_off(end);
            // A server that closes after its response may do so now.
            let sent = stream.write_all(second).await;
            let start = b"HTTP/1.";
            while sent.is_ok()
                && rest.len() < start.len()
                && read_more(&mut stream, &mut rest).await?
            {}
            let after = match &rest[..] {
                [] => After::Closed,
                bytes if bytes.starts_with(start) => After::NextResponse,
                _ => After::Body(rest),
            };
            leave(stream).await;
            Ok((status_of(&bytes)?, after))
        })
        .await
}

/// Sends a head that expects `100 Continue`, then the body; gives whether 100 came, and the final status.
pub(super) async fn expect_continue(
    client: &Client,
    head: &[u8],
    body: &[u8],
) -> Result<(bool, u16), NoResponse> {
    client
        .within(async {
            let mut stream = connect(client).await?;
            stream.write_all(head).await?;
            let mut bytes = Vec::new();
            let early = tokio::time::timeout(CONTINUE_WAIT, read_head(&mut stream, &mut bytes));
            let first = early.await.ok().transpose()?;
            stream.write_all(body).await?;
            let continued = first.is_some() && status_of(&bytes)? == CONTINUE;
            // A server may have kept its 100 until the body came.
            loop {
                let end = read_head(&mut stream, &mut bytes).await?;
                match status_of(&bytes)? {
                    CONTINUE => drop(bytes.drain(..end)),
                    status => {
                        leave(stream).await;
                        return Ok((continued, status));
                    }
                }
            }
        })
        .await
}

/// Closes a connection without a reset, which a close with unread bytes would be: that is its own row.
async fn leave(mut stream: TcpStream) {
    let reading = async {
        stream.shutdown().await?;
        let mut rest = Vec::new();
        while read_more(&mut stream, &mut rest).await? {
            rest.clear();
        }
        Ok::<(), BoxError>(())
    };
    // The row is judged already, however the connection ends.
    drop(tokio::time::timeout(LEAVE_WAIT, reading).await);
}

async fn connect(client: &Client) -> Result<TcpStream, BoxError> {
    Ok(TcpStream::connect(client.instance.connections.address()).await?)
}

/// Reads until a head is whole, and gives where it ends.
async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<usize, BoxError> {
    loop {
        let found = bytes
            .windows(BLANK_LINE.len())
            .position(|window| window == BLANK_LINE);
        if let Some(found) = found {
            return Ok(found + BLANK_LINE.len());
        }
        if bytes.len() > HEAD_BYTES_MAX {
            return Err("the head of the response does not end".into());
        }
        if !read_more(stream, bytes).await? {
            return Err("the connection was closed before the head of the response".into());
        }
    }
}

/// Reads what is there; `false` at the end. A reset after a response is an end, too.
async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<bool, BoxError> {
    match stream.read_buf(bytes).await {
        Ok(count) => Ok(count > 0),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn status_of(head: &[u8]) -> Result<u16, BoxError> {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let is_http = line.starts_with("HTTP/1.");
    status
        .filter(|_| is_http)
        .ok_or_else(|| format!("no HTTP status line: {line}").into())
}
