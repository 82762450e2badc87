//! The hooks of an instance's life ([contract §1.1](crate::check::sections::SECTIONS#1.1),
//! [§3.1](crate::check::sections::SECTIONS#3.1)).

use hyper::Method;

use super::{noting_late, take_late_end};
use crate::check::bench::Bench;
use crate::check::client::{Ask, Client, Http, NoResponse};
use crate::check::judge::{self, Marks};
use crate::check::row::{Outcome, Spec};
use crate::check::specs::{
    INITIALIZE, INITIALIZE_FAILURE, INITIALIZE_FAILURE_LIVES, INITIALIZE_MARKERS, INITIALIZE_PATH,
    PRE_FREEZE, PRE_FREEZE_MARKERS, PRE_STOP, PRE_STOP_MARKERS,
};
use crate::facts::control_path;

/// A hook's rows: its path, its name in the marker lines, its response and its markers.
struct HookRows {
    path: &'static str,
    call: &'static str,
    response: &'static Spec,
    markers: &'static Spec,
}

pub(super) async fn initialize(bench: &mut Bench<'_>) {
    if !bench.args.initializer {
        let why = Outcome::not_applicable("never called without an Initializer; --initializer");
        let rows = [
            &INITIALIZE,
            &INITIALIZE_MARKERS,
            &INITIALIZE_PATH,
            &INITIALIZE_FAILURE,
            &INITIALIZE_FAILURE_LIVES,
        ];
        return bench.record_all(&rows, &why);
    }
    let rows = HookRows {
        path: control_path::INITIALIZE,
        call: "Initialize",
        response: &INITIALIZE,
        markers: &INITIALIZE_MARKERS,
    };
    call(bench, &rows).await;
    user_path(bench).await;
    failure(bench).await;
}

pub(super) async fn pre_freeze(bench: &mut Bench<'_>) {
    if !bench.args.pre_freeze {
        let why = Outcome::not_applicable("never called without a PreFreeze hook; --pre-freeze");
        return bench.record_all(&[&PRE_FREEZE, &PRE_FREEZE_MARKERS], &why);
    }
    let rows = HookRows {
        path: control_path::PRE_FREEZE,
        call: "PreFreeze",
        response: &PRE_FREEZE,
        markers: &PRE_FREEZE_MARKERS,
    };
    call(bench, &rows).await;
}

pub(super) async fn pre_stop(bench: &mut Bench<'_>) {
    if !bench.args.pre_stop {
        let why = Outcome::not_applicable("never called without a PreStop hook; --pre-stop");
        return bench.record_all(&[&PRE_STOP, &PRE_STOP_MARKERS], &why);
    }
    let rows = HookRows {
        path: control_path::PRE_STOP,
        call: "PreStop",
        response: &PRE_STOP,
        markers: &PRE_STOP_MARKERS,
    };
    call(bench, &rows).await;
}

async fn call(bench: &mut Bench<'_>, rows: &HookRows) {
    let client = match bench.client().await {
        Ok(client) => client,
        Err(none) => return bench.record(rows.response, Outcome::fail(none.to_string())),
    };
    let mut result = client.ask(Ask::Hook(rows.path)).await;
    bench.record(rows.response, judge::hook(&result));
    let markers = match &mut result {
        Ok(response) => {
            let late = take_late_end(&client, rows.call, response).await;
            noting_late(judge::markers(rows.call, response, false), late)
        }
        Err(none) => Outcome::cannot_tell(none.to_string()),
    };
    bench.record(rows.markers, markers);
    drop(bench.kill_if_stuck(result));
}

/// The local mock rewrites the initialize call to the user's own method and path.
async fn user_path(bench: &mut Bench<'_>) {
    let with_markers = bench.passed(&INITIALIZE_MARKERS);
    let mut http = Http::new(Method::GET, "/user/path");
    http.control_path = Some(control_path::INITIALIZE);
    let result = bench.ask(Ask::Http(http)).await;
    let mut outcome = judge::hook(&result);
    if let Ok(response) = &result {
        let marks = Marks::of("Initialize", &response.request_id, &response.lines);
        if with_markers && !marks.frame_one_call() {
            outcome = Outcome::fail(format!(
                "{}, without the lines of /initialize",
                judge::status(response)
            ));
        }
    }
    bench.record(&INITIALIZE_PATH, outcome);
}

async fn failure(bench: &mut Bench<'_>) {
    let rows = [&INITIALIZE_FAILURE, &INITIALIZE_FAILURE_LIVES];
    let Some(variable) = &bench.args.failing_initializer else {
        let why =
            Outcome::cannot_tell("it takes a variable that makes it fail: --failing-initializer");
        return bench.record_all(&rows, &why);
    };
    // Before the other starts, for --listen-port may leave room for one only.
    bench.end().await;
    match bench.start_beside(Some(variable)).await {
        Ok(client) => {
            failing(bench, &client).await;
            client.instance.kill();
            client.instance.process.wait().await;
        }
        Err(none) => bench.record_all(&rows, &Outcome::cannot_tell(none.to_string())),
    }
}

async fn failing(bench: &mut Bench<'_>, client: &Client) {
    let first = client.ask(Ask::Hook(control_path::INITIALIZE)).await;
    let outcome = match &first {
        Ok(response) if (200..300).contains(&response.status) => {
            Outcome::fail(judge::status(response))
        }
        Ok(response) => Outcome::pass(judge::status(response)),
        Err(none) => Outcome::fail(none.to_string()),
    };
    bench.record(&INITIALIZE_FAILURE, outcome);
    let again = client.ask(Ask::Hook(control_path::INITIALIZE)).await;
    let lives = again.map_or_else(
        |none: NoResponse| Outcome::fail(none.to_string()),
        |response| Outcome::pass(judge::status(&response)),
    );
    bench.record(&INITIALIZE_FAILURE_LIVES, lives);
}
