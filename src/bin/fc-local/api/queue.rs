//! Asynchronous calls: accepted events lie in the data folder until they succeeded or were given up, so a
//! restart loses none (contract §3.3, RETRY).

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::api::App;
use crate::api::deployed::deployed;
use crate::api::error::ApiError;
use crate::api::{attachments, resources};
use crate::platform::agent::{CallId, Payload};
use crate::platform::call;
use crate::platform::pool::{Deployed, NoInstance};
use crate::store::{StoreError, entries, function_key, write_whole};

/// The pause before the first retry; it doubles with each (contract §3.3).
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause grows longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An accepted event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Accepted {
    request_id: String,
    service: String,
    function: String,
    event: String,
    /// Seconds since 1970.
    accepted_at: u64,
    /// How often the function has failed so far.
    failures: u32,
}

/// How one try went.
enum Tried {
    Succeeded,
    /// The function failed, or its instance did not start; that counts.
    Failed(String),
    /// The machine had no instance to give; that is tried again until the event is too old (contract §3.3).
    Postponed(String),
    /// The function is gone.
    Orphaned,
}

impl App {
    /// Takes an event, or refuses it when it cannot be kept safely.
    pub(crate) fn accept_async(
        self: &Arc<Self>,
        deployed: &Deployed,
        request_id: &str,
        event: &[u8],
    ) -> Result<(), ApiError> {
        let accepted = Accepted {
            request_id: request_id.to_owned(),
            service: deployed.function.service.clone(),
            function: deployed.function.name.clone(),
            event: BASE64.encode(event),
            accepted_at: seconds_now(),
            failures: 0,
        };
        save(self, &accepted)?;
        tokio::spawn(work(Arc::clone(self), accepted));
        Ok(())
    }

    /// Takes up the events that an earlier run accepted and did not finish.
    pub(crate) fn resume_async(self: &Arc<Self>) {
        for file in entries(&self.store.path("async")) {
            let event = fs::read(&file)
                .ok()
                .and_then(|bytes| serde_json::from_slice::<Accepted>(&bytes).ok());
            match event {
                Some(accepted) => drop(tokio::spawn(work(Arc::clone(self), accepted))),
                None => eprintln!(
                    "fc-local: {} is no readable event; it was left as it is",
                    file.display()
                ),
            }
        }
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
        let _ = save(&app, &accepted);
        tokio::time::sleep((FIRST_PAUSE * 2_u32.saturating_pow(pauses)).min(LONGEST_PAUSE)).await;
        pauses = (pauses + 1).min(10);
    }
    // A file that stays behind is an event that is delivered once more: at least once, as FC promises.
    let _ = fs::remove_file(file_of(&app, &accepted));
}

async fn attempt(app: &Arc<App>, accepted: &Accepted) -> Tried {
    let Ok(deployed) = deployed(app, &accepted.service, &accepted.function) else {
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
    let event = BASE64.decode(&accepted.event).unwrap_or_default();
    let answer = call::event(lease, call, Payload::sized(event)).await;
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

/// Tells that an event is lost: in the function's log, and where a full disk cannot hide it.
fn give_up(app: &App, accepted: &Accepted, reason: &str) {
    let Accepted {
        request_id,
        service,
        function,
        failures,
        ..
    } = accepted;
    let line = format!(
        "fc-local: gave up the asynchronous event RequestId: {request_id} after {failures} failed tries: {reason}"
    );
    let key = function_key(service, function);
    // A function that is gone must not get a new log.
    if resources::find_function(&app.store.snapshot(), service, function).is_ok() {
        app.pool.note(&key, &line);
    }
    eprintln!("{line} ({key})");
}

fn is_over(app: &App, accepted: &Accepted) -> bool {
    let state = app.store.snapshot();
    let record = resources::find_function(&state, &accepted.service, &accepted.function);
    let Ok((retries, age_seconds)) = record.map(attachments::async_limits) else {
        return true;
    };
    u64::from(accepted.failures) > retries
        || seconds_now() > accepted.accepted_at.saturating_add(age_seconds)
}

fn save(app: &App, accepted: &Accepted) -> Result<(), StoreError> {
    let path = file_of(app, accepted);
    let json = serde_json::to_vec(accepted).map_err(|error| StoreError::Io {
        path: path.clone(),
        error: error.into(),
    })?;
    write_whole(&path, &json)
}

fn file_of(app: &App, accepted: &Accepted) -> PathBuf {
    app.store
        .path("async")
        .join(format!("{}.json", accepted.request_id))
}

fn seconds_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs())
}
