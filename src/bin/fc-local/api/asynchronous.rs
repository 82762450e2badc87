//! Asynchronous calls: an accepted event is tried until it succeeds or is given up
//! ([contract §3.3](crate::check::sections::SECTIONS#3.3), RETRY).

use std::sync::Arc;
use std::time::Duration;

use super::app::App;
use super::error::ApiError;
use super::lookup;
use crate::name::FunctionName;
use crate::platform::agent::{CallId, Payload};
use crate::platform::call;
use crate::platform::pool::NoInstance;
use crate::store::queue::{self, Accepted};
use crate::store::spec::AsyncSpec;

/// The pause before the first retry; it doubles with each ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause grows longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How one try went.
enum Tried {
    Succeeded,
    /// The function failed, or its instance did not start; that counts.
    Failed(String),
    /// The machine had no instance to give; that is tried again until the event is too old
    /// ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
    Postponed(String),
    /// The function is gone.
    Orphaned,
}

/// Takes an event, or refuses it when it cannot be kept safely.
pub(super) fn accept(
    app: &Arc<App>,
    function: &FunctionName,
    request_id: &str,
    event: &[u8],
) -> Result<(), ApiError> {
    let accepted = Accepted::now(function, request_id, event);
    queue::save(&app.store, &accepted)?;
    tokio::spawn(work(Arc::clone(app), accepted));
    Ok(())
}

/// Takes up the events that an earlier run accepted and did not finish.
pub(super) fn resume(app: &Arc<App>) {
    let (events, unreadable) = queue::unfinished(&app.store);
    for accepted in events {
        tokio::spawn(work(Arc::clone(app), accepted));
    }
    for file in unreadable {
        let file = file.display();
        eprintln!("fc-local: {file} is not a readable event; it was left as it is");
    }
}

/// Tries an event until it succeeds or is given up.
async fn work(app: Arc<App>, mut accepted: Accepted) {
    let mut pauses = 0;
    loop {
        let reason = match attempt(&app, &accepted).await {
            Tried::Succeeded => break,
            Tried::Orphaned => {
                give_up(&app, &accepted, "the function is gone");
                break;
            }
            Tried::Failed(reason) => {
                accepted.failures += 1;
                reason
            }
            Tried::Postponed(reason) => reason,
        };
        if is_over(&app, &accepted) {
            give_up(&app, &accepted, &reason);
            break;
        }
        // A count that cannot be saved only means one more try after a restart.
        let _ = queue::save(&app.store, &accepted);
        tokio::time::sleep((FIRST_PAUSE * 2_u32.saturating_pow(pauses)).min(LONGEST_PAUSE)).await;
        pauses = (pauses + 1).min(10);
    }
    queue::remove(&app.store, &accepted);
}

async fn attempt(app: &Arc<App>, accepted: &Accepted) -> Tried {
    let Ok(deployed) = lookup::deployed(app, &accepted.function()) else {
        return Tried::Orphaned;
    };
    let call = CallId {
        request_id: accepted.request_id.clone(),
        retry_count: accepted.failures,
    };
    let lease = match app.pool.acquire(&deployed, &call).await {
        Ok(lease) => lease,
        Err(no_instance) => return without_instance(&no_instance),
    };
    let answer = call::event(lease, call, Payload::sized(accepted.event())).await;
    match answer.report.error_type {
        None => Tried::Succeeded,
        Some(kind) => Tried::Failed(format!("the function failed with {kind}")),
    }
}

fn without_instance(no_instance: &NoInstance) -> Tried {
    match no_instance {
        NoInstance::Cold(error) if error.is_system() => Tried::Postponed(error.to_string()),
        NoInstance::Cold(error) => Tried::Failed(error.to_string()),
        NoInstance::TooMany { instances_max } => {
            Tried::Postponed(format!("all {instances_max} instances were busy"))
        }
    }
}

/// Says that an event is lost: in the function's log, and where a full disk cannot hide it.
fn give_up(app: &App, accepted: &Accepted, reason: &str) {
    let (id, failures) = (&accepted.request_id, accepted.failures);
    let line = format!(
        "fc-local: gave up the asynchronous event RequestId: {id} after {failures} failed tries: {reason}"
    );
    let function = accepted.function();
    // A function that is gone must not get a new log.
    if lookup::function(&app.store.snapshot(), &function).is_ok() {
        app.pool.note(&function, &line);
    }
    eprintln!("{line} ({function})");
}

fn is_over(app: &App, accepted: &Accepted) -> bool {
    let state = app.store.snapshot();
    let Ok(record) = lookup::function(&state, &accepted.function()) else {
        return true;
    };
    let config = record.async_config.as_ref();
    let config = config.map_or_else(AsyncSpec::default, |config| config.spec.clone());
    u64::from(accepted.failures) > config.retries() || accepted.is_older_than(config.age_seconds())
}
