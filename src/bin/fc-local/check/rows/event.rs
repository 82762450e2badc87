//! Event calls that succeed: response, markers, framing, size ([contract §1.1](crate::check::sections::SECTIONS#1.1),
//! [§3.1](crate::check::sections::SECTIONS#3.1), [§5.1](crate::check::sections::SECTIONS#5.1)).

use super::{ALL_VALUES_BYTES, WEB_GETS_NO_EVENT, all_values, take_late_end};
use crate::check::bench::Bench;
use crate::check::client::{Ask, Client, NoResponse, Response};
use crate::check::judge;
use crate::check::raw;
use crate::check::row::{Outcome, Spec, Verdict};
use crate::check::specs::{
    EVENT, EVENT_6_MB, EVENT_32_MB, EVENT_BINARY, EVENT_CHUNKED, EVENT_EMPTY, EVENT_EXPECT,
    EVENT_LENGTH, EVENT_LOG_ID, EVENT_MARKERS, EVENT_MARKERS_IN_TIME,
};
use crate::facts::limit;

/// The smallest limit of a synchronous event that FC ever documented
/// ([contract §4.4](crate::check::sections::SECTIONS#4.4), K6).
const OLD_LIMIT_BYTES: usize = 6 * 1024 * 1024;

/// The rows about events.
const ROWS: [&Spec; 11] = [
    &EVENT,
    &EVENT_LENGTH,
    &EVENT_MARKERS,
    &EVENT_MARKERS_IN_TIME,
    &EVENT_LOG_ID,
    &EVENT_CHUNKED,
    &EVENT_EMPTY,
    &EVENT_BINARY,
    &EVENT_6_MB,
    &EVENT_32_MB,
    &EVENT_EXPECT,
];

/// A web function gets none.
pub(super) fn none(bench: &mut Bench<'_>) {
    bench.record_all(&ROWS, &Outcome::not_applicable(WEB_GETS_NO_EVENT));
}

/// Whether an event is answered at all, so that the rest can be tried.
pub(super) async fn judge(bench: &mut Bench<'_>) -> bool {
    match first(bench).await {
        Ok((client, response)) => {
            answered(bench, &client, response).await;
            true
        }
        Err(none) => {
            bench.record(&EVENT, Outcome::fail(none.to_string()));
            false
        }
    }
}

async fn first(bench: &mut Bench<'_>) -> Result<(Client, Response), NoResponse> {
    let client = bench.client().await?;
    let response = client.ask(bench.sample()).await;
    Ok((client, bench.kill_if_stuck(response)?))
}

async fn answered(bench: &mut Bench<'_>, client: &Client, mut response: Response) {
    let event = bench.args.event.clone();
    let late = take_late_end(client, "Invoke", &mut response).await;
    let mut outcome = judge::success(&response);
    if bench.args.echo && outcome.verdict == Verdict::Pass {
        let wrong = judge::difference(event.as_bytes(), &response.body);
        outcome = Outcome::unless(wrong, "200, the event came back");
    }
    bench.record(&EVENT, outcome);
    bench.record(&EVENT_LENGTH, framing_of(&response));
    let markers = judge::markers("Invoke", &response, response.fc_status() == Some("404"));
    let in_time = match markers.verdict {
        Verdict::Pass if late => Outcome::fail("it came after the response"),
        Verdict::Pass => Outcome::pass("it was there when the response was"),
        _ => Outcome::cannot_tell("the marker lines are not there"),
    };
    bench.record(&EVENT_MARKERS, markers);
    bench.record(&EVENT_MARKERS_IN_TIME, in_time);
    bench.record(&EVENT_LOG_ID, judge::log_ids(&response));
}

fn framing_of(response: &Response) -> Outcome {
    match (response.is_chunked(), response.has_length()) {
        (true, _) => Outcome::fail("Transfer-Encoding: chunked"),
        (false, true) => Outcome::pass("Content-Length"),
        (false, false) => Outcome::fail("neither: the response ends with its connection"),
    }
}

/// The same and other events, framed in every way.
pub(super) async fn framing(bench: &mut Bench<'_>) {
    let event = bench.args.event.clone().into_bytes();
    if bench.passed(&EVENT) {
        arrives(bench, &EVENT_CHUNKED, Ask::chunked(event.clone()), &event).await;
        expect(bench).await;
    } else {
        let why = Outcome::cannot_tell("no event is known that the handler accepts; --event");
        bench.record_all(&[&EVENT_CHUNKED, &EVENT_EXPECT], &why);
    }
    empty(bench).await;
    binary(bench).await;
    for (spec, bytes) in [
        (&EVENT_6_MB, OLD_LIMIT_BYTES),
        (&EVENT_32_MB, limit::SYNC_BODY_BYTES),
    ] {
        let large = all_values(bytes);
        arrives(bench, spec, Ask::event(large.clone()), &large).await;
    }
}

/// A larger response too, because some servers send only small ones by Content-Length.
async fn binary(bench: &mut Bench<'_>) {
    if !bench.args.echo {
        let why = "it takes a handler that gives its event back; --echo";
        return bench.record(&EVENT_BINARY, Outcome::cannot_tell(why));
    }
    let event = all_values(ALL_VALUES_BYTES);
    let result = bench.ask(Ask::event(event.clone())).await;
    bench.record(&EVENT_BINARY, judge::arrival(&result, Some(&event)));
    if let Some(response) = result.ok().filter(|_| bench.passed(&EVENT_LENGTH)) {
        let Outcome { verdict, seen } = framing_of(&response);
        let seen = format!("{seen}, for {} bytes", response.body.len());
        bench.record(&EVENT_LENGTH, Outcome { verdict, seen });
    }
}

async fn arrives(bench: &mut Bench<'_>, spec: &'static Spec, ask: Ask, event: &[u8]) {
    let result = bench.ask(ask).await;
    let outcome = judge::arrival(&result, bench.args.echo.then_some(event));
    bench.record(spec, outcome);
}

async fn empty(bench: &mut Bench<'_>) {
    let echo = bench.args.echo.then_some(&b""[..]);
    let chunked = judge::arrival(&bench.ask(Ask::chunked("")).await, echo);
    let sized = judge::arrival(&bench.ask(Ask::event("")).await, echo);
    let outcome = match (chunked.verdict, sized.verdict) {
        (Verdict::Pass, Verdict::Pass) => sized,
        (Verdict::Pass, _) => Outcome {
            seen: format!("with Content-Length: 0: {}", sized.seen),
            ..sized
        },
        _ => Outcome {
            seen: format!("chunked: {}", chunked.seen),
            ..chunked
        },
    };
    bench.record(&EVENT_EMPTY, outcome);
}

async fn expect(bench: &mut Bench<'_>) {
    let result = expecting(bench).await;
    let outcome = result.map(|response| match response {
        (true, 200) => Outcome::pass("100, then 200"),
        (false, 200) => Outcome::pass("200 once the body had come, without 100"),
        (_, status) => Outcome::fail(format!("status {status}")),
    });
    bench.record_result(&EVENT_EXPECT, outcome);
}

async fn expecting(bench: &mut Bench<'_>) -> Result<(bool, u16), NoResponse> {
    let client = bench.client().await?;
    let (mut head, body) = raw::head_and_body(&client, bench.sample(), None)?;
    // Before the blank line.
    head.truncate(head.len() - 2);
    head.extend(b"expect: 100-continue\r\n\r\n");
    raw::expect_continue(&client, &head, &body).await
}
