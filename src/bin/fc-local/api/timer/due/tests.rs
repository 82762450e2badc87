//! When a trigger is due, by a clock that the test sets.

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
