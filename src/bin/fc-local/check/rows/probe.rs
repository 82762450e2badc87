//! Probes: connections that send nothing, or not all ([contract §4.1](crate::check::sections::SECTIONS#4.1),
//! [§1.3](crate::check::sections::SECTIONS#1.3)).

use hyper::Method;

use super::failure::same_process;
use super::line_comes;
use crate::check::bench::Bench;
use crate::check::client::{Ask, Http, NoResponse};
use crate::check::judge;
use crate::check::raw;
use crate::check::row::Outcome;
use crate::check::specs::{CUT_REQUEST, HEALTH_CHECK, PROBE, PROBE_LOG};

const PROBES: usize = 10;

/// The size of a body that does not come whole.
const ANNOUNCED_BYTES: usize = 1000;

pub(super) async fn judge(bench: &mut Bench<'_>) {
    let silent = silent(bench).await;
    bench.record_result(&PROBE, silent);
    let cut = cut(bench).await;
    bench.record_result(&CUT_REQUEST, cut);
    let mut http = Http::new(Method::GET, "/");
    http.control_path = None;
    let health = bench.ask(Ask::Http(http)).await;
    let health = health.map(|response| Outcome::pass(judge::status(&response)));
    bench.record_result(&HEALTH_CHECK, health);
}

async fn silent(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    let mark = bench.lines.mark();
    raw::probe(&client, PROBES).await?;
    // A late marker line of the event before is not for them; a probe has no request id.
    let for_probe =
        |line: &str| line.contains(char::is_alphanumeric) && !line.contains(" RequestId: ");
    line_comes(&client, mark, for_probe).await;
    let wrong = bench
        .lines
        .since(mark)
        .into_iter()
        .find(|line| for_probe(line));
    bench.record(&PROBE_LOG, Outcome::unless(wrong, "nothing"));
    same_process(bench, &client).await
}

async fn cut(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    let (head, body) = raw::head_and_body(&client, bench.sample(), Some(ANNOUNCED_BYTES))?;
    raw::send_and_leave(&client, &head[..head.len() / 2]).await?;
    let some = &body[..body.len().min(ANNOUNCED_BYTES / 2)];
    raw::send_and_leave(&client, &[&head[..], some].concat()).await?;
    same_process(bench, &client).await
}
