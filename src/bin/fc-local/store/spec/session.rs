//! What a session is created with or changed to
//! ([fc3 §3](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#3)).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::affinity::check_clocks;
use super::fields::{Fields, Spec};
use super::lists;
use crate::function::SessionRules;

/// The fields of a session that a caller sets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SessionSpec {
    #[serde(rename = "sessionTTLInSeconds")]
    pub(crate) session_ttl_in_seconds: Option<u64>,
    pub(crate) session_idle_timeout_in_seconds: Option<u64>,
    pub(crate) disable_session_id_reuse: Option<bool>,
    enable_auto_pause: Option<bool>,
    enable_auto_resume: Option<bool>,
    snapshot_id: Option<String>,
    #[serde(flatten)]
    rest: Fields,
}

impl SessionSpec {
    /// The rules of a session that these fields change.
    ///
    /// # Errors
    ///
    /// A sentence that names the field and what it may be.
    pub(crate) fn over(&self, rules: &SessionRules) -> Result<SessionRules, String> {
        // `s` and the SDKs send a 0 that nobody has set.
        let ttl = self.session_ttl_in_seconds.filter(|seconds| *seconds > 0);
        let ttl = ttl.unwrap_or(rules.ttl.as_secs());
        let idle = self.session_idle_timeout_in_seconds;
        // A time to live alone brings the idle time down with it.
        let idle = idle.unwrap_or(rules.idle.as_secs().min(ttl));
        check_clocks(Some(ttl), Some(idle))?;
        let reuse = self.disable_session_id_reuse.map(|disabled| !disabled);
        Ok(SessionRules {
            ttl: Duration::from_secs(ttl),
            idle: Duration::from_secs(idle),
            reuses_ids: reuse.unwrap_or(rules.reuses_ids),
            ..rules.clone()
        })
    }
}

impl Spec for SessionSpec {
    const KIND: &'static str = "a session";
    const UNPLAYED: &'static [&'static str] = lists::SESSION;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        let pauses = [self.enable_auto_pause, self.enable_auto_resume];
        let from_snapshot = self.snapshot_id.as_ref().is_some_and(|id| !id.is_empty());
        if pauses.contains(&Some(true)) || from_snapshot {
            return Err(
                "enableAutoPause, enableAutoResume and snapshotId are not supported: fc-local does not play this (pausing and \
                 resuming sessions)"
                    .to_owned(),
            );
        }
        Ok(())
    }
}
