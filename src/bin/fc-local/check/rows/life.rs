//! Freezing and stopping ([contract §4.5](crate::check::sections::SECTIONS#4.5)).

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use rustix::process::Signal;

use super::hooks;
use crate::check::bench::Bench;
use crate::check::client::NoResponse;
use crate::check::judge;
use crate::check::row::Outcome;
use crate::check::specs::{FREEZE, KEEP_ALIVE, SIGTERM};
use crate::platform::process::describe_exit;

/// How long the process is stopped.
const FREEZE_TIME: Duration = Duration::from_millis(500);

/// How long it may take to end; FC documents no grace, so an end has to be quick.
const TERM_LIMIT: Duration = Duration::from_secs(3);

/// What a shell makes of an end by SIGTERM, and some runtimes by themselves
/// ([contract §4.5](crate::check::sections::SECTIONS#4.5)).
const TERM_EXIT_CODE: i32 = 143;

pub(super) async fn judge(bench: &mut Bench<'_>) {
    hooks::pre_freeze(bench).await;
    let frozen = freeze(bench).await;
    bench.record_result(&FREEZE, frozen);
    hooks::pre_stop(bench).await;
    let outcome = terminate(bench).await;
    bench.record(&SIGTERM, outcome);
}

async fn freeze(bench: &mut Bench<'_>) -> Result<Outcome, NoResponse> {
    let client = bench.client().await?;
    let mut wire = client.connect().await?;
    client.ask_on(&mut wire, bench.sample()).await?;
    client.instance.process.signal(Signal::STOP);
    tokio::time::sleep(FREEZE_TIME).await;
    client.instance.process.signal(Signal::CONT);
    if !bench.passed(&KEEP_ALIVE) {
        // Its row has reported that already.
        wire = client.connect().await?;
    }
    let response = client.ask_on(&mut wire, bench.sample()).await?;
    Ok(Outcome::pass(judge::status(&response)))
}

async fn terminate(bench: &mut Bench<'_>) -> Outcome {
    let client = match bench.client().await {
        Ok(client) => client,
        Err(none) => return Outcome::cannot_tell(none.to_string()),
    };
    let process = &client.instance.process;
    process.signal(Signal::TERM);
    let Ok(status) = tokio::time::timeout(TERM_LIMIT, process.wait()).await else {
        return Outcome::fail(format!("it still runs {} s later", TERM_LIMIT.as_secs()));
    };
    let seen = describe_exit(status);
    // Another signal than the one that was sent is a crash.
    let by_term = status.signal() == Some(Signal::TERM.as_raw());
    let sound = by_term || matches!(status.code(), Some(0 | TERM_EXIT_CODE));
    Outcome::unless((!sound).then(|| seen.clone()), seen)
}
