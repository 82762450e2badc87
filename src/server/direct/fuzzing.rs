//! The request reader of this server, fed from memory instead of a socket.

#![allow(
    clippy::missing_errors_doc,
    reason = "the error is all that there is to read about"
)]

use std::io::{self, ErrorKind};

use super::inbox::{End, Inbox, Source};
use super::{body::Reader, head};
use crate::call::Body;
use crate::headers::Headers;
use crate::http::Request;
use crate::limits::Limits;
use crate::server::framing::{Framing, framing};
use crate::server::memory::Memory;

/// A head that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in `super::head`")]
pub struct Head {
    pub method: String,
    pub target: String,
    pub headers: Headers,
    pub head_only: bool,
    pub http_1_0: bool,
    pub connection: Option<&'static str>,
    pub awaits_continue: bool,
}

/// Why reading came to an end: the status and the body of the refusal, or no word where the client has gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended(pub Option<(u16, Vec<u8>)>);

/// The limits that are kept to.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "as in `crate::limits`")]
pub struct Most {
    pub head_bytes: usize,
    pub headers: usize,
    pub body_bytes: usize,
}

impl From<Most> for Limits {
    fn from(most: Most) -> Self {
        Self {
            head_bytes: most.head_bytes,
            headers: most.headers,
            body_bytes: most.body_bytes,
            ..Self::default()
        }
    }
}

/// Reads one head, and returns how many bytes it took. The bytes come in pieces of the lengths of `cuts`, over and over;
/// without any they come at once.
pub fn head(bytes: &[u8], cuts: &[usize], most: Most) -> Result<(Head, usize), Ended> {
    let mut inbox = inbox(bytes, cuts);
    let limits = most.into();
    let head = read_head(&mut inbox, &limits).map_err(|end| ended(end, &limits))?;
    Ok((head, bytes.len() - rest(&mut inbox)))
}

/// Reads one chunked body, and returns how many bytes it took.
pub fn chunks(bytes: &[u8], cuts: &[usize], most: Most) -> Result<(Vec<u8>, usize), Ended> {
    let mut inbox = inbox(bytes, cuts);
    let limits = most.into();
    let body = Reader::new(Framing::Chunked, Memory::new(usize::MAX).share())
        .read(&mut inbox, &limits)
        .map_err(|end| ended(end, &limits))?;
    Ok((body, bytes.len() - rest(&mut inbox)))
}

/// Reads request after request, as a kept-alive connection does whatever they say, until one is refused or there are
/// no more.
pub fn requests(bytes: &[u8], cuts: &[usize], most: Most) -> (Vec<(Head, Request)>, Ended) {
    let (mut inbox, limits) = (inbox(bytes, cuts), most.into());
    let mut requests = Vec::new();
    loop {
        match read_request(&mut inbox, &limits) {
            Ok(request) => requests.push(request),
            Err(end) => return (requests, ended(end, &limits)),
        }
    }
}

fn read_request(inbox: &mut Inbox<Pieces<'_>>, limits: &Limits) -> Result<(Head, Request), End> {
    inbox.wait()?;
    let head = read_head(inbox, limits)?;
    let framing = framing(&head.headers, limits.body_bytes)?;
    let body = Reader::new(framing, Memory::new(usize::MAX).share()).read(inbox, limits)?;
    let Head {
        method,
        target,
        headers,
        ..
    } = head.clone();
    Ok((head, Request::from_parts(method, target, headers, body)))
}

fn read_head(inbox: &mut Inbox<Pieces<'_>>, limits: &Limits) -> Result<Head, End> {
    let head = head::Head::read(inbox, limits, &mut false)?;
    Ok(Head {
        method: head.call.method,
        target: head.call.target,
        headers: head.call.headers,
        head_only: head.asked.head_only,
        http_1_0: head.asked.http_1_0,
        connection: head.asked.connection,
        awaits_continue: head.awaits_continue,
    })
}

/// How many bytes are left; takes them.
fn rest(inbox: &mut Inbox<Pieces<'_>>) -> usize {
    let mut rest = Vec::new();
    // It ends by the end of the bytes, which is no news.
    let _ = inbox.take(usize::MAX, &mut rest);
    rest.len()
}

fn inbox<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> Inbox<Pieces<'a>> {
    Inbox::new(Pieces {
        bytes,
        cuts,
        reads: 0,
    })
}

struct Pieces<'a> {
    bytes: &'a [u8],
    cuts: &'a [usize],
    reads: usize,
}

impl Source for Pieces<'_> {
    fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        self.reads += 1;
        if self.reads % 4 == 3 {
            return Err(ErrorKind::Interrupted.into());
        }
        let cut = match self.cuts {
            [] => usize::MAX,
            cuts => cuts[self.reads % cuts.len()].max(1),
        };
        let room = into.capacity() - into.len();
        let (now, later) = self.bytes.split_at(cut.min(self.bytes.len()).min(room));
        into.extend_from_slice(now);
        self.bytes = later;
        Ok(now.len())
    }
}

/// What a client sees of the end.
fn ended(end: End, limits: &Limits) -> Ended {
    let End::Refused(refusal) = end else {
        return Ended(None);
    };
    let reply = refusal.reply(limits);
    match reply.body {
        Body::Bytes(body) => Ended(Some((reply.status, body))),
        Body::Stream(_) => unreachable!("a refusal is sent in one piece"),
    }
}
