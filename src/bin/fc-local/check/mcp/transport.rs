//! Streamable HTTP: messages, statuses and headers that do not depend on what a server serves.

use serde_json::{Value, json};

use super::Mcp;
use super::answer::{EVENTS, JSON};
use super::ask::{Ask, VERSION_HEADER};
use super::handshake::{NO_VERSION, accepted};
use super::place::Place;
use super::specs::{
    ACCEPT, BROKEN_JSON, CONTENT_TYPE, DELETE, GET, GET_HELD, HOST, ID, NOTIFICATION, ORIGIN,
    STREAM_END, TEXT_PLAIN, UNKNOWN_METHOD, UNKNOWN_VERSION_HEADER,
    VERSION_HEADER as VERSION_HEADER_ROW,
};
use crate::check::client::NoAnswer;
use crate::check::row::{Outcome, Spec};

/// A method that no server has.
pub(super) const NO_METHOD: &str = "no/such/method";

/// The id of a request that is not sent.
const NO_REQUEST: u32 = 4_000_000;

/// A page that no server allows, and a name that a custom domain may have.
const STRANGER: &str = "https://evil.example.com";
const DOMAIN: &str = "mcp.example.com";

/// The answer to a method that is not supported.
const NOT_ALLOWED: u16 = 405;

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    messages(mcp).await;
    versions(mcp).await;
    let accept = accept(mcp).await;
    mcp.record(&ACCEPT, accept);
    let text = mcp.ping(1).with("content-type", "text/plain");
    refused(mcp, &TEXT_PLAIN, &text, &(400..500)).await;
    let stranger = mcp.ping(1).with("origin", STRANGER);
    refused(mcp, &ORIGIN, &stranger, &(400..500)).await;
    let host = host(mcp).await;
    mcp.record(&HOST, host);
    get(mcp).await;
    if mcp.session.is_some() {
        let why = Outcome::not_applicable("the server keeps sessions, which session/delete ends");
        mcp.record_all(&[&DELETE], &why);
    } else {
        refused(
            mcp,
            &DELETE,
            &Ask::delete(),
            &(NOT_ALLOWED..NOT_ALLOWED + 1),
        )
        .await;
    }
}

/// What all responses have shown.
pub(super) fn conclude(mcp: &mut Mcp<'_, '_>) {
    let kinds: Vec<String> = mcp.kinds.iter().cloned().collect();
    let strange = kinds
        .iter()
        .find(|kind| ![JSON, EVENTS].contains(&&***kind));
    let wrong = strange.map(|kind| match kind.as_str() {
        "" => "a response without a Content-Type".to_owned(),
        kind => format!("a response of {kind}"),
    });
    let types = Outcome::unless(wrong, kinds.join(", "));
    mcp.record_all(&[&CONTENT_TYPE], &types);
    let ends = if mcp.streams == 0 {
        Outcome::not_applicable("no response was a stream")
    } else {
        let wrong = mcp.unended.then(|| "a stream stays open".to_owned());
        Outcome::unless(wrong, format!("{} streams", mcp.streams))
    };
    mcp.record_all(&[&STREAM_END], &ends);
}

async fn messages(mcp: &mut Mcp<'_, '_>) {
    if mcp.version.is_some() {
        let gone = json!({ "requestId": NO_REQUEST });
        let note = mcp.notification("notifications/cancelled", &gone);
        let note = accepted(mcp, &note).await;
        mcp.record(&NOTIFICATION, note);
        let method = unknown_method(mcp).await;
        mcp.record(&UNKNOWN_METHOD, method);
    } else {
        let why = Outcome::not_applicable("the server has no handshake");
        mcp.record_all(&[&NOTIFICATION, &UNKNOWN_METHOD], &why);
    }
    let ids = ids(mcp).await;
    mcp.record(&ID, ids);
    let broken = broken(mcp).await;
    mcp.record(&BROKEN_JSON, broken);
}

async fn versions(mcp: &mut Mcp<'_, '_>) {
    if mcp.version.is_none() {
        let why = Outcome::not_applicable("the server has no handshake");
        mcp.record_all(&[&VERSION_HEADER_ROW, &UNKNOWN_VERSION_HEADER], &why);
        return;
    }
    let ping = mcp.ping(1);
    let served = served(mcp, &ping).await;
    mcp.record(&VERSION_HEADER_ROW, served);
    let unknown = mcp.ping(1).with(VERSION_HEADER, NO_VERSION);
    refused(mcp, &UNKNOWN_VERSION_HEADER, &unknown, &(400..401)).await;
}

/// Records whether a request gets a status of this range.
async fn refused(
    mcp: &mut Mcp<'_, '_>,
    spec: &'static Spec,
    ask: &Ask,
    statuses: &std::ops::Range<u16>,
) {
    let answer = mcp.ask(ask).await;
    let outcome = answer.map(|answer| {
        let is_sound = statuses.contains(&answer.status);
        Outcome::unless((!is_sound).then(|| answer.shown()), answer.shown())
    });
    mcp.record(spec, outcome);
}

async fn served(mcp: &mut Mcp<'_, '_>, ask: &Ask) -> Result<Outcome, NoAnswer> {
    let answer = mcp.ask(ask).await?;
    let wrong = answer.result().is_none().then(|| answer.shown());
    Ok(Outcome::unless(wrong, "a result"))
}

async fn unknown_method(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoAnswer> {
    let ask = mcp.request(1, NO_METHOD, &json!({}));
    let answer = mcp.ask(&ask).await?;
    let is_sound = answer.status == 200 && answer.error_code().is_some();
    Ok(Outcome::unless(
        (!is_sound).then(|| answer.shown()),
        answer.shown(),
    ))
}

async fn ids(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoAnswer> {
    for id in [Value::from("check-1"), Value::from(7)] {
        let ask = mcp.ping(id.clone());
        let answer = mcp.ask(&ask).await?;
        let got = answer.response().map(|it| it["id"].clone());
        if got.as_ref() != Some(&id) {
            let got = got.map_or_else(|| answer.shown(), |got| got.to_string());
            return Ok(Outcome::fail(format!("{id} was answered with {got}")));
        }
    }
    Ok(Outcome::pass("both"))
}

async fn broken(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoAnswer> {
    let ask = mcp.ping(1).with_body("{");
    let answer = mcp.ask(&ask).await?;
    if !answer.is_refused() {
        return Ok(Outcome::fail(answer.shown()));
    }
    mcp.still_serves(answer.shown()).await
}

async fn accept(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoAnswer> {
    let ask = mcp.ping(1).with("accept", JSON);
    let answer = mcp.ask(&ask).await?;
    let is_sound = answer.is_refused() || answer.status == 200 && answer.kind() == JSON;
    Ok(Outcome::unless(
        (!is_sound).then(|| answer.shown()),
        format!("{} {}", answer.status, answer.kind()),
    ))
}

async fn host(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoAnswer> {
    let is_url = matches!(mcp.place, Place::Url(_));
    if is_url && mcp.by_platform {
        let why = "Function Compute answers at this URL, and finds the function by the name";
        return Ok(Outcome::not_applicable(why));
    }
    if matches!(&mcp.place, Place::Url(url) if !url.is_local()) {
        let why = "the URL has the name that its callers use";
        return Ok(Outcome::not_applicable(why));
    }
    let ask = mcp.ping(1).with("host", DOMAIN);
    let answer = mcp.ask(&ask).await?;
    let seen = answer.shown();
    Ok(match answer.response() {
        _ if answer.result().is_some() => Outcome::pass(seen),
        // Such as nginx: the name decides which server is asked.
        None if is_url && matches!(answer.status, 404 | 502 | 503) => {
            Outcome::cannot_tell(format!("a router may have answered: {seen}"))
        }
        _ => Outcome::fail(seen),
    })
}

async fn get(mcp: &mut Mcp<'_, '_>) {
    let version = mcp.version.clone();
    let ask = Ask::stream();
    let ask = match &version {
        Some(version) => mcp.named(ask, version),
        None => ask,
    };
    let head = head(mcp, &ask).await;
    let is_answered = head.is_ok();
    let streams = matches!(&head, Ok((200, kind)) if kind == EVENTS);
    let outcome = head.map(|(status, kind)| {
        let seen = match kind.as_str() {
            "" => status.to_string(),
            kind => format!("{status} {kind}"),
        };
        let is_sound = streams || status == NOT_ALLOWED;
        Outcome::unless((!is_sound).then(|| seen.clone()), seen)
    });
    mcp.record(&GET, outcome);
    let held = match (streams, &mcp.session) {
        (false, _) if !is_answered => Outcome::cannot_tell("the GET is not answered"),
        (false, _) => Outcome::pass("no stream is held"),
        (true, Some(_)) => {
            Outcome::not_applicable("the server keeps sessions, and may send something")
        }
        (true, None) => Outcome::fail("a stream stays open"),
    };
    mcp.record_all(&[&GET_HELD], &held);
}

/// Status and media type of an answer whose body may never end.
async fn head(mcp: &mut Mcp<'_, '_>, ask: &Ask) -> Result<(u16, String), NoAnswer> {
    let caller = mcp.caller().await?;
    let mut wire = caller.connect().await?;
    let opened = caller.open_on(&mut wire, ask).await?;
    Ok((opened.response.status().as_u16(), opened.kind()))
}
