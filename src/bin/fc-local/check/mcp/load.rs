//! Streams while a tool works, and many calls at once on one instance.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use super::Mcp;
use super::ask::Ask;
use super::caller::Caller;
use super::reply::{EVENTS, Reply};
use super::specs::{AT_ONCE, CLIENT_LEFT, FIRST_BYTE, OVERLAP};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;
use crate::check::rows::connection::{CANCELED_EVENTS, OVERLAP_TRIES, SLOW_EVENT_MIN};

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let first_byte = first_byte(mcp).await;
    mcp.record(&FIRST_BYTE, first_byte);
    let at_once = at_once(mcp).await;
    mcp.record(&AT_ONCE, at_once);
    let overlap = overlap(mcp).await;
    mcp.record(&OVERLAP, overlap);
    let left = left(mcp).await;
    mcp.record(&CLIENT_LEFT, left);
}

/// A call of the slow tool, with a token by which it may report progress.
fn slow(mcp: &Mcp<'_, '_>, id: u32) -> Option<Ask> {
    let tool = mcp.bench.args.slow_tool.as_ref()?;
    let params = json!({
        "name": tool.name, "arguments": tool.arguments, "_meta": { "progressToken": id },
    });
    Some(mcp.request(id, "tools/call", &params))
}

fn needs_slow() -> Outcome {
    Outcome::cannot_tell("it takes a tool that takes its time; --slow-tool NAME")
}

/// Why the slow tool does not show what it is for.
fn unfit(reply: &Reply) -> Option<Outcome> {
    let failed = |result: serde_json::Value| result["isError"] == true;
    if reply.result().is_none_or(failed) {
        return Some(Outcome::cannot_tell(format!(
            "--slow-tool fails: {}",
            reply.shown()
        )));
    }
    (reply.after < SLOW_EVENT_MIN).then(|| {
        let took = reply.after.as_millis();
        Outcome::cannot_tell(format!("--slow-tool is too fast: it takes {took} ms"))
    })
}

async fn first_byte(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let Some(ask) = slow(mcp, 1) else {
        return Ok(needs_slow());
    };
    let mut seen = String::new();
    // A machine under load only ever makes the head later.
    for _ in 0..OVERLAP_TRIES {
        let reply = mcp.ask(&ask).await?;
        if let Some(unfit) = unfit(&reply) {
            return Ok(unfit);
        }
        if reply.kind() != EVENTS {
            return Ok(Outcome::not_applicable("the tool answers with JSON"));
        }
        let (head, all) = (reply.head_after, reply.after);
        seen = format!("after {} of {} ms", head.as_millis(), all.as_millis());
        if head * 2 <= all {
            return Ok(Outcome::pass(seen));
        }
    }
    Ok(Outcome::fail(seen))
}

async fn at_once(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let count = mcp.bench.concurrency;
    let asks = (1..=count).map(|id| mcp.ping(id)).collect();
    let caller = mcp.caller().await?;
    let replies = all_at_once(&caller, asks).await?;
    let wrong = (1..=count).zip(&replies).find_map(|(id, reply)| {
        let is_own = reply.response().is_some_and(|it| it["id"] == id);
        (!is_own || reply.result().is_none()).then(|| format!("{id}: {}", reply.shown()))
    });
    Ok(Outcome::unless(wrong, format!("{count} of {count}")))
}

/// Opens all connections first, then sends all requests; gives the replies in their order. None is closed before the last
/// reply, as the agent closes none.
async fn all_at_once(caller: &Caller, asks: Vec<Ask>) -> Result<Vec<Reply>, NoResponse> {
    let mut wires = Vec::new();
    for _ in &asks {
        wires.push(caller.connect().await?);
    }
    let mut asking = JoinSet::new();
    for (index, (mut wire, ask)) in wires.into_iter().zip(asks).enumerate() {
        let caller = caller.clone();
        asking.spawn(async move {
            let reply = caller.ask_on(&mut wire, &ask).await;
            (index, reply, wire)
        });
    }
    let mut replies = asking.join_all().await;
    replies.sort_by_key(|(index, ..)| *index);
    replies.into_iter().map(|(_, reply, _)| reply).collect()
}

async fn overlap(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let Some(ask) = slow(mcp, 1) else {
        return Ok(needs_slow());
    };
    let reply = mcp.ask(&ask).await?;
    if let Some(unfit) = unfit(&reply) {
        return Ok(unfit);
    }
    let count = mcp.bench.concurrency;
    let one = fastest(mcp, 1, Duration::ZERO).await?;
    // Halfway between all at the same time and one after the other.
    let limit = one * (count + 1) / 2;
    let all = fastest(mcp, count, limit).await?;
    let seen = format!(
        "one takes {} ms, {count} at once {} ms",
        one.as_millis(),
        all.as_millis()
    );
    Ok(Outcome::unless((all > limit).then(|| seen.clone()), seen))
}

/// How long so many calls at once take: the best of a few tries, until one is within the limit.
async fn fastest(
    mcp: &mut Mcp<'_, '_>,
    count: u32,
    limit: Duration,
) -> Result<Duration, NoResponse> {
    let caller = mcp.caller().await?;
    let mut best = Duration::MAX;
    for _ in 0..OVERLAP_TRIES {
        let asks = (1..=count).filter_map(|id| slow(mcp, id)).collect();
        let replies = all_at_once(&caller, asks).await?;
        let longest = replies.iter().map(|reply| reply.after).max();
        best = best.min(longest.unwrap_or_default());
        if best <= limit {
            break;
        }
    }
    Ok(best)
}

async fn left(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let ask = slow(mcp, 1).unwrap_or_else(|| mcp.ping(1));
    let caller = mcp.caller().await?;
    for _ in 0..CANCELED_EVENTS {
        caller.send_and_leave(&ask).await?;
    }
    caller.stays_alive().await?;
    mcp.still_serves("a result".to_owned()).await
}
