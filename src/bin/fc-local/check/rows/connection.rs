//! Connections: kept alive, idle, many at once, left by their client
//! ([contract §4.1](crate::check::sections::SECTIONS#4.1), [§4.4](crate::check::sections::SECTIONS#4.4),
//! [§4.5](crate::check::sections::SECTIONS#4.5)).

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::WEB_GETS_NO_EVENT;
use super::failure::same_process;
use crate::check::bench::Bench;
use crate::check::client::{Ask, Client, NoResponse, Response};
use crate::check::judge::{self, Marks};
use crate::check::raw;
use crate::check::row::Outcome;
use crate::check::specs::{
    AT_ONCE, CANCEL, EVENT, EVENT_MARKERS_IN_TIME, HTTP, IDLE, KEEP_ALIVE, OVERLAP,
    SECOND_CONNECTION,
};

/// How many events go over one connection.
const KEEP_ALIVE_EVENTS: usize = 20;

/// How many clients leave before their response.
pub(in crate::check) const CANCELED_EVENTS: usize = 5;

/// The least that a slow event must take for its overlap to be distinguished from the machine's own pauses.
pub(in crate::check) const SLOW_EVENT_MIN: Duration = Duration::from_millis(100);

/// How often a time is taken that the machine's load may have spoilt.
pub(in crate::check) const OVERLAP_TRIES: usize = 3;

pub(super) async fn judge(bench: &mut Bench<'_>) {
    let second = second(bench).await;
    bench.record_result(&SECOND_CONNECTION, second);
    let keep_alive = keep_alive(bench).await;
    bench.record_result(&KEEP_ALIVE, keep_alive);
    let idle = idle(bench).await;
    bench.record_result(&IDLE, idle);
    if bench.concurrency > 1 {
        let at_once = at_once(bench).await;
        bench.record_result(&AT_ONCE, at_once);
        let overlap = overlap(bench).await;
        bench.record_result(&OVERLAP, overlap);
    } else {
        let why = "one call at a time is the default; --concurrency";
        bench.record_all(&[&AT_ONCE, &OVERLAP], &Outcome::not_applicable(why));
    }
    let canceled = canceled(bench).await;
    bench.record_result(&CANCEL, canceled);
}

async fn second(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    let mut kept = client.connect().await?;
    client.ask_on(&mut kept, bench.sample()).await?;
    let second = client.ask(bench.sample()).await?;
    // The first stays open until here.
    drop(kept);
    Ok(Outcome::pass(judge::status(&second)))
}

async fn keep_alive(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    let mut wire = client.connect().await?;
    for number in 0..KEEP_ALIVE_EVENTS {
        let response = client.ask_on(&mut wire, bench.sample()).await;
        if let Err(none) = bench.kill_if_stuck(response) {
            return Ok(Outcome::fail(format!("after {number} responses: {none}")));
        }
    }
    Ok(Outcome::pass(format!("{KEEP_ALIVE_EVENTS} responses")))
}

async fn idle(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let seconds = bench.args.idle;
    let client = bench.client().await?;
    let mut wire = client.connect().await?;
    client.ask_on(&mut wire, bench.sample()).await?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let response = client.ask_on(&mut wire, bench.sample()).await;
    Ok(match bench.kill_if_stuck(response) {
        Ok(_) => Outcome::pass(format!("answered after {seconds} s")),
        Err(none) => Outcome::fail(format!("after {seconds} s: {none}")),
    })
}

async fn at_once(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let count = bench.concurrency;
    let client = bench.client().await?;
    // Events that differ show whether a response is another's.
    let differ = bench.args.echo && !bench.args.web;
    let event = |number| format!("event {number}");
    let asks = (0..count).map(|number| {
        if differ {
            Ask::event(event(number))
        } else {
            bench.sample()
        }
    });
    let responses = all_at_once(&client, asks.collect()).await?;
    client.instance.log.drain();
    let wrong = (0..count).zip(&responses).find_map(|(number, response)| {
        let echo = differ.then(|| event(number));
        wrong_response(bench, echo.as_deref(), response)
    });
    Ok(Outcome::unless(
        wrong,
        format!("{count} of {count} responses"),
    ))
}

/// What is wrong with one of many responses, where each alone was right.
fn wrong_response(bench: &Bench<'_>, echo: Option<&str>, response: &Response) -> Option<String> {
    let one_succeeds = bench.passed(&EVENT) || bench.passed(&HTTP) && bench.args.web;
    if one_succeeds && response.status >= 400 {
        return Some(judge::status(response));
    }
    if let Some(event) = echo.filter(|event| response.body != event.as_bytes()) {
        let body = judge::text(&response.body);
        return Some(format!("{event:?} was answered with {body:?}"));
    }
    let lines = bench.lines.since(response.mark);
    let marks = Marks::of("Invoke", &response.request_id, &lines);
    (bench.passed(&EVENT_MARKERS_IN_TIME) && !marks.frame_one_call())
        .then(|| "one call is not framed by its two marker lines".to_owned())
}

/// Opens all connections first, then sends all events; none is closed before the last response, as the agent
/// closes none.
async fn all_at_once(client: &Client, asks: Vec<Ask>) -> Result<Vec<Response>, NoResponse> {
    let mut wires = Vec::new();
    for _ in &asks {
        wires.push(client.connect().await?);
    }
    let mut asking = JoinSet::new();
    for (index, (mut wire, ask)) in wires.into_iter().zip(asks).enumerate() {
        let client = client.clone();
        asking.spawn(async move {
            let response = client.ask_on(&mut wire, ask).await;
            (index, response, wire)
        });
    }
    let mut responses = asking.join_all().await;
    responses.sort_by_key(|(index, ..)| *index);
    responses
        .into_iter()
        .map(|(_, response, _)| response)
        .collect()
}

async fn overlap(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    if bench.args.web {
        return Ok(Outcome::not_applicable(WEB_GETS_NO_EVENT));
    }
    let Some(slow) = bench.args.slow_event.clone() else {
        let why = "it takes an event that takes its time; --slow-event";
        return Ok(Outcome::cannot_tell(why));
    };
    let count = bench.concurrency;
    let client = bench.client().await?;
    let one = fastest(&client, &slow, 1, Duration::ZERO).await?;
    // Halfway between all at the same time and one after the other.
    let limit = one * (count + 1) / 2;
    let all = fastest(&client, &slow, count, limit).await?;
    let seen = format!(
        "one takes {} ms, {count} at once {} ms",
        one.as_millis(),
        all.as_millis()
    );
    Ok(match (one < SLOW_EVENT_MIN, all > limit) {
        (true, _) => Outcome::cannot_tell(format!("--slow-event is too fast: {seen}")),
        (false, true) => Outcome::fail(seen),
        (false, false) => Outcome::pass(seen),
    })
}

/// How long so many slow events at once take: the best of a few tries, because a machine under load only ever makes
/// them slower. It is content with fewer once one is within the limit.
async fn fastest(
    client: &Client,
    slow: &str,
    count: u32,
    limit: Duration,
) -> Result<Duration, NoResponse> {
    let mut best = Duration::MAX;
    for _ in 0..OVERLAP_TRIES {
        let asks = (0..count).map(|_| Ask::event(slow.to_owned())).collect();
        let began = Instant::now();
        all_at_once(client, asks).await?;
        best = best.min(began.elapsed());
        if best <= limit {
            break;
        }
    }
    Ok(best)
}

async fn canceled(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    for _ in 0..CANCELED_EVENTS {
        let (head, body) = raw::head_and_body(&client, bench.sample(), None)?;
        raw::send_and_leave(&client, &[head, body].concat()).await?;
    }
    same_process(bench, &client).await
}
