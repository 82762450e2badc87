//! What all responses of a server have shown, for the rows that ask something of each of them.
//!
//! It sends nothing, and knows no request but by what came of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Mcp;
use super::ask::{Ask, SESSION_HEADER, STATELESS_VERSION, VERSION_HEADER};
use super::reply::{EVENTS, JSON, Reply, is_response};
use super::specs::{CONTENT_TYPE, MESSAGE_FORM, RESUME_IDS, STREAM_END, STREAM_RESPONSE};
use crate::check::row::Outcome;

/// Noted from response to response.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The media types.
    kinds: BTreeSet<String>,
    /// How many were streams.
    streams: usize,
    /// A stream that did not end with its response.
    unended: bool,
    /// What a stream had that ended without its response, and cannot be resumed.
    cut: Option<String>,
    /// What is wrong with a message.
    malformed: Option<String>,
    /// The session and the id of each event that had one.
    ids: BTreeSet<(String, String)>,
    /// An id that came twice in a session.
    repeated: Option<String>,
    /// A stream of the session of the handshake that can be asked for again.
    pub(super) resumable: Option<Resumable>,
}

/// A stream whose response came after an event with an id.
#[derive(Debug, Clone)]
pub(super) struct Resumable {
    pub(super) event: String,
    pub(super) response: Value,
}

impl Seen {
    /// Notes what a reply shows.
    pub(super) fn note(&mut self, ask: &Ask, reply: &Reply, own: &str) {
        if ask.is_request() && reply.response().is_some() {
            self.kinds.insert(reply.kind());
        }
        let wrong = reply.messages().iter().find_map(malformed);
        self.malformed = self.malformed.take().or(wrong);
        if reply.kind() == EVENTS {
            self.note_stream(ask, reply, own);
        }
    }

    fn note_stream(&mut self, ask: &Ask, reply: &Reply, own: &str) {
        self.streams += 1;
        self.unended |= !reply.ended;
        let ids = reply.event_ids();
        let response = reply.response();
        if ask.is_request() && response.is_none() && ids.is_empty() {
            self.cut = Some(reply.shown());
        }
        let session = session(ask, reply);
        let is_own = own == session && !is_stateless(ask);
        if let (true, Some(response), [event, _, ..]) = (is_own, response, &ids[..]) {
            let event = event.clone();
            self.resumable = Some(Resumable { event, response });
        }
        for id in ids {
            if !self.ids.insert((session.clone(), id.clone())) {
                self.repeated = Some(id);
            }
        }
    }
}

/// Whether a request is of the version without resumption.
fn is_stateless(ask: &Ask) -> bool {
    ask.header(VERSION_HEADER) == Some(STATELESS_VERSION)
}

/// The session that a request belongs to, or begins; empty without one.
fn session(ask: &Ask, reply: &Reply) -> String {
    ask.header(SESSION_HEADER)
        .or_else(|| reply.header(SESSION_HEADER))
        .unwrap_or_default()
        .to_owned()
}

/// What is wrong with a response; other messages are not looked at.
fn malformed(message: &Value) -> Option<String> {
    if !is_response(message) {
        return None;
    }
    let (result, error) = (message.get("result"), message.get("error"));
    let wrong = if message["jsonrpc"] != "2.0" {
        "jsonrpc is not \"2.0\""
    } else if result.is_some() && error.is_some() {
        "a result and an error"
    } else if error.is_some_and(|error| !error["code"].is_i64()) {
        "the code of the error is no integer"
    } else if error.is_some_and(|error| !error["message"].is_string()) {
        "the error has no message"
    } else {
        return None;
    };
    Some(format!("{wrong}: {message}"))
}

/// Records what all responses have shown.
pub(super) fn conclude(mcp: &mut Mcp<'_, '_>) {
    let seen = std::mem::take(&mut mcp.seen);
    let kinds: Vec<String> = seen.kinds.into_iter().collect();
    let strange = kinds
        .iter()
        .find(|kind| ![JSON, EVENTS].contains(&&***kind));
    let wrong = strange.map(|kind| match kind.as_str() {
        "" => "a response without a Content-Type".to_owned(),
        kind => format!("a response of {kind}"),
    });
    let types = Outcome::unless(wrong, kinds.join(", "));
    mcp.record_all(&[&CONTENT_TYPE], &types);
    let form = Outcome::unless(seen.malformed, "all of them");
    mcp.record_all(&[&MESSAGE_FORM], &form);
    let streams = |wrong: Option<String>| match seen.streams {
        0 => Outcome::not_applicable("no response was a stream"),
        count => Outcome::unless(wrong, format!("{count} streams")),
    };
    let open = seen.unended.then(|| "a stream stays open".to_owned());
    mcp.record_all(&[&STREAM_END], &streams(open));
    mcp.record_all(&[&STREAM_RESPONSE], &streams(seen.cut));
    let ids = match seen.ids.len() {
        0 => Outcome::not_applicable("no event has an id"),
        count => {
            let twice = seen.repeated.map(|id| format!("{id} twice"));
            Outcome::unless(twice, format!("{count} ids"))
        }
    };
    mcp.record_all(&[&RESUME_IDS], &ids);
}

#[cfg(test)]
mod tests;
