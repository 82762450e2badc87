//! From what was deployed to what an instance needs: reading, checking and defaulting a function's fields
//! (contract §1.3, §4.4; fun-cli §3, §6, §8).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::facts::limit;
use crate::function::{Function, Generation, Hook};

/// Names of services and functions: letters, digits, `_` and `-`, no digit or `-` first (FC's own rule).
const NAME_LENGTH_MAX: usize = 128;

/// All names and values of a function's variables together (contract §4.3).
const ENVIRONMENT_BYTES_MAX: usize = 4 * 1024;

/// FC's default for a hook's time, in seconds.
const HOOK_SECONDS: u64 = 3;

/// Who the functions belong to.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) account_id: String,
    pub(crate) region: String,
}

/// Builds the function that instances see, refusing what FC would refuse.
pub(crate) fn function(
    generation: Generation,
    owner: &Owner,
    service: Option<(&str, &Map<String, Value>)>,
    name: &str,
    spec: &Map<String, Value>,
) -> Result<Function, ApiError> {
    let (service_name, service_spec) = service.unwrap_or(("", spec));
    let fields = Fields(spec);
    check_runtime(&fields)?;
    let defaults = Function::with_defaults(generation, service_name, name);
    let log = Fields(service_spec).object("logConfig");
    Ok(Function {
        account_id: owner.account_id.clone(),
        region: owner.region.clone(),
        handler: fields
            .text("handler")
            .unwrap_or(&defaults.handler)
            .to_owned(),
        memory_mb: fields.number("memorySize", 128..=32_768, defaults.memory_mb)?,
        timeout: Duration::from_secs(fields.number(
            "timeout",
            1..=86_400,
            defaults.timeout.as_secs(),
        )?),
        // Its limit is a number of 32 bits, so it always fits.
        concurrency: u32::try_from(fields.number(
            "instanceConcurrency",
            1..=u64::from(limit::CONCURRENCY),
            1,
        )?)
        .unwrap_or(1),
        initializer: initializer(&fields)?,
        pre_freeze: lifecycle_hook(&fields, "preFreeze", 90)?
            .filter(|_| generation == Generation::Fc2),
        pre_stop: lifecycle_hook(&fields, "preStop", 90)?,
        environment: environment(&fields)?,
        command: command(&fields),
        has_role: Fields(service_spec)
            .text("role")
            .is_some_and(|role| !role.is_empty()),
        log_project: log.text("project").unwrap_or_default().to_owned(),
        log_store: log.text("logstore").unwrap_or_default().to_owned(),
        ..defaults
    })
}

/// Checks the name of a new service or function.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), ApiError> {
    let first = name
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let rest = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    if first && rest && name.len() <= NAME_LENGTH_MAX {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "{field} '{name}' is not valid: it has 1 to {NAME_LENGTH_MAX} letters, digits, '_' or '-', and begins with a \
         letter or '_'"
    )))
}

fn check_runtime(fields: &Fields<'_>) -> Result<(), ApiError> {
    let runtime = fields.text("runtime").unwrap_or_default();
    if runtime == "custom" || runtime.starts_with("custom.debian") {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "runtime '{runtime}' cannot run here: fc-local runs custom runtimes only (custom, custom.debian10, \
         custom.debian11, custom.debian12)"
    )))
}

/// FC 2.0 has the initializer beside the other fields, FC 3.0 in the lifecycle; an empty handler is none.
fn initializer(fields: &Fields<'_>) -> Result<Option<Hook>, ApiError> {
    match fields
        .text("initializer")
        .filter(|handler| !handler.is_empty())
    {
        Some(handler) => {
            let seconds = fields.number("initializationTimeout", 1..=300, HOOK_SECONDS)?;
            Ok(Some(Hook {
                handler: handler.to_owned(),
                timeout: Duration::from_secs(seconds),
            }))
        }
        None => lifecycle_hook(fields, "initializer", 300),
    }
}

fn lifecycle_hook(
    fields: &Fields<'_>,
    name: &str,
    seconds_max: u64,
) -> Result<Option<Hook>, ApiError> {
    let lifecycle = fields.object("instanceLifecycleConfig");
    let hook = lifecycle.object(name);
    let Some(handler) = hook.text("handler").filter(|handler| !handler.is_empty()) else {
        return Ok(None);
    };
    let seconds = hook.number("timeout", 1..=seconds_max, HOOK_SECONDS)?;
    Ok(Some(Hook {
        handler: handler.to_owned(),
        timeout: Duration::from_secs(seconds),
    }))
}

fn environment(fields: &Fields<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut environment = BTreeMap::new();
    for (name, value) in fields.object("environmentVariables").0 {
        if name.starts_with("FC_") {
            return Err(ApiError::invalid(format!(
                "the variable '{name}' is reserved: names with FC_ belong to FC"
            )));
        }
        let bad = || {
            ApiError::invalid(format!(
                "the variable '{name}' is not valid: a name and a text without NUL"
            ))
        };
        let value = value
            .as_str()
            .filter(|value| !value.contains('\0'))
            .ok_or_else(bad)?;
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(bad());
        }
        environment.insert(name.clone(), value.to_owned());
    }
    let size: usize = environment
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > ENVIRONMENT_BYTES_MAX {
        let message = format!(
            "the environment variables have {size} bytes, more than {ENVIRONMENT_BYTES_MAX}"
        );
        return Err(ApiError::invalid(message));
    }
    Ok(environment)
}

fn command(fields: &Fields<'_>) -> Vec<String> {
    let config = fields.object("customRuntimeConfig");
    let list = |name: &str| {
        let items = config
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let command = list("command");
    if command.is_empty() {
        command
    } else {
        [command, list("args")].concat()
    }
}

/// A JSON object whose fields may be written `preStop` or `PreStop`: `fun` sends both kinds.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        let found = self.0.get(name).or_else(|| self.0.get(&capitalized(name)));
        found.filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }

    fn object(&self, name: &str) -> Fields<'a> {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        Fields(self.get(name).and_then(Value::as_object).unwrap_or(&EMPTY))
    }

    fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
        default: u64,
    ) -> Result<u64, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        value
            .as_u64()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                ApiError::invalid(format!(
                    "{name} is {value}, not a number from {} to {}",
                    range.start(),
                    range.end()
                ))
            })
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

/// Takes the code package out of a request body: `None` if the request leaves the code as it is.
pub(crate) fn take_code(spec: &mut Map<String, Value>) -> Result<Option<CodeInput>, ApiError> {
    let Some(code) = spec.remove("code").filter(|code| !code.is_null()) else {
        return Ok(None);
    };
    let field = |name: &str| {
        code.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    if let Some(text) = field("zipFile") {
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)
            .map_err(|error| ApiError::invalid(format!("code.zipFile is no base64: {error}")))?;
        return Ok(Some(CodeInput::Zip(bytes)));
    }
    match (field("ossBucketName"), field("ossObjectName")) {
        (Some(bucket), Some(object)) => Ok(Some(CodeInput::Stored {
            bucket: bucket.to_owned(),
            object: object.to_owned(),
        })),
        _ => Err(ApiError::invalid(format!(
            "code has neither zipFile nor ossBucketName and ossObjectName (at most {} bytes as zipFile)",
            limit::API_BODY_BYTES
        ))),
    }
}

/// Where a request says its code is.
#[derive(Debug)]
pub(crate) enum CodeInput {
    Zip(Vec<u8>),
    Stored { bucket: String, object: String },
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Owner, check_name, function};
    use crate::api::error::ApiError;
    use crate::function::{Function, Generation};

    fn build(generation: Generation, spec: &Value) -> Result<Function, ApiError> {
        let owner = Owner {
            account_id: "1".to_owned(),
            region: "r".to_owned(),
        };
        let spec = spec.as_object().expect("an object");
        function(generation, &owner, None, "f", spec)
    }

    #[test]
    fn what_fun_sends_is_understood() {
        let spec = json!({
            "runtime": "custom", "timeout": 10, "memorySize": 256, "instanceConcurrency": 5,
            "initializer": "index.init", "initializationTimeout": 7,
            "InstanceLifecycleConfig": {"PreFreeze": {"Handler": ""}, "PreStop": {"Handler": "index.stop", "Timeout": 9}},
        });
        let function = build(Generation::Fc2, &spec).expect("valid");
        assert_eq!(
            (
                function.timeout.as_secs(),
                function.memory_mb,
                function.concurrency
            ),
            (10, 256, 5)
        );
        assert_eq!(
            function.initializer.map(|hook| hook.timeout.as_secs()),
            Some(7)
        );
        assert_eq!(
            (
                function.pre_freeze,
                function.pre_stop.map(|hook| hook.timeout.as_secs())
            ),
            (None, Some(9))
        );
    }

    #[test]
    fn what_fc_would_refuse_is_refused_with_the_field_and_the_range() {
        let message = |spec: Value| build(Generation::Fc3, &spec).expect_err("refused").message;
        assert!(message(json!({"runtime": "nodejs12"})).contains("custom runtimes only"));
        let range = "timeout is 0, not a number from 1 to 86400";
        assert_eq!(message(json!({"runtime": "custom", "timeout": 0})), range);
        assert!(
            message(json!({"runtime": "custom", "environmentVariables": {"FC_X": "1"}}))
                .contains("FC_X")
        );
        assert!(
            check_name("serviceName", "1a").is_err() && check_name("serviceName", "a-1_B").is_ok()
        );
    }
}
