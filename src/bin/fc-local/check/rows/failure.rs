//! Event calls on which the handler fails ([contract §3.1](crate::check::sections::SECTIONS#3.1),
//! [§3.2](crate::check::sections::SECTIONS#3.2)).

use super::{WEB_GETS_NO_EVENT, take_late_end};
use crate::check::bench::Bench;
use crate::check::client::{Ask, Client, NoResponse, Response};
use crate::check::judge;
use crate::check::row::{Outcome, Spec, Verdict};
use crate::check::specs::{
    FAILURE, FAILURE_BODY, FAILURE_END, FAILURE_LIVES, FAILURE_ORDER, FAILURE_STATUS,
};

/// How a row looks at a response.
type Look = fn(&Response) -> Outcome;

/// What each row asks of the response to an event that fails.
const ROWS: [(&Spec, Look); 5] = [
    (&FAILURE, fc_status),
    (&FAILURE_STATUS, http_status),
    (&FAILURE_BODY, judge::error_body),
    (&FAILURE_END, judge::end_line),
    (&FAILURE_ORDER, judge::failure_order),
];

pub(super) async fn judge(bench: &mut Bench<'_>) {
    let events = bench.args.fail_event.clone();
    if bench.args.web || events.is_empty() {
        let why = if bench.args.web {
            Outcome::not_applicable(WEB_GETS_NO_EVENT)
        } else {
            Outcome::cannot_tell("it takes an event on which the handler fails; --fail-event")
        };
        ROWS.iter()
            .for_each(|(spec, _)| bench.record(spec, why.clone()));
        return bench.record(&FAILURE_LIVES, why);
    }
    let (mut responses, mut lives) = (Vec::new(), Vec::new());
    for event in &events {
        let (response, outcome) = failed(bench, event).await;
        responses.push(response);
        lives.push(outcome);
    }
    for (spec, look) in ROWS {
        let outcomes = responses.iter().map(|response| match response {
            Ok(response) => look(response),
            Err(none) => Outcome::fail(none.to_string()),
        });
        let outcome = worst(&events, outcomes);
        bench.record(spec, outcome);
    }
    let outcome = worst(&events, lives.into_iter());
    bench.record(&FAILURE_LIVES, outcome);
}

/// The response to an event that fails, and whether the same process answers the next event.
async fn failed(bench: &mut Bench<'_>, event: &str) -> (Result<Response, NoResponse>, Outcome) {
    let client = match bench.client().await {
        Ok(client) => client,
        Err(none) => {
            let outcome = Outcome::cannot_tell(none.to_string());
            return (Err(none), outcome);
        }
    };
    let response = client.ask(Ask::event(event.to_owned())).await;
    let mut response = bench.kill_if_stuck(response);
    if let Ok(response) = &mut response {
        take_late_end(&client, "Invoke", response).await;
    }
    let lives = same_process(bench, &client).await;
    (
        response,
        lives.unwrap_or_else(|none| Outcome::fail(none.to_string())),
    )
}

/// Whether this very instance still serves after what was done to it.
pub(super) async fn same_process(
    bench: &Bench<'_>,
    client: &Client,
) -> Result<Outcome, NoResponse> {
    client.stays_alive().await?;
    let response = client.ask(bench.sample()).await;
    Ok(Outcome::pass(judge::status(
        &bench.kill_if_stuck(response)?,
    )))
}

/// The first outcome that fails, else the first that is unclear, else the first.
fn worst(events: &[String], outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome.verdict {
        Verdict::Fail => 0,
        Verdict::CannotTell => 1,
        Verdict::NotApplicable => 2,
        Verdict::Pass => 3,
    };
    let worst = events.iter().zip(outcomes).min_by_key(|(_, one)| rank(one));
    let Some((event, outcome)) = worst else {
        return Outcome::cannot_tell("no event was sent");
    };
    if events.len() > 1 && outcome.verdict != Verdict::Pass {
        let seen = format!("on {event:?}: {}", outcome.seen);
        return Outcome { seen, ..outcome };
    }
    outcome
}

fn fc_status(response: &Response) -> Outcome {
    match response.fc_status() {
        Some("404") => Outcome::pass("404"),
        _ => Outcome::fail(judge::status(response)),
    }
}

fn http_status(response: &Response) -> Outcome {
    match response.status {
        404 => Outcome::pass("404"),
        _ => Outcome::fail(judge::status(response)),
    }
}
