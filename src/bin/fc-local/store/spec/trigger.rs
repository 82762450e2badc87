//! A trigger of a function.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec, text_or_number};
use super::lists;
use super::schedule::Schedule;
use crate::name::{FunctionName, Generation};

/// The type of timers.
const TIMER: &str = "timer";

/// What an HTTP trigger asks for unless it is configured.
const DEFAULT_AUTH: &str = "function";

/// The authentication that lets everybody in.
const ANONYMOUS: &str = "anonymous";

/// The fields of a trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TriggerSpec {
    trigger_type: Option<String>,
    trigger_config: Option<TriggerConfig>,
    #[serde(deserialize_with = "text_or_number")]
    qualifier: Option<String>,
    #[serde(flatten)]
    rest: Fields,
}

/// The configuration: those of HTTP triggers and timers have types, that of any other is kept as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TriggerConfig {
    auth_type: Option<String>,
    methods: Option<Vec<String>>,
    cron_expression: Option<String>,
    enable: Option<bool>,
    payload: Option<String>,
    #[serde(flatten)]
    rest: Fields,
}

/// A timer, as it fires.
#[derive(Debug)]
pub(crate) struct Timer {
    pub(crate) schedule: Schedule,
    /// Whether it fires by itself.
    pub(crate) is_enabled: bool,
    /// What its events carry.
    pub(crate) payload: String,
}

impl TriggerSpec {
    /// The timer that it is, unless it is none.
    pub(crate) fn timer(&self) -> Option<Timer> {
        self.read_timer().ok().flatten()
    }

    fn read_timer(&self) -> Result<Option<Timer>, String> {
        if self.trigger_type.as_deref() != Some(TIMER) {
            return Ok(None);
        }
        let config = self.trigger_config.as_ref();
        let expression = config.and_then(|config| config.cron_expression.as_deref());
        let expression = expression.ok_or("triggerConfig.cronExpression is missing")?;
        let schedule = Schedule::parse(expression);
        let payload = config.and_then(|config| config.payload.clone());
        Ok(Some(Timer {
            schedule: schedule.map_err(|why| format!("triggerConfig.cronExpression: {why}"))?,
            is_enabled: config.and_then(|config| config.enable).unwrap_or(true),
            payload: payload.unwrap_or_default(),
        }))
    }

    /// What it calls of its function: in FC 3.0 a version or alias, in FC 2.0 always `LATEST`.
    pub(crate) fn called(&self, function: &FunctionName) -> FunctionName {
        let given = self.qualifier.as_deref().unwrap_or_default();
        match function.generation() {
            Generation::Fc2 => function.clone().at(""),
            Generation::Fc3 => function.clone().at(given),
        }
    }

    /// Whether it makes the function reachable by HTTP.
    pub(crate) fn is_http(&self) -> bool {
        let kind = self.trigger_type.as_deref();
        kind.is_some_and(|kind| kind.starts_with("http"))
    }

    /// Whether it lets requests of this method through.
    pub(crate) fn allows(&self, method: &str) -> bool {
        let config = self.trigger_config.as_ref();
        let methods = config.and_then(|config| config.methods.as_ref());
        methods.is_none_or(|methods| methods.iter().any(|allowed| allowed == method))
    }

    /// Whether requests need no signature.
    pub(crate) fn is_anonymous(&self) -> bool {
        let config = self.trigger_config.as_ref();
        let auth = config.and_then(|config| config.auth_type.as_deref());
        auth.unwrap_or(DEFAULT_AUTH).eq_ignore_ascii_case(ANONYMOUS)
    }
}

impl Spec for TriggerSpec {
    const KIND: &'static str = "a trigger";
    const UNPLAYED: &'static [&'static str] = lists::TRIGGER;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        match self.trigger_type {
            Some(_) => self.read_timer().map(drop),
            None => Err("triggerType is missing".to_owned()),
        }
    }
}
