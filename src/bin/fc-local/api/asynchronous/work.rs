//! All tries of one call, from the first to its end.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{self, Answered, Tried};
use super::tasks::Record;
use super::{config, destination};
use crate::api::app::App;
use crate::api::aside::aside;
use crate::api::lookup;
use crate::output;
use crate::store::queue::{self, Accepted};
use crate::store::tasks::Status;

/// The pause before the first retry; it doubles with each ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause grows longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a call ended.
#[derive(Debug)]
pub(super) enum End {
    Succeeded(Answered),
    /// It failed too often, or grew too old; what it answered last, if it ever ran.
    GivenUp {
        reason: String,
        last: Option<Answered>,
    },
    /// The function is gone.
    Orphaned,
    Stopped,
}

impl End {
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Succeeded(_) => Status::Succeeded,
            Self::GivenUp { last: None, .. } => Status::Expired,
            Self::GivenUp { last: Some(_), .. } => Status::Failed,
            Self::Orphaned => Status::Invalid,
            Self::Stopped => Status::Stopped,
        }
    }

    /// What the function answered last.
    pub(super) fn answered(&self) -> Option<&Answered> {
        match self {
            Self::Succeeded(answered) => Some(answered),
            Self::GivenUp { last, .. } => last.as_ref(),
            Self::Orphaned | Self::Stopped => None,
        }
    }

    /// Why it did not succeed.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Succeeded(_) => "",
            Self::GivenUp { reason, .. } => reason,
            Self::Orphaned => "the function is gone",
            Self::Stopped => "it was stopped",
        }
    }
}

/// Tries a call until it succeeds, is given up or is stopped, and says what came of it.
pub(super) async fn work(app: Arc<App>, mut accepted: Accepted) {
    let mut record = Record::of(&app, &accepted).await;
    let stop = record.stop();
    let end = tokio::select! {
        // First, so that a try which ends because its instance is stopped does not count. The call stays in the data folder,
        // and the next start takes it up.
        biased;
        () = app.stop.cut() => return,
        end = tries(&app, &mut accepted, &mut record) => end,
        () = stop => End::Stopped,
    };
    if let End::GivenUp { reason, .. } = &end {
        give_up(&app, &accepted, reason);
    } else if matches!(end, End::Orphaned) {
        give_up(&app, &accepted, end.reason());
    }
    let delivered = destination::deliver(&app, &accepted, &end).await;
    record.end(&end, delivered).await;
    // It is done in any case.
    let _ = aside(move || {
        queue::remove(&app.store, &accepted);
        Ok(())
    })
    .await;
}

async fn tries(app: &Arc<App>, accepted: &mut Accepted, record: &mut Record) -> End {
    let mut pauses = 0;
    let mut last = None;
    loop {
        let tried = match attempt::place(app, accepted).await {
            Ok(placed) => {
                record.runs_on(placed.instance()).await;
                placed.attempt(accepted).await
            }
            Err(tried) => tried,
        };
        let reason = match tried {
            Tried::Succeeded(answered) => return End::Succeeded(answered),
            Tried::Orphaned => return End::Orphaned,
            Tried::Failed(answered) => {
                accepted.failures += 1;
                let reason = answered.reason.clone();
                last = Some(answered);
                reason
            }
            Tried::Postponed(reason) => reason,
        };
        if is_over(app, accepted) {
            return End::GivenUp { reason, last };
        }
        record.waits(accepted.failures, &reason).await;
        keep_count(app, accepted).await;
        tokio::time::sleep((FIRST_PAUSE * 2_u32.saturating_pow(pauses)).min(LONGEST_PAUSE)).await;
        pauses = (pauses + 1).min(10);
    }
}

/// Writes down how often the function has failed.
async fn keep_count(app: &Arc<App>, accepted: &Accepted) {
    let (app, accepted) = (Arc::clone(app), accepted.clone());
    // A count that cannot be saved only means one more try after a restart.
    let _ = aside(move || Ok(queue::save(&app.store, &accepted)?)).await;
}

/// Says that an event is lost: in the function's log, and where a full disk cannot hide it.
fn give_up(app: &App, accepted: &Accepted, reason: &str) {
    let (id, failures) = (&accepted.request_id, accepted.failures);
    let what = format!(
        "gave up the asynchronous event RequestId: {id} after {failures} failed tries: {reason}"
    );
    let function = accepted.called();
    // A function that is gone must not get a new log.
    if lookup::function(&app.store.snapshot(), &function).is_ok() {
        app.pool.note(&function, &format!("fc-local: {what}"));
    }
    output::say(&format!("{what} ({function})"));
}

fn is_over(app: &App, accepted: &Accepted) -> bool {
    let function = accepted.called();
    let config = config(app, &function);
    lookup::qualified(&app.store.snapshot(), &function).is_err()
        || u64::from(accepted.failures) > config.retries()
        || accepted.is_older_than(config.age_seconds())
}
