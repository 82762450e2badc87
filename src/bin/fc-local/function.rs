//! What an instance has to know of its function: one flat description for both generations of FC.
//!
//! It knows no API request and no file format; `store` makes one of what was deployed, `invoke` and `check` of the
//! command line.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::name::FunctionName;

/// A lifecycle hook that is configured, hence called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hook {
    pub(crate) handler: String,
    pub(crate) timeout: Duration,
}

/// How the platform finds out whether a new instance may be called
/// ([fc3 §6](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#6)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    /// The path that is asked, with its query.
    pub(crate) path: String,
    pub(crate) initial_delay: Duration,
    /// Between two checks.
    pub(crate) period: Duration,
    pub(crate) timeout: Duration,
    /// How many checks in a row have to fail.
    pub(crate) failures: u64,
    /// How many checks in a row have to succeed.
    pub(crate) successes: u64,
}

/// Who functions belong to, and where they run.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) account_id: String,
    pub(crate) region: String,
}

/// A function as its instances see it.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: FunctionName,
    pub(crate) owner: Owner,
    pub(crate) handler: String,
    pub(crate) memory_mb: u64,
    pub(crate) timeout: Duration,
    pub(crate) concurrency: u32,
    /// How many calls may run at once in all instances, if that is limited.
    pub(crate) calls_max: Option<u64>,
    pub(crate) initializer: Option<Hook>,
    pub(crate) pre_freeze: Option<Hook>,
    pub(crate) pre_stop: Option<Hook>,
    pub(crate) environment: BTreeMap<String, String>,
    /// The start command and its arguments; empty means `/code/bootstrap`.
    pub(crate) command: Vec<String>,
    pub(crate) health: Option<HealthCheck>,
    /// Whether the function has a role, hence gets (made-up) credentials.
    pub(crate) has_role: bool,
    pub(crate) log_project: String,
    pub(crate) log_store: String,
    /// Distinguishes one version of the code from the next; shown to callers.
    pub(crate) code_checksum: String,
}

/// The account that fc-local plays when none is configured.
pub(crate) const DEFAULT_ACCOUNT_ID: &str = "1234567890123456";

/// The region that fc-local plays when none is configured.
pub(crate) const DEFAULT_REGION: &str = "cn-hangzhou";

/// Variables that functions get here beside their own. Their values may be secrets, so `Debug` shows names alone.
#[derive(Clone, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn extend(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        self.0.extend(variables);
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Function {
    /// Gives the function these variables, over its own of the same names.
    pub(crate) fn add_variables(&mut self, variables: &Variables) {
        let variables = variables.0.iter();
        let copies = variables.map(|(name, value)| (name.clone(), value.clone()));
        self.environment.extend(copies);
    }
}

impl Default for Owner {
    fn default() -> Self {
        Self {
            account_id: DEFAULT_ACCOUNT_ID.to_owned(),
            region: DEFAULT_REGION.to_owned(),
        }
    }
}

impl Function {
    /// A function with FC's defaults: 128 MB, 3 s, one call at a time, no hooks
    /// ([contract §1.3](crate::check::sections::SECTIONS#1.3)).
    pub(crate) fn with_defaults(name: FunctionName) -> Self {
        Self {
            name,
            owner: Owner::default(),
            handler: "index.handler".to_owned(),
            memory_mb: 128,
            timeout: Duration::from_secs(3),
            concurrency: 1,
            calls_max: None,
            initializer: None,
            pre_freeze: None,
            pre_stop: None,
            environment: BTreeMap::new(),
            command: Vec::new(),
            health: None,
            has_role: false,
            log_project: String::new(),
            log_store: String::new(),
            code_checksum: String::new(),
        }
    }
}
