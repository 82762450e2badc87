//! Streams that a client asks for: with GET, and again after its connection has broken.
//!
//! It must not know how a stream of a POST is judged.

use std::time::{Duration, Instant};

use super::Mcp;
use super::ask::{Ask, LAST_EVENT_HEADER};
use super::reply::{EVENTS, JSON};
use super::seen::Resumable;
use super::specs::{GET, GET_ACCEPT, GET_AGAIN, GET_HELD, RESUME_REPLAY, RESUME_UNKNOWN};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// The status for a method that is not supported.
pub(super) const NOT_ALLOWED: u16 = 405;

/// How long a refused client waits.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// An id that no server gives an event.
const NO_EVENT: &str = "fc-local-check-none";

/// The head of a reply whose body may never end.
struct Head {
    status: u16,
    kind: String,
}

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let stream = mcp.stream();
    let head = head(mcp, &stream).await;
    let is_answered = head.is_ok();
    let streams = head.as_ref().is_ok_and(Head::is_stream);
    mcp.record(&GET, head.map(|head| head.judged(&[NOT_ALLOWED])));
    let held = held(mcp, is_answered, streams);
    mcp.record_all(&[&GET_HELD], &held);
    let again = if streams {
        again(mcp).await
    } else {
        Ok(Outcome::not_applicable("GET opens no stream"))
    };
    mcp.record(&GET_AGAIN, again);
    let accept = if is_answered {
        accept(mcp).await
    } else {
        Ok(Outcome::cannot_tell("the GET is not answered"))
    };
    mcp.record(&GET_ACCEPT, accept);
}

/// Judges what event ids promise, after all streams were seen.
pub(super) async fn resumed(mcp: &mut Mcp<'_, '_>) {
    let unknown = mcp.stream().with(LAST_EVENT_HEADER, NO_EVENT);
    let unknown = head(mcp, &unknown).await;
    let unknown = unknown.map(|head| head.judged(&(400..500).collect::<Vec<_>>()));
    mcp.record(&RESUME_UNKNOWN, unknown);
    let replay = match mcp.seen.resumable.clone() {
        Some(stream) => replayed(mcp, &stream).await,
        None => Ok(Outcome::not_applicable(
            "no event before a response has an id",
        )),
    };
    mcp.record(&RESUME_REPLAY, replay);
}

fn held(mcp: &Mcp<'_, '_>, is_answered: bool, streams: bool) -> Outcome {
    match (streams, &mcp.session) {
        (false, _) if !is_answered => Outcome::cannot_tell("the GET is not answered"),
        (false, _) => Outcome::pass("no stream is held"),
        (true, Some(_)) => {
            Outcome::not_applicable("the server keeps sessions, and may send something")
        }
        (true, None) => Outcome::fail("a stream stays open"),
    }
}

/// Asks until the server has noticed that the client of the stream before has left.
async fn again(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = mcp.stream();
    let patience = Duration::from_secs(mcp.bench.args.response_timeout);
    let began = Instant::now();
    loop {
        let head = head(mcp, &ask).await?;
        if head.is_stream() || began.elapsed() > patience {
            return Ok(head.judged(&[]));
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn accept(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = mcp.stream().with("accept", JSON);
    let head = head(mcp, &ask).await?;
    let is_refused = (400..500).contains(&head.status);
    Ok(Outcome::unless(
        (!is_refused).then(|| head.shown()),
        head.shown(),
    ))
}

/// Asks for what came after an event.
async fn replayed(mcp: &mut Mcp<'_, '_>, stream: &Resumable) -> Result<Outcome, NoResponse> {
    let ask = mcp.stream().with(LAST_EVENT_HEADER, &stream.event);
    let reply = match mcp.caller().await?.ask(&ask).await {
        // The instance is sound: only this stream says nothing.
        Err(NoResponse::TimedOut(_)) => return Ok(Outcome::fail("a stream without the response")),
        reply => reply?,
    };
    let is_same = reply.response().as_ref() == Some(&stream.response);
    let wrong = (!is_same).then(|| reply.shown());
    Ok(Outcome::unless(wrong, "the same response"))
}

async fn head(mcp: &mut Mcp<'_, '_>, ask: &Ask) -> Result<Head, NoResponse> {
    let caller = mcp.caller().await?;
    let mut wire = caller.connect().await?;
    let opened = caller.open_on(&mut wire, ask).await?;
    Ok(Head {
        status: opened.response.status().as_u16(),
        kind: opened.kind(),
    })
}

impl Head {
    fn is_stream(&self) -> bool {
        self.status == 200 && self.kind == EVENTS
    }

    /// Sound if it is a stream, or one of these statuses.
    fn judged(&self, statuses: &[u16]) -> Outcome {
        let is_sound = self.is_stream() || statuses.contains(&self.status);
        Outcome::unless((!is_sound).then(|| self.shown()), self.shown())
    }

    fn shown(&self) -> String {
        match self.kind.as_str() {
            "" => self.status.to_string(),
            kind => format!("{} {kind}", self.status),
        }
    }
}
