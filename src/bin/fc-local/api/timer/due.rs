//! Which timer triggers are due: each fires at its time, once however late that is noticed.
//!
//! It must not know how a function is called, nor who looks when.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::name::FunctionName;
use crate::store::spec::{Timer, TriggerSpec};
use crate::store::{Resource, State};

/// A timer trigger that fires.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Firing {
    pub(crate) function: FunctionName,
    pub(crate) trigger: String,
    /// What the function gets ([contract §7](crate::check::sections::SECTIONS#7)).
    pub(crate) event: Vec<u8>,
}

/// The timers of what is deployed, each with when it is due.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeMap<(FunctionName, String), Waiting>);

#[derive(Debug)]
struct Waiting {
    /// Which version of the trigger it is.
    version: (String, u64),
    timer: Timer,
    /// None if it never comes, or is not enabled.
    due: Option<SystemTime>,
}

impl Waiting {
    fn new(resource: &Resource<TriggerSpec>, now: SystemTime) -> Option<Self> {
        let timer = resource.spec.timer()?;
        let due = timer.is_enabled.then(|| timer.schedule.next(now));
        Some(Self {
            version: version(resource),
            due: due.flatten(),
            timer,
        })
    }
}

fn version(resource: &Resource<TriggerSpec>) -> (String, u64) {
    (resource.id.clone(), resource.revision)
}

impl Firing {
    /// A timer as it fires at a time.
    pub(crate) fn of(
        function: FunctionName,
        trigger: &str,
        timer: &Timer,
        time: SystemTime,
    ) -> Self {
        let event = json!({
            "triggerTime": humantime::format_rfc3339_seconds(time).to_string(),
            "triggerName": trigger,
            "payload": timer.payload,
        });
        Self {
            function,
            trigger: trigger.to_owned(),
            event: event.to_string().into_bytes(),
        }
    }
}

impl Timers {
    /// Takes up what is deployed now, and returns the timers that are due.
    pub(crate) fn due(&mut self, state: &State, now: SystemTime) -> Vec<Firing> {
        let mut firings = Vec::new();
        let mut before = std::mem::take(&mut self.0);
        for (name, trigger, resource) in triggers(state) {
            let key = (name.clone(), trigger.to_owned());
            let known = before.remove(&key);
            let known = known.filter(|known| known.version == version(resource));
            let Some(mut one) = known.or_else(|| Waiting::new(resource, now)) else {
                continue;
            };
            if let Some(due) = one.due.filter(|due| *due <= now) {
                let called = resource.spec.called(name);
                firings.push(Firing::of(called, trigger, &one.timer, due));
                one.due = one.timer.schedule.next(now);
            }
            self.0.insert(key, one);
        }
        firings
    }

    /// How long nothing is due.
    pub(crate) fn rest(&self, now: SystemTime) -> Option<Duration> {
        let next = self.0.values().filter_map(|waiting| waiting.due).min()?;
        Some(next.duration_since(now).unwrap_or_default())
    }
}

/// All triggers, each with its function and its name.
fn triggers(state: &State) -> impl Iterator<Item = (&FunctionName, &str, &Resource<TriggerSpec>)> {
    state.functions.iter().flat_map(|(function, record)| {
        let triggers = record.triggers.iter();
        triggers.map(move |(name, resource)| (function, name.as_str(), resource))
    })
}

#[cfg(test)]
mod tests;
