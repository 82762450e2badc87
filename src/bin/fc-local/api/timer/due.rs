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
        function: &FunctionName,
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
            function: function.clone(),
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
                firings.push(Firing::of(name, trigger, &one.timer, due));
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
mod tests {
    use std::time::{Duration, SystemTime};

    use serde_json::{Value, json};

    use super::Timers;
    use crate::name::FunctionName;
    use crate::store::spec::{FunctionSpec, Spec, TriggerSpec};
    use crate::store::{CodeRef, FunctionRecord, Resource, State};

    fn time(text: &str) -> SystemTime {
        humantime::parse_rfc3339(text).expect("a time")
    }

    fn trigger(expression: &str, enable: bool) -> TriggerSpec {
        let spec = json!({
            "triggerType": "timer",
            "triggerConfig": {"cronExpression": expression, "enable": enable, "payload": "p"},
        });
        TriggerSpec::read(spec.as_object().expect("an object").clone()).expect("a trigger")
    }

    /// A state with the function `f`, which has these timers.
    fn state(timers: &[(&str, &str, bool)]) -> State {
        let code = CodeRef {
            sha256: String::new(),
            crc64: String::new(),
            size: 0,
        };
        let mut record = FunctionRecord::new(FunctionSpec::default(), code);
        for (name, expression, enable) in timers {
            let resource = Resource::new(trigger(expression, *enable));
            record.triggers.insert((*name).to_owned(), resource);
        }
        let mut state = State::default();
        state.functions.insert(FunctionName::fc3("f"), record);
        state
    }

    /// The events that are due, as text.
    fn due(timers: &mut Timers, state: &State, now: &str) -> Vec<String> {
        let firings = timers.due(state, time(now)).into_iter();
        let events = firings.map(|firing| {
            let event: Value = serde_json::from_slice(&firing.event).expect("JSON");
            let [name, time, payload] = ["triggerName", "triggerTime", "payload"].map(|key| {
                let text = event[key].as_str().expect("text");
                text.to_owned()
            });
            format!("{name} {time} {payload}")
        });
        events.collect()
    }

    #[test]
    fn timers_fire_at_their_times_and_those_that_are_not_enabled_do_not() {
        let state = state(&[
            ("hourly", "0 0 * * * *", true),
            ("off", "0 0 * * * *", false),
            ("often", "@every 10m", true),
        ]);
        let mut timers = Timers::default();
        let none: [&str; 0] = [];
        assert_eq!(due(&mut timers, &state, "2026-01-02T03:50:30Z"), none);
        let rest = timers.rest(time("2026-01-02T03:50:30Z"));
        assert_eq!(rest, Some(Duration::from_secs(570)));
        assert_eq!(due(&mut timers, &state, "2026-01-02T03:59:59Z"), none);
        let hourly = ["hourly 2026-01-02T04:00:00Z p"];
        assert_eq!(due(&mut timers, &state, "2026-01-02T04:00:00Z"), hourly);
        assert_eq!(due(&mut timers, &state, "2026-01-02T04:00:00Z"), none);
        let often = ["often 2026-01-02T04:00:30Z p"];
        assert_eq!(due(&mut timers, &state, "2026-01-02T04:00:31Z"), often);
    }

    #[test]
    fn what_was_missed_fires_once_and_a_changed_timer_begins_anew() {
        let mut state = state(&[("t", "0 0 * * * *", true)]);
        let mut timers = Timers::default();
        let none: [&str; 0] = [];
        assert_eq!(due(&mut timers, &state, "2026-01-02T03:30:00Z"), none);
        // The machine slept for a day.
        let once = ["t 2026-01-02T04:00:00Z p"];
        assert_eq!(due(&mut timers, &state, "2026-01-03T05:30:00Z"), once);
        let record = state.functions.values_mut().next().expect("the function");
        let resource = record.triggers.get_mut("t").expect("the trigger");
        resource.replace(trigger("0 45 * * * *", true));
        assert_eq!(due(&mut timers, &state, "2026-01-03T05:40:00Z"), none);
        let changed = ["t 2026-01-03T05:45:00Z p"];
        assert_eq!(due(&mut timers, &state, "2026-01-03T06:00:00Z"), changed);
        state.functions.clear();
        assert_eq!(due(&mut timers, &state, "2026-01-04T00:00:00Z"), none);
        assert_eq!(timers.rest(time("2026-01-04T00:00:00Z")), None);
    }
}
