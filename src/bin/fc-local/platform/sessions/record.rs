//! One session: what it is bound to, its clocks, and what others see of it.

use super::clock::milliseconds;
use crate::function::{Affinity, SessionRules};
use crate::store::spec::Fields;

/// A session that has not ended.
#[derive(Debug)]
pub(super) struct Session {
    /// None until the function has named it.
    pub(super) id: Option<String>,
    pub(super) rules: SessionRules,
    pub(super) created_ms: u64,
    pub(super) modified_ms: u64,
    /// When the last request began or ended.
    pub(super) used_ms: u64,
    pub(super) in_flight: u32,
    pub(super) requests: u64,
    /// The member of the pool that it is bound to.
    pub(super) member: Option<u64>,
    /// Whether it takes one of the places for sessions of its member.
    pub(super) counts: bool,
    /// Whether it was made by the API, hence is there without a request.
    pub(super) made_by_api: bool,
    /// The id of the instance that served it last.
    pub(super) container: String,
    /// What its maker said of it that has no effect here.
    pub(super) given: Fields,
}

/// How a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Expired,
}

/// A session as others see it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) rules: SessionRules,
    /// Milliseconds since 1970.
    pub(crate) created_ms: u64,
    /// Milliseconds since 1970.
    pub(crate) modified_ms: u64,
    /// How long it has had no request, in milliseconds; 0 while it has one.
    pub(crate) idle_ms: u64,
    /// How long it has lived, in milliseconds.
    pub(crate) age_ms: u64,
    pub(crate) requests: u64,
    pub(crate) status: Status,
    pub(crate) container: String,
    pub(crate) given: Fields,
}

impl Session {
    pub(super) fn new(id: Option<String>, rules: SessionRules, now_ms: u64) -> Self {
        Self {
            id,
            rules,
            created_ms: now_ms,
            modified_ms: now_ms,
            used_ms: now_ms,
            in_flight: 0,
            requests: 0,
            member: None,
            counts: true,
            made_by_api: false,
            container: String::new(),
            given: Fields::new(),
        }
    }

    /// Whether its time has come: that of its whole life, or that without a request.
    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        // A session of the SSE transport ends with its stream; what has no name yet, with its request.
        if self.id.is_none() || matches!(self.rules.affinity, Affinity::McpSse(_)) {
            return false;
        }
        let has_lived = now_ms.saturating_sub(self.created_ms);
        let idle = now_ms.saturating_sub(self.used_ms);
        // With an idle time of 0 the end of the last request is the end; before the first there is none.
        let may_idle_out = self.in_flight == 0 && (self.requests > 0 || !self.rules.idle.is_zero());
        has_lived >= milliseconds(self.rules.ttl)
            || (may_idle_out && idle >= milliseconds(self.rules.idle))
    }

    /// Whether its last request is the last there is of it: the function never named it, its stream is over, or none was served.
    pub(super) fn ends_unseen(&self) -> bool {
        self.in_flight == 0
            && !self.made_by_api
            && (self.id.is_none()
                || self.requests == 0
                || matches!(self.rules.affinity, Affinity::McpSse(_)))
    }

    pub(super) fn view(&self, status: Status, now_ms: u64) -> Option<View> {
        let idle_ms = now_ms.saturating_sub(self.used_ms);
        Some(View {
            id: self.id.clone()?,
            rules: self.rules.clone(),
            created_ms: self.created_ms,
            modified_ms: self.modified_ms,
            idle_ms: if self.in_flight == 0 { idle_ms } else { 0 },
            age_ms: now_ms.saturating_sub(self.created_ms),
            requests: self.requests,
            status,
            container: self.container.clone(),
            given: self.given.clone(),
        })
    }
}

impl Status {
    /// What the API calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
        }
    }
}
