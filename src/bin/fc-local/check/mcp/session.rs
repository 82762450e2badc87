//! Sessions, if the server keeps any: how one begins, is named, is ended, and how many fit an instance.

use tokio::task::JoinSet;

use super::Mcp;
use super::ask::{Ask, HANDSHAKE_VERSION, SESSION_HEADER, VERSION_HEADER};
use super::reply::Reply;
use super::specs::{
    SESSION_DELETE, SESSION_DELETED, SESSION_ID, SESSION_MANY, SESSION_MISSING, SESSION_STATELESS,
    SESSION_UNKNOWN,
};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// How many sessions Function Compute puts on an instance unless configured
/// ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1)).
const SESSIONS_PER_INSTANCE: usize = 20;

/// An id that no server has given.
const NO_SESSION: &str = "00000000-0000-4000-8000-000000000000";

/// Why rows about sessions do not matter to most servers.
pub(super) fn none() -> Outcome {
    Outcome::not_applicable("the server keeps no sessions")
}

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let Some(own) = mcp.session.clone() else {
        let rows = [
            &SESSION_ID,
            &SESSION_MISSING,
            &SESSION_UNKNOWN,
            &SESSION_MANY,
            &SESSION_DELETE,
            &SESSION_DELETED,
            &SESSION_STATELESS,
        ];
        mcp.record_all(&rows, &none());
        return;
    };
    let speaks = mcp.discovered.is_some();
    let stateless =
        speaks.then(|| "it serves 2026-07-28, so that client has no session".to_owned());
    mcp.record_all(
        &[&SESSION_STATELESS],
        &Outcome::unless(stateless, "refused"),
    );
    let missing = mcp.ping(1).without(SESSION_HEADER);
    let missing = status(mcp, &missing, 400).await;
    mcp.record(&SESSION_MISSING, missing);
    let unknown = mcp.ping(1).with(SESSION_HEADER, NO_SESSION);
    let unknown = status(mcp, &unknown, 404).await;
    mcp.record(&SESSION_UNKNOWN, unknown);
    let many = many(mcp).await;
    mcp.record(&SESSION_MANY, many);
    second(mcp, &own).await;
}

/// Begins a session beside the one of the handshake, and ends it.
async fn second(mcp: &mut Mcp<'_, '_>, own: &str) {
    let other = match begun(mcp).await {
        Ok(Ok(id)) => id,
        Ok(Err(reply)) => {
            let seen = format!("no second session: {}", reply.shown());
            mcp.record(&SESSION_ID, Ok(Outcome::fail(seen)));
            return;
        }
        Err(none) => return mcp.record(&SESSION_ID, Err(none)),
    };
    let visible = other.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = match (visible, other == own) {
        (_, true) => Some("the same id twice".to_owned()),
        (false, _) => Some("an id with other than visible ASCII".to_owned()),
        (true, false) => None,
    };
    mcp.record(&SESSION_ID, Ok(Outcome::unless(wrong, "two ids")));
    let ended = ended(mcp, &other).await;
    let is_over = matches!(&ended, Ok(outcome) if !outcome.is_failure());
    mcp.record(&SESSION_DELETE, ended);
    let deleted = if is_over {
        let ask = mcp.ping(1).with(SESSION_HEADER, &other);
        status(mcp, &ask, 404).await
    } else {
        Ok(Outcome::not_applicable("no session is ended by DELETE"))
    };
    mcp.record(&SESSION_DELETED, deleted);
}

async fn status(mcp: &mut Mcp<'_, '_>, ask: &Ask, status: u16) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(ask).await?;
    let wrong = (reply.status != status).then(|| reply.shown());
    Ok(Outcome::unless(wrong, reply.shown()))
}

/// Begins a session and gives its id, or the reply that has none.
async fn begun(mcp: &mut Mcp<'_, '_>) -> Result<Result<String, Reply>, NoResponse> {
    let reply = mcp.ask(&Ask::initialize(HANDSHAKE_VERSION)).await?;
    let id = reply.header(SESSION_HEADER).map(str::to_owned);
    Ok(id.ok_or(reply))
}

fn delete(mcp: &Mcp<'_, '_>, id: &str) -> Ask {
    let version = mcp.version.as_deref().unwrap_or(HANDSHAKE_VERSION);
    Ask::delete()
        .with(VERSION_HEADER, version)
        .with(SESSION_HEADER, id)
}

async fn ended(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    let ask = delete(mcp, id);
    let reply = mcp.ask(&ask).await?;
    let is_sound = (200..300).contains(&reply.status);
    Ok(Outcome::unless(
        (!is_sound).then(|| reply.shown()),
        reply.status.to_string(),
    ))
}

/// Ends a session that a row has begun, so that a server that is checked by its URL keeps none.
pub(super) async fn end(mcp: &mut Mcp<'_, '_>, id: &str) {
    let ask = delete(mcp, id);
    // Whether a session can be ended is a separate row.
    drop(mcp.ask(&ask).await);
}

/// Ends the session of the handshake.
pub(super) async fn end_own(mcp: &mut Mcp<'_, '_>) {
    if let Some(id) = mcp.session.take() {
        end(mcp, &id).await;
    }
}

async fn many(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let mut ids = Vec::new();
    let outcome = filled(mcp, &mut ids).await;
    for id in &ids {
        end(mcp, id).await;
    }
    outcome
}

/// Begins the sessions, noting their ids, and asks in all of them at once.
async fn filled(mcp: &mut Mcp<'_, '_>, ids: &mut Vec<String>) -> Result<Outcome, NoResponse> {
    for number in 0..SESSIONS_PER_INSTANCE {
        match begun(mcp).await? {
            Ok(id) => ids.push(id),
            Err(reply) => {
                let seen = format!("no session after {number}: {}", reply.shown());
                return Ok(Outcome::fail(seen));
            }
        }
    }
    let caller = mcp.caller().await?;
    let mut asking = JoinSet::new();
    for id in ids.iter() {
        let (caller, ask) = (caller.clone(), mcp.ping(1).with(SESSION_HEADER, id));
        asking.spawn(async move { caller.ask(&ask).await });
    }
    let replies = asking.join_all().await;
    let replies: Vec<Reply> = replies.into_iter().collect::<Result<_, _>>()?;
    let wrong = replies.iter().find(|reply| reply.result().is_none());
    let seen = format!("{} sessions", ids.len());
    Ok(Outcome::unless(wrong.map(Reply::shown), seen))
}
