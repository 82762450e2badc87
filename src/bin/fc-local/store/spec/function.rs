//! A function of either generation ([contract §1.3](crate::check::sections::SECTIONS#1.3),
//! [§4.4](crate::check::sections::SECTIONS#4.4); fun-cli §3, §6, §8).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::affinity::SessionFields;
use super::fields::{Fields, Spec, in_range};
use super::health::{self, HealthSpec};
use super::service::{LogConfig, ServiceSpec};
use super::{defaults, lists};
use crate::facts::limit;
use crate::function::{Function, Hook, Owner};
use crate::name::{FunctionName, Generation};

/// All names and values of a function's variables together ([contract §4.3](crate::check::sections::SECTIONS#4.3)).
const ENVIRONMENT_BYTES_MAX: usize = 4 * 1024;

/// FC's default for a hook's time, in seconds.
const HOOK_SECONDS: u64 = 3;

/// The numbers of a function, in the order in which they are checked.
const NUMBERS: [(&str, RangeInclusive<u64>); 4] = [
    ("timeout", 1..=limit::TIMEOUT_SECONDS),
    ("memorySize", 128..=32_768),
    ("instanceConcurrency", 1..=limit::CONCURRENCY as u64),
    ("initializationTimeout", 1..=HOOKS[0].1),
];

/// The hooks, and the longest that each may take, in seconds ([contract §4.4](crate::check::sections::SECTIONS#4.4)).
const HOOKS: [(&str, u64); 3] = [("initializer", 300), ("preFreeze", 90), ("preStop", 90)];

/// The fields of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FunctionSpec {
    runtime: Option<String>,
    handler: Option<String>,
    timeout: Option<u64>,
    memory_size: Option<u64>,
    instance_concurrency: Option<u64>,
    /// FC 2.0 has the initializer here, FC 3.0 in the lifecycle.
    initializer: Option<String>,
    initialization_timeout: Option<u64>,
    instance_lifecycle_config: Option<Lifecycle>,
    environment_variables: Option<BTreeMap<String, String>>,
    custom_runtime_config: Option<CustomRuntime>,
    /// FC 3.0 has these two here, FC 2.0 in the service.
    role: Option<String>,
    log_config: Option<LogConfig>,
    #[serde(flatten)]
    sessions: SessionFields,
    #[serde(flatten)]
    rest: Fields,
}

/// The hooks, which `fun` writes with capitals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Lifecycle {
    #[serde(alias = "Initializer")]
    initializer: Option<HookSpec>,
    #[serde(alias = "PreFreeze")]
    pre_freeze: Option<HookSpec>,
    #[serde(alias = "PreStop")]
    pre_stop: Option<HookSpec>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct HookSpec {
    #[serde(alias = "Handler")]
    handler: Option<String>,
    #[serde(alias = "Timeout")]
    timeout: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

/// How the process is started.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CustomRuntime {
    #[serde(alias = "Command")]
    command: Option<Vec<String>>,
    #[serde(alias = "Args")]
    args: Option<Vec<String>>,
    health_check_config: Option<HealthSpec>,
    #[serde(flatten)]
    rest: Fields,
}

impl FunctionSpec {
    /// The function that instances see; `service` is the one that it belongs to in FC 2.0.
    pub(crate) fn function(
        &self,
        name: &FunctionName,
        owner: &Owner,
        service: Option<&ServiceSpec>,
    ) -> Function {
        let defaults = Function::with_defaults(name.clone());
        let role = service.map_or(&self.role, |service| &service.role);
        let log = service.map_or(&self.log_config, |service| &service.log_config);
        let log = log.clone().unwrap_or_default();
        Function {
            owner: owner.clone(),
            handler: self.handler.clone().unwrap_or(defaults.handler),
            memory_mb: self.memory_size.unwrap_or(defaults.memory_mb),
            timeout: self.timeout.map_or(defaults.timeout, Duration::from_secs),
            concurrency: self.concurrency().unwrap_or(defaults.concurrency),
            initializer: self.initializer(),
            pre_freeze: (self.hook(|hooks| &hooks.pre_freeze))
                .filter(|_| name.generation() == Generation::Fc2),
            pre_stop: self.hook(|hooks| &hooks.pre_stop),
            environment: self.environment_variables.clone().unwrap_or_default(),
            command: self.command(),
            health: self.health().and_then(HealthSpec::check),
            sessions: self.sessions.rules(),
            isolation: self.sessions.isolation(),
            has_role: role.as_ref().is_some_and(|role| !role.is_empty()),
            log_project: log.project.unwrap_or_default(),
            log_store: log.logstore.unwrap_or_default(),
            ..defaults
        }
    }

    /// What it is where nobody has said anything, for a function of this name.
    pub(crate) fn defaults(&self, name: &FunctionName) -> Fields {
        let memory_mb = Function::with_defaults(name.clone()).memory_mb;
        let mut fields = defaults::of(name, self.memory_size.unwrap_or(memory_mb));
        if let Some(concurrency) = self.concurrency() {
            fields.insert("instanceConcurrency".to_owned(), concurrency.into());
        }
        fields
    }

    /// Whether it starts something else than the `bootstrap` of its package.
    pub(crate) fn has_command(&self) -> bool {
        !self.command().is_empty()
    }

    fn health(&self) -> Option<&HealthSpec> {
        self.custom_runtime_config
            .as_ref()?
            .health_check_config
            .as_ref()
    }

    fn concurrency(&self) -> Option<u32> {
        let configured = self.instance_concurrency;
        let configured = configured.and_then(|number| u32::try_from(number).ok());
        self.sessions.concurrency(configured)
    }

    /// The virtual processors: what was set, else what the memory asks for.
    fn cpu(&self) -> f64 {
        let set = self.rest.get("cpu").and_then(serde_json::Value::as_f64);
        set.unwrap_or_else(|| defaults::cpu(self.memory_size.unwrap_or_default()))
    }

    /// An empty handler is none.
    fn initializer(&self) -> Option<Hook> {
        let handler = self.initializer.as_ref();
        match handler.filter(|handler| !handler.is_empty()) {
            Some(handler) => Some(hook(handler, self.initialization_timeout)),
            None => self.hook(|hooks| &hooks.initializer),
        }
    }

    fn hook(&self, which: impl Fn(&Lifecycle) -> &Option<HookSpec>) -> Option<Hook> {
        let spec = which(self.instance_lifecycle_config.as_ref()?).as_ref()?;
        let handler = spec.handler.as_ref()?;
        (!handler.is_empty()).then(|| hook(handler, spec.timeout))
    }

    fn command(&self) -> Vec<String> {
        let Some(config) = &self.custom_runtime_config else {
            return Vec::new();
        };
        let command = config.command.clone().unwrap_or_default();
        if command.is_empty() {
            command
        } else {
            [command, config.args.clone().unwrap_or_default()].concat()
        }
    }

    fn check_runtime(&self) -> Result<(), String> {
        let runtime = self.runtime.as_deref().unwrap_or_default();
        if runtime == "custom" || runtime.starts_with("custom.debian") {
            return Ok(());
        }
        Err(format!(
            "runtime '{runtime}' cannot run here: fc-local runs custom runtimes only (custom, custom.debian10, \
             custom.debian11, custom.debian12)"
        ))
    }

    fn check_numbers(&self) -> Result<(), String> {
        let given = [
            self.timeout,
            self.memory_size,
            self.instance_concurrency,
            self.initialization_timeout,
        ];
        let mut numbers = NUMBERS.iter().zip(given);
        numbers.try_for_each(|((name, range), given)| in_range(name, given, range.clone()))?;
        let Some(hooks) = &self.instance_lifecycle_config else {
            return Ok(());
        };
        let given = [&hooks.initializer, &hooks.pre_freeze, &hooks.pre_stop];
        let mut hooks = HOOKS.iter().zip(given);
        hooks.try_for_each(|((name, longest), hook)| {
            let seconds = hook.as_ref().and_then(|hook| hook.timeout);
            let name = format!("instanceLifecycleConfig.{name}.timeout");
            in_range(&name, seconds, 1..=*longest)
        })
    }
}

impl Spec for FunctionSpec {
    const KIND: &'static str = "a function";
    const UNPLAYED: &'static [&'static str] = lists::FUNCTION;

    fn range(path: &str) -> Option<RangeInclusive<u64>> {
        if let Some(name) = path.strip_prefix("customRuntimeConfig.healthCheckConfig.") {
            return health::range(name);
        }
        // `fun` writes the names of the hooks with capitals.
        let path = path.to_ascii_lowercase();
        let hook = path.strip_prefix("instancelifecycleconfig.");
        if let Some(hook) = hook.and_then(|rest| rest.strip_suffix(".timeout")) {
            let mut hooks = HOOKS.iter();
            let longest = hooks.find(|(name, _)| name.eq_ignore_ascii_case(hook))?.1;
            return Some(1..=longest);
        }
        let mut numbers = NUMBERS.iter();
        let number = numbers.find(|(name, _)| name.eq_ignore_ascii_case(&path))?;
        Some(number.1.clone())
    }

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        self.check_runtime()?;
        self.check_numbers()?;
        self.health().map_or(Ok(()), HealthSpec::check_ranges)?;
        self.sessions.check(self.instance_concurrency, self.cpu())?;
        self.environment_variables
            .as_ref()
            .map_or(Ok(()), check_environment)
    }
}

fn hook(handler: &str, seconds: Option<u64>) -> Hook {
    Hook {
        handler: handler.to_owned(),
        timeout: Duration::from_secs(seconds.unwrap_or(HOOK_SECONDS)),
    }
}

fn check_environment(variables: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, value) in variables {
        if name.starts_with("FC_") {
            return Err(format!(
                "the variable '{name}' is reserved: names with FC_ belong to FC"
            ));
        }
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(format!(
                "the variable '{name}' is not valid: a name and a text without NUL"
            ));
        }
    }
    let sizes = variables
        .iter()
        .map(|(name, value)| name.len() + value.len());
    let size: usize = sizes.sum();
    if size > ENVIRONMENT_BYTES_MAX {
        return Err(format!(
            "the environment variables have {size} bytes, more than {ENVIRONMENT_BYTES_MAX}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
