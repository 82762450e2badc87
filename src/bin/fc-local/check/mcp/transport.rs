//! Streamable HTTP: statuses and headers that do not depend on what a server serves.

use super::Mcp;
use super::ask::{Ask, VERSION_HEADER};
use super::handshake::NO_VERSION;
use super::place::Place;
use super::reply::JSON;
use super::resume::NOT_ALLOWED;
use super::specs::{
    ACCEPT, DELETE, HOST, ORIGIN, TEXT_PLAIN, UNKNOWN_VERSION_HEADER,
    VERSION_HEADER as VERSION_HEADER_ROW,
};
use crate::check::client::NoResponse;
use crate::check::row::{Outcome, Spec};

/// A page that no server allows, and a name that a custom domain may have.
const STRANGER: &str = "https://evil.example.com";
const DOMAIN: &str = "mcp.example.com";

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    versions(mcp).await;
    let accept = accept(mcp).await;
    mcp.record(&ACCEPT, accept);
    let text = mcp.ping(1).with("content-type", "text/plain");
    refused(mcp, &TEXT_PLAIN, &text, &(400..500)).await;
    let stranger = mcp.ping(1).with("origin", STRANGER);
    refused(mcp, &ORIGIN, &stranger, &(400..500)).await;
    let host = host(mcp).await;
    mcp.record(&HOST, host);
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
    let reply = mcp.ask(ask).await;
    let outcome = reply.map(|reply| {
        let is_sound = statuses.contains(&reply.status);
        Outcome::unless((!is_sound).then(|| reply.shown()), reply.shown())
    });
    mcp.record(spec, outcome);
}

async fn served(mcp: &mut Mcp<'_, '_>, ask: &Ask) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(ask).await?;
    let wrong = reply.result().is_none().then(|| reply.shown());
    Ok(Outcome::unless(wrong, "a result"))
}

async fn accept(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = mcp.ping(1).with("accept", JSON);
    let reply = mcp.ask(&ask).await?;
    let is_sound = reply.is_refused() || reply.status == 200 && reply.kind() == JSON;
    Ok(Outcome::unless(
        (!is_sound).then(|| reply.shown()),
        format!("{} {}", reply.status, reply.kind()),
    ))
}

async fn host(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
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
    let reply = mcp.ask(&ask).await?;
    let seen = reply.shown();
    Ok(match reply.response() {
        _ if reply.result().is_some() => Outcome::pass(seen),
        // Such as nginx: the name decides which server is asked.
        None if is_url && matches!(reply.status, 404 | 502 | 503) => {
            Outcome::cannot_tell(format!("a router may have answered: {seen}"))
        }
        _ => Outcome::fail(seen),
    })
}
