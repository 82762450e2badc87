//! `subscriptions/listen` of 2026-07-28, if the server offers to send changes.
//!
//! It makes no change happen: it judges how a stream begins, what it may hold, and how it ends.

mod listening;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::listening::{Filter, KINDS, Kind, Listening, filter, offered};
use super::Mcp;
use super::ask::Ask;
use super::open_stream::OpenStream;
use super::reply::Reply;
use super::specs::listen::{
    LISTEN_ACKNOWLEDGED, LISTEN_AGAIN, LISTEN_BESIDE, LISTEN_FILTER, LISTEN_ID, LISTEN_OPEN,
    LISTEN_PARAMS, LISTEN_PROXIES, LISTEN_UNOFFERED, ROWS,
};
use crate::check::client::NoResponse;
use crate::check::row::{Outcome, Spec};

pub(super) const LISTEN: &str = "subscriptions/listen";
const INVALID_PARAMS: i64 = -32602;

/// The header by which proxies pass each event on at once.
const BUFFERING_HEADER: &str = "x-accel-buffering";

/// How long open streams are read.
const WATCHED: Duration = Duration::from_secs(2);

/// How long a client waits that was refused.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A resource to listen to, where the server lists none.
const SOME_RESOURCE: &str = "file:///fc-local-check";

/// The rows that take an acknowledged stream.
const OF_A_STREAM: [&Spec; 7] = [
    &LISTEN_ID,
    &LISTEN_FILTER,
    &LISTEN_UNOFFERED,
    &LISTEN_OPEN,
    &LISTEN_BESIDE,
    &LISTEN_AGAIN,
    &LISTEN_PROXIES,
];

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let offered = offered(mcp.discovered.as_ref());
    if offered.is_empty() {
        let why = match mcp.discovered {
            Some(_) => "the server names no listChanged and no subscribe among its capabilities",
            None => "the server does not speak 2026-07-28",
        };
        mcp.record_all(ROWS, &Outcome::not_applicable(why));
        return;
    }
    let bad = bad_params(mcp).await;
    mcp.record(&LISTEN_PARAMS, bad);
    let uri = uri(mcp).await;
    let asked = askable(&offered, uri.is_some());
    let uri = uri.unwrap_or_else(|| SOME_RESOURCE.to_owned());
    if asked.is_empty() {
        let why = Outcome::cannot_tell("the server lists no resource whose changes it could send");
        mcp.record(&LISTEN_ACKNOWLEDGED, Ok(why.clone()));
        return mcp.record_all(&OF_A_STREAM, &why);
    }
    let first = listen(mcp, json!("check-1"), filter(&asked, &uri)).await;
    let wrong = first.as_ref().map(Listening::wrong_beginning);
    let outcome = wrong.map(|wrong| Outcome::unless(wrong, "it is"));
    let is_sound = outcome.as_ref().is_ok_and(|it| !it.is_failure());
    mcp.record(&LISTEN_ACKNOWLEDGED, outcome.map_err(Clone::clone));
    match first {
        Ok(first) if is_sound => acknowledged(mcp, first, &asked, &uri).await,
        _ => mcp.record_all(
            &OF_A_STREAM,
            &Outcome::cannot_tell("no stream is acknowledged"),
        ),
    }
}

/// Judges what takes a stream that has begun as it should.
async fn acknowledged(
    mcp: &mut Mcp<'_, '_>,
    mut first: Listening,
    asked: &[&'static Kind],
    uri: &str,
) {
    let proxies = first.stream.reply.header(BUFFERING_HEADER) == Some("no");
    let wrong = (!proxies).then(|| "the head has no such header".to_owned());
    mcp.record(&LISTEN_PROXIES, Ok(Outcome::unless(wrong, "it has")));
    let second = listen(mcp, json!(7), filter(&asked[..1], uri)).await;
    let beside = beside(mcp, second.as_ref()).await;
    mcp.record(&LISTEN_BESIDE, Ok(beside));
    first.stream.read(WATCHED, |_| false).await;
    let open = Outcome::unless(first.wrong_end(), first.shown_end());
    mcp.record(&LISTEN_OPEN, Ok(open));
    judge_messages(mcp, &first, second.ok()).await;
    drop(first);
    let again = again(mcp, asked, uri).await;
    mcp.record(&LISTEN_AGAIN, again);
    let unoffered = unoffered(mcp, asked, uri).await;
    mcp.record(&LISTEN_UNOFFERED, unoffered);
}

/// Judges what both streams have sent meanwhile.
async fn judge_messages(mcp: &mut Mcp<'_, '_>, first: &Listening, second: Option<Listening>) {
    let wrong = first.wrong_id();
    let Some(mut second) = second.filter(|it| it.wrong_beginning().is_none()) else {
        let why = Outcome::cannot_tell("the second stream is not acknowledged");
        let ids = wrong.map_or_else(|| why.clone(), Outcome::fail);
        mcp.record(&LISTEN_ID, Ok(ids));
        return mcp.record(&LISTEN_FILTER, Ok(why));
    };
    // What it has sent while the other one was read.
    second.stream.read(Duration::ZERO, |_| false).await;
    let ids = Outcome::unless(wrong.or_else(|| second.wrong_id()), "it is");
    mcp.record(&LISTEN_ID, Ok(ids));
    let kinds = second.wrong_kind().or_else(|| first.wrong_kind());
    mcp.record(&LISTEN_FILTER, Ok(Outcome::unless(kinds, "no other")));
}

/// The URI of a resource, if the server lists one.
async fn uri(mcp: &mut Mcp<'_, '_>) -> Option<String> {
    let ask = Ask::alone(1, "resources/list", &json!({}));
    let listed = mcp.ask(&ask).await.ok()?.result()?;
    listed["resources"][0]["uri"].as_str().map(str::to_owned)
}

/// The kinds that may be asked for: a server may refuse to watch a resource that it does not have.
fn askable(offered: &[&'static Kind], has_resource: bool) -> Vec<&'static Kind> {
    let all = offered.iter().copied();
    all.filter(|kind| has_resource || !kind.is_of_resource())
        .collect()
}

/// Listens, and reads the first message.
async fn listen(mcp: &mut Mcp<'_, '_>, id: Value, filter: Filter) -> Result<Listening, NoResponse> {
    let ask = Ask::alone(id.clone(), LISTEN, &json!({ "notifications": filter }));
    let stream = opened(mcp, &ask).await?;
    Ok(Listening { id, filter, stream })
}

/// Opens a stream and reads its first message, or another reply to its end.
pub(super) async fn opened(mcp: &mut Mcp<'_, '_>, ask: &Ask) -> Result<OpenStream, NoResponse> {
    let patience = Duration::from_secs(mcp.bench.args.response_timeout);
    let mut stream = OpenStream::open(&mcp.caller().await?, ask).await?;
    let is_enough = if stream.is_stream() {
        |reply: &Reply| !reply.messages().is_empty()
    } else {
        |_: &Reply| false
    };
    stream.read(patience, is_enough).await;
    Ok(stream)
}

async fn bad_params(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = Ask::alone(1, LISTEN, &json!({}));
    let reply = opened(mcp, &ask).await?.reply;
    let is_sound = reply.error_code() == Some(INVALID_PARAMS);
    let wrong = (!is_sound).then(|| reply.shown());
    Ok(Outcome::unless(wrong, reply.shown()))
}

/// Asks something else while both streams are open.
async fn beside(mcp: &mut Mcp<'_, '_>, second: Result<&Listening, &NoResponse>) -> Outcome {
    let wrong = match second {
        Ok(second) => second.wrong_beginning(),
        Err(none) => Some(none.to_string()),
    };
    if let Some(wrong) = wrong {
        return Outcome::fail(format!("the second stream: {wrong}"));
    }
    let ask = Ask::alone(1, "server/discover", &json!({}));
    let caller = mcp.caller().await;
    // The process is not stuck where it has no room beside the streams, so that it goes on.
    let reply = match caller {
        Ok(caller) => caller.ask(&ask).await,
        Err(none) => Err(none),
    };
    match reply {
        Ok(reply) => {
            let wrong = reply.result().is_none().then(|| reply.shown());
            Outcome::unless(wrong, "a result")
        }
        Err(none) => Outcome::fail(none.to_string()),
    }
}

/// Listens until the server has noticed that the clients of the streams before have left.
async fn again(
    mcp: &mut Mcp<'_, '_>,
    asked: &[&'static Kind],
    uri: &str,
) -> Result<Outcome, NoResponse> {
    let patience = Duration::from_secs(mcp.bench.args.response_timeout);
    let began = Instant::now();
    loop {
        let again = listen(mcp, json!("check-1"), filter(asked, uri)).await?;
        let wrong = again.wrong_beginning();
        if wrong.is_none() || began.elapsed() > patience {
            return Ok(Outcome::unless(wrong, "it is"));
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn unoffered(
    mcp: &mut Mcp<'_, '_>,
    asked: &[&'static Kind],
    uri: &str,
) -> Result<Outcome, NoResponse> {
    let offered = offered(mcp.discovered.as_ref());
    let is_in = |all: &[&Kind], key: &str| all.iter().any(|kind| kind.key == key);
    if offered.len() == KINDS.len() {
        return Ok(Outcome::not_applicable("the capabilities name every kind"));
    }
    let all = KINDS.iter();
    let all: Vec<&Kind> = all
        .filter(|kind| is_in(asked, kind.key) || !is_in(&offered, kind.key))
        .collect();
    let listening = listen(mcp, json!(1), filter(&all, uri)).await?;
    let mut strange = listening.agreed();
    strange.retain(|key| !is_in(&offered, key));
    let kinds = &listening.first()["params"]["notifications"];
    let wrong = if kinds.is_object() {
        (!strange.is_empty()).then(|| format!("with {}", strange.join(", ")))
    } else {
        Some(listening.stream.reply.shown())
    };
    Ok(Outcome::unless(wrong, format!("with {kinds}")))
}
