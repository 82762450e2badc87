//! What an instance has to know of its function: one flat description for both generations of FC.
//!
//! It knows no API request and no file format; `store` makes one of what was deployed, `invoke` and `check` of the
//! command line.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::name::{FunctionName, LATEST};

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

/// How a request is known to belong to a session
/// ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Affinity {
    /// By a cookie that the platform makes.
    Cookie,
    /// By a header of this name, in small letters.
    Header(String),
    /// By the id that an MCP server of the SSE transport announces when it is asked for its stream at this path.
    McpSse(String),
    /// By the id that an MCP server of the Streamable HTTP transport answers with.
    McpStreamable,
}

/// How the sessions of a function are bound to its instances, and how long they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRules {
    pub(crate) affinity: Affinity,
    /// How many sessions one instance has at most.
    pub(crate) per_instance: usize,
    pub(crate) ttl: Duration,
    /// A session without a request for so long ends; 0 is with its last request.
    pub(crate) idle: Duration,
    /// Whether the id of an expired session may name a new one.
    pub(crate) reuses_ids: bool,
    /// Whether an instance serves one session in its whole life.
    pub(crate) exclusive: bool,
}

/// What an instance may be shared by ([fc3 §2](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    Shared,
    /// It serves one session.
    Session,
    /// It serves one request.
    Request,
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
    /// Whose fields and code these are; an alias leads to one version or another.
    pub(crate) version: String,
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
    /// Nothing where requests belong to no session.
    pub(crate) sessions: Option<SessionRules>,
    pub(crate) isolation: Isolation,
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

impl Affinity {
    /// What the API calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Cookie => "GENERATED_COOKIE",
            Self::Header(_) => "HEADER_FIELD",
            Self::McpSse(_) => "MCP_SSE",
            Self::McpStreamable => "MCP_STREAMABLE",
        }
    }
}

impl Isolation {
    /// What the API calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shared => "SHARE",
            Self::Session => "SESSION_EXCLUSIVE",
            Self::Request => "REQUEST_EXCLUSIVE",
        }
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
    /// Whether an alias leads to it, which may lead to other versions too.
    pub(crate) fn is_called_by_alias(&self) -> bool {
        self.name.qualifier() != self.version
    }

    /// A function with FC's defaults: 128 MB, 3 s, one call at a time, no hooks
    /// ([contract §1.3](crate::check::sections::SECTIONS#1.3)).
    pub(crate) fn with_defaults(name: FunctionName) -> Self {
        Self {
            name,
            version: LATEST.to_owned(),
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
            sessions: None,
            isolation: Isolation::Shared,
            has_role: false,
            log_project: String::new(),
            log_store: String::new(),
            code_checksum: String::new(),
        }
    }
}
