//! Timer triggers: those that are due are called as asynchronous events; `fc-local fire` calls one at once.

mod clock;
mod due;

use std::sync::Arc;
use std::time::Duration;

use super::app::App;
use super::asynchronous::{self, Later};
use super::error::ApiError;
use super::lookup;
use crate::ids;
use crate::name::FunctionName;
use crate::output;
use due::{Firing, Timers};

pub(crate) use clock::Clock;

/// The longest pause between two looks at the clock: it may be set, and the machine may sleep.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// Fires timers for ever; the caller ends it by dropping the future.
pub(super) async fn run(app: Arc<App>) {
    let mut timers = Timers::default();
    let mut changes = app.store.changes();
    let mut now = app.clock.start();
    loop {
        changes.borrow_and_update();
        for firing in timers.due(&app.store.snapshot(), now) {
            let id = ids::request_id(firing.function.generation());
            match fire(&app, &firing, &id).await {
                Ok(()) => output::progress(said(&firing, &id)),
                // Nobody waits for a response.
                Err(error) => output::say(&format!("{}: {}", said(&firing, &id), error.message)),
            }
        }
        let rest = timers.rest(now).map(|rest| rest.min(LOOK_PAUSE));
        tokio::select! {
            () = tokio::time::sleep(rest.unwrap_or(LOOK_PAUSE)), if rest.is_some() => {}
            // The store lives as long as the server.
            _ = changes.changed() => {}
        }
        now = app.clock.now();
    }
}

/// Fires a timer now, be it enabled or not.
///
/// # Errors
///
/// There is no such function or timer, or the event cannot be kept.
pub(super) async fn fire_now(
    app: &Arc<App>,
    function: &FunctionName,
    trigger: &str,
    request_id: &str,
) -> Result<(), ApiError> {
    let state = app.store.snapshot();
    let record = lookup::function(&state, function)?;
    let found = record.triggers.get(trigger);
    let timer = found.and_then(|found| Some((found.spec.timer()?, found.spec.called(function))));
    let (timer, called) = timer.ok_or_else(|| {
        let timers = record.triggers.iter();
        let timers = timers.filter(|(_, resource)| resource.spec.timer().is_some());
        let names: Vec<&str> = timers.map(|(name, _)| name.as_str()).collect();
        let message = if names.is_empty() {
            format!("{function} has no timer")
        } else {
            format!(
                "{function} has no timer {trigger}; it has {}",
                names.join(", ")
            )
        };
        ApiError::not_found("TriggerNotFound", message)
    })?;
    let firing = Firing::of(called, trigger, &timer, app.clock.now());
    fire(app, &firing, request_id).await
}

async fn fire(app: &Arc<App>, firing: &Firing, request_id: &str) -> Result<(), ApiError> {
    let later = Later {
        function: &firing.function,
        request_id,
        task: None,
        body: &firing.event,
        http: None,
    };
    asynchronous::accept(app, later).await.map(drop)
}

fn said(firing: &Firing, id: &str) -> String {
    let (function, trigger) = (&firing.function, &firing.trigger);
    format!("the timer {trigger} fires {function}, RequestId: {id}")
}
