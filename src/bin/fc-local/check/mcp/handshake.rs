//! The handshake: what `initialize` gives, and what follows it.

use serde_json::{Value, json};

use super::Mcp;
use super::ask::{
    Ask, FC_VERSIONS, HANDSHAKE_VERSION, HANDSHAKE_VERSIONS, SESSION_HEADER, STATELESS_VERSION,
};
use super::place::Place;
use super::reply::Reply;
use super::specs::{
    FC_VERSIONS as FC_VERSIONS_ROW, INITIALIZE, INITIALIZED, REDIRECT, UNKNOWN_VERSION, VERSION,
};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// A version that no server ever spoke.
pub(super) const NO_VERSION: &str = "1999-01-01";

/// Redirects that keep method and body, which clients follow.
const FOLLOWED: [u16; 2] = [307, 308];

/// Sends the first request, and follows a redirect as clients do; nothing if a command does not answer.
///
/// # Errors
///
/// Nothing answers at the URL.
pub(super) async fn first(mcp: &mut Mcp<'_, '_>) -> Result<Option<Reply>, String> {
    let ask = Ask::initialize(HANDSHAKE_VERSION);
    let reply = match (mcp.ask(&ask).await, &mcp.place) {
        (Ok(reply), _) => reply,
        (Err(none), Place::Command { .. }) => {
            mcp.record(&INITIALIZE, Err(none));
            return Ok(None);
        }
        (Err(none), Place::Url(_)) => {
            let url = mcp.place.shown();
            if let NoResponse::TimedOut(_) = none {
                return Err(format!(
                    "{url} is silent: {none}; give it longer with --response-timeout, or correct the URL"
                ));
            }
            return Err(format!(
                "{url} does not answer as an HTTP server: {none}; start the server, or correct the URL"
            ));
        }
    };
    let Some(path) = redirected(mcp, &reply) else {
        mcp.record(&REDIRECT, Ok(Outcome::pass(reply.status.to_string())));
        return Ok(Some(reply));
    };
    let seen = format!("{} to {path}; the rows below ask there", reply.status);
    mcp.record(&REDIRECT, Ok(Outcome::fail(seen)));
    mcp.place.set_path(path);
    match mcp.ask(&ask).await {
        Ok(reply) => Ok(Some(reply)),
        Err(none) => Err(format!("{} does not answer: {none}", mcp.place.shown())),
    }
}

/// The path that a redirect leads to on the same server.
fn redirected(mcp: &Mcp<'_, '_>, reply: &Reply) -> Option<String> {
    let location = reply.header("location")?;
    if !FOLLOWED.contains(&reply.status) {
        return None;
    }
    if location.starts_with('/') {
        return Some(location.to_owned());
    }
    let host = match &mcp.place {
        Place::Url(url) => url.host.as_str(),
        Place::Command { .. } => "localhost",
    };
    let (_, rest) = location.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    authority.starts_with(host).then(|| format!("/{path}"))
}

/// Why what was asked is no MCP server, if neither era got a reply of the protocol.
pub(super) fn no_server(mcp: &Mcp<'_, '_>, first: &Reply) -> Option<String> {
    if first.response().is_some() || mcp.discovered.is_some() {
        return None;
    }
    let what = match (first.status, first.header("location")) {
        (401 | 403, _) => {
            "wants to know who calls: add what it asks for with --header 'Authorization: …'"
                .to_owned()
        }
        (300..=399, Some(location)) => format!("redirects to {location}: name that address"),
        _ => match mcp.place {
            Place::Url(_) => "is not an MCP server: name the path of its endpoint, often /mcp",
            Place::Command { .. } => {
                "is not an MCP server: name the path of its endpoint with --mcp-path"
            }
        }
        .to_owned(),
    };
    let (place, seen) = (mcp.place.shown(), first.shown());
    Some(format!(
        "{place} {what} (initialize is answered with {seen})"
    ))
}

/// Judges the handshake that the first reply began.
pub(super) async fn judge(mcp: &mut Mcp<'_, '_>, first: &Reply) {
    let Some(result) = first.result() else {
        without(mcp, first);
        return;
    };
    let version = result["protocolVersion"].as_str().unwrap_or_default();
    let known = HANDSHAKE_VERSIONS.into_iter().find(|it| *it == version);
    mcp.version = Some(known.unwrap_or(HANDSHAKE_VERSION).to_owned());
    mcp.session = first.header(SESSION_HEADER).map(str::to_owned);
    mcp.capabilities = result["capabilities"].clone();
    mcp.has_tools |= mcp.capabilities["tools"].is_object();
    mcp.record(&INITIALIZE, Ok(initialized(first, &result)));
    let seen = result["protocolVersion"].to_string();
    let wrong = known.is_none().then(|| seen.clone());
    mcp.record(&VERSION, Ok(Outcome::unless(wrong, seen)));
    let unknown = unknown(mcp).await;
    mcp.record(&UNKNOWN_VERSION, unknown);
    let of_fc = of_fc(mcp).await;
    mcp.record(&FC_VERSIONS_ROW, of_fc);
    let note = mcp.notification("notifications/initialized", &json!({}));
    let accepted = accepted(mcp, &note).await;
    mcp.record(&INITIALIZED, accepted);
}

/// Without a handshake the server must speak the version that has none.
fn without(mcp: &mut Mcp<'_, '_>, first: &Reply) {
    if mcp.discovered.is_none() {
        mcp.record(&INITIALIZE, Ok(Outcome::fail(first.shown())));
        return;
    }
    let why = Outcome::not_applicable("the server speaks 2026-07-28 alone");
    let rows = [
        &INITIALIZE,
        &VERSION,
        &UNKNOWN_VERSION,
        &FC_VERSIONS_ROW,
        &INITIALIZED,
    ];
    mcp.record_all(&rows, &why);
}

fn initialized(reply: &Reply, result: &Value) -> Outcome {
    let id = reply.response().map(|it| it["id"].clone());
    let wrong = if id != Some(0.into()) {
        Some("the id of the response is not 0")
    } else if !result["capabilities"].is_object() {
        Some("no capabilities")
    } else if !result["serverInfo"]["name"].is_string() {
        Some("no serverInfo with a name")
    } else {
        None
    };
    let shown = reply.shown();
    Outcome::unless(
        wrong.map(|wrong| format!("{wrong}: {shown}")),
        format!("{}, {}", reply.status, result["serverInfo"]["name"]),
    )
}

/// What another handshake is answered with; its session is ended again.
async fn offered(
    mcp: &mut Mcp<'_, '_>,
    version: &str,
) -> Result<(Option<String>, Reply), NoResponse> {
    let reply = mcp.ask(&Ask::initialize(version)).await?;
    if let Some(id) = reply.header(SESSION_HEADER).map(str::to_owned) {
        super::session::end(mcp, &id).await;
    }
    let result = reply.result();
    let version = result.and_then(|it| it["protocolVersion"].as_str().map(str::to_owned));
    Ok((version, reply))
}

async fn unknown(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let mut seen = Vec::new();
    for version in [NO_VERSION, STATELESS_VERSION] {
        let (got, reply) = offered(mcp, version).await?;
        let line = match &got {
            Some(got) => format!("{version}: {got}"),
            None => format!("{version}: {}", reply.shown()),
        };
        let is_sound = match got {
            Some(got) => HANDSHAKE_VERSIONS.contains(&got.as_str()),
            None => reply.status < 500,
        };
        if !is_sound {
            return Ok(Outcome::fail(line));
        }
        seen.push(line);
    }
    Ok(Outcome::pass(seen.join(", ")))
}

async fn of_fc(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    if mcp.session.is_none() {
        return Ok(super::session::none());
    }
    for version in FC_VERSIONS {
        let (got, reply) = offered(mcp, version).await?;
        if got.as_deref() != Some(version) {
            let got = got.unwrap_or_else(|| reply.shown());
            return Ok(Outcome::fail(format!("{version}: {got}")));
        }
    }
    Ok(Outcome::pass("both"))
}

/// Whether a notification is accepted as clients need it.
pub(super) async fn accepted(mcp: &mut Mcp<'_, '_>, note: &Ask) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(note).await?;
    let is_sound = reply.status == 202 && reply.body.is_empty();
    Ok(Outcome::unless(
        (!is_sound).then(|| reply.shown()),
        reply.shown(),
    ))
}
