//! The version without a handshake, 2026-07-28, if the server speaks it.

use serde_json::json;

use super::Mcp;
use super::ask::{Ask, METHOD_HEADER, SESSION_HEADER, STATELESS_VERSION, VERSION_HEADER};
use super::message::NO_METHOD;
use super::reply::Reply;
use super::specs::{
    ALONE, ALONE_HEADERS, ALONE_META, ALONE_METHOD, ALONE_REMOVED, ALONE_VERSION, DISCOVER,
};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// The statuses after which clients shake hands, whatever the body.
const FALL_BACK: [u16; 5] = [400, 404, 405, 412, 429];

/// A version of the future.
const NEXT_VERSION: &str = "2099-01-01";

/// The methods that this version has no more.
const REMOVED: [&str; 5] = [
    "initialize",
    "ping",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
];

/// Errors of the protocol in this version.
const HEADER_MISMATCH: i64 = -32020;
const UNSUPPORTED_VERSION: i64 = -32022;
const METHOD_NOT_FOUND: i64 = -32601;

/// Asks what the server is, as a client does that knows the version.
pub(super) async fn discover(mcp: &mut Mcp<'_, '_>) {
    let reply = mcp.ask(&description()).await;
    let outcome = reply.map(|reply| discovered(mcp, &reply));
    mcp.record(&DISCOVER, outcome);
}

fn description() -> Ask {
    Ask::alone(1, "server/discover", &json!({}))
}

fn discovered(mcp: &mut Mcp<'_, '_>, reply: &Reply) -> Outcome {
    if let Some(result) = reply.result() {
        let versions = result["supportedVersions"].as_array();
        let speaks = versions.is_some_and(|all| all.contains(&STATELESS_VERSION.into()));
        if !speaks {
            return Outcome::fail(format!("no supportedVersions with it: {}", reply.shown()));
        }
        mcp.has_tools |= result["capabilities"]["tools"].is_object();
        mcp.discovered = Some(result);
        return Outcome::pass("the server speaks it");
    }
    let is_error =
        reply.error_code().is_some() && reply.status < 500 && ![401, 403].contains(&reply.status);
    let falls_back = is_error || FALL_BACK.contains(&reply.status);
    let seen = format!("refused: {}", reply.shown());
    Outcome::unless((!falls_back).then(|| seen.clone()), seen)
}

/// Judges the requests that stand alone.
pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    if mcp.discovered.is_none() {
        let why = Outcome::not_applicable("the server does not speak 2026-07-28");
        let rows = [
            &ALONE,
            &ALONE_HEADERS,
            &ALONE_META,
            &ALONE_VERSION,
            &ALONE_METHOD,
            &ALONE_REMOVED,
        ];
        mcp.record_all(&rows, &why);
        return;
    }
    let alone = alone(mcp).await;
    mcp.record(&ALONE, alone);
    let headers = headers(mcp).await;
    mcp.record(&ALONE_HEADERS, headers);
    let bare = Ask::request(1, "server/discover", &json!({}))
        .with(VERSION_HEADER, STATELESS_VERSION)
        .with(METHOD_HEADER, "server/discover");
    let meta = failing(mcp, &bare, 400, None).await;
    mcp.record(&ALONE_META, meta);
    let version = version(mcp).await;
    mcp.record(&ALONE_VERSION, version);
    let method = Ask::alone(1, NO_METHOD, &json!({}));
    let method = failing(mcp, &method, 404, Some(METHOD_NOT_FOUND)).await;
    mcp.record(&ALONE_METHOD, method);
    let removed = removed(mcp).await;
    mcp.record(&ALONE_REMOVED, removed);
}

async fn removed(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    for method in REMOVED {
        let ask = Ask::alone(1, method, &json!({}));
        let mut outcome = failing(mcp, &ask, 404, Some(METHOD_NOT_FOUND)).await?;
        if outcome.is_failure() {
            outcome.seen = format!("{method}: {}", outcome.seen);
            return Ok(outcome);
        }
    }
    Ok(Outcome::pass("each is refused"))
}

async fn alone(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let has_tools = mcp
        .discovered
        .as_ref()
        .is_some_and(|it| it["capabilities"]["tools"].is_object());
    let ask = if has_tools {
        Ask::alone(1, "tools/list", &json!({}))
    } else {
        description()
    };
    let reply = mcp.ask(&ask).await?;
    let wrong = match (reply.result(), reply.header(SESSION_HEADER)) {
        (None, _) => Some(reply.shown()),
        (Some(_), Some(_)) => Some("the response has an Mcp-Session-Id".to_owned()),
        (Some(_), None) => None,
    };
    Ok(Outcome::unless(wrong, "a result"))
}

async fn headers(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let wrong = description().with(METHOD_HEADER, "tools/list");
    let missing = description().without(METHOD_HEADER);
    let mut outcome = Outcome::pass("");
    for (name, ask) in [("another method", wrong), ("none", missing)] {
        outcome = failing(mcp, &ask, 400, Some(HEADER_MISMATCH)).await?;
        outcome.seen = format!("{name}: {}", outcome.seen);
        if outcome.is_failure() {
            break;
        }
    }
    Ok(outcome)
}

async fn version(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = Ask::alone_in(NEXT_VERSION, 1, "server/discover", &json!({}));
    let reply = mcp.ask(&ask).await?;
    let error = reply.response().unwrap_or_default();
    let supported = &error["error"]["data"]["supported"];
    let is_sound = reply.status == 400
        && reply.error_code() == Some(UNSUPPORTED_VERSION)
        && supported.is_array();
    let wrong = (!is_sound).then(|| reply.shown());
    Ok(Outcome::unless(wrong, format!("supported: {supported}")))
}

/// Whether a request fails with this status, and this error if one is named.
async fn failing(
    mcp: &mut Mcp<'_, '_>,
    ask: &Ask,
    status: u16,
    code: Option<i64>,
) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(ask).await?;
    let is_sound = reply.status == status
        && reply.error_code().is_some()
        && code.is_none_or(|code| reply.error_code() == Some(code));
    Ok(Outcome::unless(
        (!is_sound).then(|| reply.shown()),
        reply.shown(),
    ))
}
