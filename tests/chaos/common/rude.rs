//! Clients that are no good ones: they read slowly, and leave before the end.
//!
//! They must not know what they ask for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::super::Response;
use super::{Dice, End, Stage};

/// For how long a client that waits in vain waits.
const PATIENCE: Duration = Duration::from_secs(60);
/// The error of a read that waited that long.
pub(crate) const TIMED_OUT: &str = "os error 11";
/// How long one that reads or writes slowly waits between two pieces, in milliseconds at most, and how many pieces there
/// are.
const SLOW_PAUSE_MS: usize = 30;
const SLOW_PIECES: usize = 40;

/// Writes in pieces.
pub(crate) fn write_slowly(
    dice: &mut Dice,
    bytes: &[u8],
    mut write: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    for piece in bytes.chunks(bytes.len().div_ceil(SLOW_PIECES)) {
        write(piece)?;
        thread::sleep(dice.milliseconds(SLOW_PAUSE_MS));
    }
    Ok(())
}

/// Sends a request, and reads the response, which has a body of this length, in pieces.
pub(crate) fn read_slowly(
    stream: &mut TcpStream,
    request: &[u8],
    length: usize,
    dice: &mut Dice,
) -> Result<Response, String> {
    let sent = stream.write_all(request);
    let read = sent.and_then(|()| pieces(stream, length, dice));
    parsed(&read.map_err(|error| error.to_string())?)
}

/// What comes until the other side closes, or until a response with a body of this length is there.
fn pieces(stream: &mut TcpStream, length: usize, dice: &mut Dice) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let (mut bytes, mut piece) = (Vec::new(), vec![0; length / SLOW_PIECES + 1024]);
    loop {
        let count = stream.read(&mut piece)?;
        bytes.extend_from_slice(&piece[..count]);
        if count == 0 || body_of(&bytes).is_some_and(|body| body.len() >= length) {
            return Ok(bytes);
        }
        thread::sleep(dice.milliseconds(SLOW_PAUSE_MS));
    }
}

fn body_of(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(&bytes[end + 4..])
}

/// The response that these bytes are, as strictly as any other is read.
fn parsed(bytes: &[u8]) -> Result<Response, String> {
    let head = bytes.len() - body_of(bytes).ok_or("no whole head")?.len();
    let text = String::from_utf8_lossy(&bytes[..head]);
    let mut lines = text.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let response = Response {
        status: status.ok_or("no status")?,
        headers,
        body: bytes[head..].to_vec(),
    };
    let length: Option<usize> = response
        .header("content-length")
        .and_then(|length| length.parse().ok());
    match length {
        Some(length) if response.body.len() == length => Ok(response),
        length => Err(format!("{} bytes of {length:?}", response.body.len())),
    }
}

/// Does something on a new connection and ends it, with a close or with a reset.
pub(crate) fn leave(
    stage: &Stage,
    dice: &mut Dice,
    act: impl FnOnce(&mut TcpStream, usize, &mut Dice) -> std::io::Result<()>,
) {
    let place = stage.place();
    let Some(mut stream) = stage.connect(&place) else {
        return;
    };
    let open = stage.book.open();
    // It leaves, whatever came of it.
    let _ = act(&mut stream, open.number(), dice);
    if dice.is_lucky(2) {
        // Without a time to linger a close is a reset. One that the other side has closed is gone already.
        let _ = set_socket_linger(&stream, Some(Duration::ZERO));
    }
    stage.book.close(open, End::Left);
}
