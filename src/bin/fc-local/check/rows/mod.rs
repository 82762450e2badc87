//! The rows, group by group: each asks the runtime and records what came of it.

pub(super) mod connection;
mod event;
mod failure;
mod hooks;
mod http;
mod life;
mod log;
mod probe;
pub(super) mod start;

use std::time::Duration;

use super::bench::Bench;
use super::client::{Client, Response};
use super::row::Outcome;
use crate::output;

/// Why no row but those of the start is asked.
pub(super) const UNREACHED: &str = "the runtime cannot be reached";

/// Bytes of every value.
const ALL_VALUES_BYTES: usize = 64 * 1024;

/// After so many bytes their order begins anew: a prime, so that no server's buffers end where it does.
const PATTERN_BYTES: usize = 65_521;

/// Why rows about events do not matter to a web function.
const WEB_GETS_NO_EVENT: &str = "a web function gets no event";

/// How long to wait for a line that should be there already, to distinguish a late one from none.
const LATE_LINE_GRACE: Duration = Duration::from_millis(500);

/// Between two looks at the log.
const LOOK_PAUSE: Duration = Duration::from_millis(10);

/// Judges every row that can be judged; gives why the others cannot.
pub(super) async fn judge(bench: &mut Bench<'_>) -> String {
    output::progress("starting the runtime");
    if !start::judge(bench).await {
        return UNREACHED.to_owned();
    }
    output::progress("initializing");
    hooks::initialize(bench).await;
    let serves = if bench.args.web {
        web(bench).await
    } else {
        events(bench).await
    };
    if !serves {
        log::judge(bench);
        return "the runtime does not answer".to_owned();
    }
    output::progress("opening connections");
    connection::judge(bench).await;
    output::progress("freezing and stopping");
    life::judge(bench).await;
    log::judge(bench);
    "what it needs has failed before".to_owned()
}

/// The calls of a web function.
async fn web(bench: &mut Bench<'_>) -> bool {
    event::none(bench);
    failure::judge(bench).await;
    output::progress("sending HTTP calls");
    let serves = http::judge(bench).await;
    if serves {
        probe::judge(bench).await;
    }
    serves
}

/// The calls of any other function.
async fn events(bench: &mut Bench<'_>) -> bool {
    output::progress("sending events");
    let serves = event::judge(bench).await;
    if serves {
        event::framing(bench).await;
        probe::judge(bench).await;
        failure::judge(bench).await;
        output::progress("sending HTTP calls");
        // Rows for these report it if they are not answered.
        http::judge(bench).await;
    }
    serves
}

/// A row about events reports an End line that came late; a hook has none.
fn noting_late(mut markers: Outcome, late: bool) -> Outcome {
    if late {
        markers
            .seen
            .push_str("; the End line came after the response");
    }
    markers
}

/// Bytes that no cut, swap or text conversion leaves as they are.
fn all_values(count: usize) -> Vec<u8> {
    let pattern: Vec<u8> = (0..PATTERN_BYTES)
        .map(|index| {
            let [low, high, ..] = index.to_le_bytes();
            low ^ high
        })
        .collect();
    let mut bytes = pattern.repeat(count.div_ceil(pattern.len()));
    bytes.truncate(count);
    bytes
}

/// Waits a little until a line from the mark on is as wanted; whether one is.
async fn line_comes(client: &Client, mark: u64, wanted: impl Fn(&str) -> bool) -> bool {
    let deadline = tokio::time::Instant::now() + LATE_LINE_GRACE;
    loop {
        client.instance.log.drain();
        if client.lines.since(mark).iter().any(|line| wanted(line)) {
            return true;
        }
        if tokio::time::Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

/// Takes End lines of this call that come after its response; whether one did.
async fn take_late_end(client: &Client, call: &str, response: &mut Response) -> bool {
    let end = format!("FC {call} End RequestId: {}", response.request_id);
    if response.lines.iter().any(|line| line.contains(&end)) {
        return false;
    }
    let late = line_comes(client, response.mark, |line| line.contains(&end)).await;
    response.lines = client.lines.since(response.mark);
    late
}
