//! The messages of JSON-RPC: what is no message, what none has, batches, and ids.
//!
//! It must not know headers, nor what tools do.

use serde_json::{Value, json};

use super::Mcp;
use super::ask::{Ask, BATCH_VERSION, SESSION_HEADER, VERSION_HEADER};
use super::handshake::accepted;
use super::reply::Reply;
use super::specs::{
    BAD_PARAMS, BATCH, BATCH_OF_2025_03_26, BROKEN_JSON, ID, ID_KINDS, ID_NULL, INVALID_MESSAGE,
    NO_METHOD_CODE, NOTIFICATION, PARSE_ERROR, RESPONSE, UNKNOWN_METHOD, UNKNOWN_NOTIFICATION,
};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// A method that no server has.
pub(super) const NO_METHOD: &str = "no/such/method";

/// The id of a request that is not sent.
const NO_REQUEST: u32 = 4_000_000;

/// Errors of JSON-RPC.
const PARSE: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// The greatest integer that every language has.
const GREATEST_ID: i64 = 9_007_199_254_740_991;

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let usual = ids(mcp, &[json!("check-1"), json!(7)]).await;
    mcp.record(&ID, usual);
    let others = [json!("7"), json!(""), json!(-1), json!(GREATEST_ID)];
    let others = ids(mcp, &others).await;
    mcp.record(&ID_KINDS, others);
    broken(mcp).await;
    let batch = batch(mcp).await;
    mcp.record(&BATCH, batch);
    if mcp.version.is_some() {
        after_handshake(mcp).await;
    } else {
        let why = Outcome::not_applicable("the server has no handshake");
        mcp.record_all(&OF_HANDSHAKES, &why);
    }
}

/// What is asked after a handshake alone: without one, the headers name the method as well.
static OF_HANDSHAKES: [&crate::check::row::Spec; 9] = [
    &NOTIFICATION,
    &UNKNOWN_NOTIFICATION,
    &RESPONSE,
    &UNKNOWN_METHOD,
    &NO_METHOD_CODE,
    &BAD_PARAMS,
    &INVALID_MESSAGE,
    &ID_NULL,
    &BATCH_OF_2025_03_26,
];

async fn after_handshake(mcp: &mut Mcp<'_, '_>) {
    notifications(mcp).await;
    unknown_method(mcp).await;
    let params = bad_params(mcp).await;
    mcp.record(&BAD_PARAMS, params);
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let with = |name: &str, value: Value| {
        let mut message = ping.clone();
        message[name] = value;
        message
    };
    let strange = [with("method", json!(7)), with("jsonrpc", json!("1.0"))];
    let strange = refused(mcp, &strange, |reply| reply.error_code().is_none()).await;
    mcp.record(&INVALID_MESSAGE, strange);
    let null = refused(mcp, &[with("id", Value::Null)], |_| true).await;
    mcp.record(&ID_NULL, null);
    let early = batch_of_2025_03_26(mcp).await;
    mcp.record(&BATCH_OF_2025_03_26, early);
}

/// What is sent one way: it is accepted, and gets no response.
async fn notifications(mcp: &mut Mcp<'_, '_>) {
    let gone = json!({ "requestId": NO_REQUEST });
    let known = mcp.notification("notifications/cancelled", &gone);
    let unknown = mcp.notification("notifications/no/such", &json!({}));
    let response = json!({ "jsonrpc": "2.0", "id": "check-none", "result": {} });
    let response = mcp.message(&response);
    for (spec, ask) in [
        (&NOTIFICATION, known),
        (&UNKNOWN_NOTIFICATION, unknown),
        (&RESPONSE, response),
    ] {
        let outcome = accepted(mcp, &ask).await;
        mcp.record(spec, outcome);
    }
}

/// Two rows see one reply: its status, and its code.
async fn unknown_method(mcp: &mut Mcp<'_, '_>) {
    let ask = mcp.request(1, NO_METHOD, &json!({}));
    let reply = mcp.ask(&ask).await;
    let status = |reply: &Reply| {
        let is_sound = reply.status == 200 && reply.error_code().is_some();
        Outcome::unless((!is_sound).then(|| reply.shown()), reply.shown())
    };
    let code = |reply: &Reply| has_code(reply, METHOD_NOT_FOUND);
    let code = reply.as_ref().map(code).map_err(Clone::clone);
    mcp.record(
        &UNKNOWN_METHOD,
        reply.as_ref().map(status).map_err(Clone::clone),
    );
    mcp.record(&NO_METHOD_CODE, code);
}

async fn bad_params(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    if !mcp.has_tools {
        return Ok(super::tools::none());
    }
    let ask = mcp.request(1, "tools/call", &json!({}));
    let reply = mcp.ask(&ask).await?;
    Ok(has_code(&reply, INVALID_PARAMS))
}

fn has_code(reply: &Reply, code: i64) -> Outcome {
    let is_other = reply.error_code() != Some(code);
    Outcome::unless(is_other.then(|| reply.shown()), reply.shown())
}

/// Whether each message is refused: with the error of JSON-RPC, or with a status that says enough.
async fn refused(
    mcp: &mut Mcp<'_, '_>,
    messages: &[Value],
    status_is_enough: fn(&Reply) -> bool,
) -> Result<Outcome, NoResponse> {
    let mut seen = String::new();
    for message in messages {
        let ask = mcp.message(message);
        let reply = mcp.ask(&ask).await?;
        let is_sound = reply.error_code() == Some(INVALID_REQUEST)
            || reply.is_refused() && status_is_enough(&reply);
        seen = reply.shown();
        if !is_sound {
            return Ok(Outcome::fail(format!("{message}: {seen}")));
        }
    }
    mcp.still_serves(seen).await
}

async fn ids(mcp: &mut Mcp<'_, '_>, ids: &[Value]) -> Result<Outcome, NoResponse> {
    for id in ids {
        let ask = mcp.ping(id.clone());
        let reply = mcp.ask(&ask).await?;
        let got = reply.response().map(|it| it["id"].clone());
        if got.as_ref() != Some(id) {
            let got = got.map_or_else(|| reply.shown(), |got| got.to_string());
            return Ok(Outcome::fail(format!("{id} was answered with {got}")));
        }
    }
    Ok(Outcome::pass(format!("{} ids", ids.len())))
}

/// Two rows see one reply: its status, and its code.
async fn broken(mcp: &mut Mcp<'_, '_>) {
    let ask = mcp.ping(1).with_body("{");
    let reply = mcp.ask(&ask).await;
    let code = reply.as_ref().map(|reply| match reply.error_code() {
        Some(_) => has_code(reply, PARSE),
        None => Outcome::not_applicable("there is no error of JSON-RPC in the response"),
    });
    mcp.record(&PARSE_ERROR, code.map_err(Clone::clone));
    let outcome = match reply {
        Ok(reply) if reply.is_refused() => mcp.still_serves(reply.shown()).await,
        reply => reply.map(|reply| Outcome::fail(reply.shown())),
    };
    mcp.record(&BROKEN_JSON, outcome);
}

/// Two requests of the version of this one.
fn pair(ask: Ask, id: i64) -> Ask {
    let one = ask.message();
    let mut two = one.clone();
    two["id"] = json!(id);
    ask.batch(&[one, two])
}

async fn batch(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    if mcp.version.as_deref() == Some(BATCH_VERSION) {
        return Ok(Outcome::not_applicable("the version has batches"));
    }
    let ask = pair(mcp.ping(1), 2);
    let reply = mcp.ask(&ask).await?;
    let wrong = (!reply.is_refused()).then(|| reply.shown());
    Ok(Outcome::unless(wrong, reply.shown()))
}

async fn batch_of_2025_03_26(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let begun = mcp.ask(&Ask::initialize(BATCH_VERSION)).await?;
    let version = begun.result().map(|it| it["protocolVersion"].clone());
    let session = begun.header(SESSION_HEADER).map(str::to_owned);
    let ping = mcp.ping(1).without(SESSION_HEADER);
    let mut ask = pair(ping.with(VERSION_HEADER, BATCH_VERSION), 2);
    if let Some(id) = &session {
        ask = ask.with(SESSION_HEADER, id);
    }
    let outcome = if version == Some(BATCH_VERSION.into()) {
        mcp.ask(&ask).await.map(|reply| whole_or_refused(&reply))
    } else {
        Ok(Outcome::not_applicable(
            "the server does not speak 2025-03-26",
        ))
    };
    if let Some(id) = session {
        super::session::end(mcp, &id).await;
    }
    outcome
}

fn whole_or_refused(reply: &Reply) -> Outcome {
    let mut ids: Vec<Value> = reply.messages().iter().map(|it| it["id"].clone()).collect();
    ids.sort_by_key(Value::as_i64);
    let is_whole = reply.status == 200 && ids == [json!(1), json!(2)];
    let is_sound = is_whole || reply.is_refused();
    Outcome::unless((!is_sound).then(|| reply.shown()), reply.shown())
}
