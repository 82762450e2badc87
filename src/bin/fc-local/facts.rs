//! The facts of the contract that more than one file needs: header names, limits, markers.
//!
//! Nothing here acts; each constant names its unit and its source.

/// The path prefix of the FC 2.0 API (fun-cli §3).
pub(crate) const FC2_PREFIX: &str = "/2016-08-15";
/// The path prefix of the API between the two: the resources of FC 2.0, signed as in FC 3.0
/// (`alibabacloud-fc-open20210406` 2.0.12 on `PyPI`).
pub(crate) const FC2021_PREFIX: &str = "/2021-04-06";
/// The path prefix of the FC 3.0 API (fun-cli §8).
pub(crate) const FC3_PREFIX: &str = "/2023-03-30";

/// The kinds of call an agent makes, as the value of `x-fc-control-path`
/// ([contract §1.1](crate::check::sections::SECTIONS#1.1)).
pub(crate) mod control_path {
    pub(crate) const INITIALIZE: &str = "/initialize";
    pub(crate) const INVOKE: &str = "/invoke";
    pub(crate) const HTTP_INVOKE: &str = "/http-invoke";
    pub(crate) const PRE_FREEZE: &str = "/pre-freeze";
    pub(crate) const PRE_STOP: &str = "/pre-stop";
}

/// Header names, in the lower case that the `http` crate asks for ([contract §2](crate::check::sections::SECTIONS#2),
/// [§3](crate::check::sections::SECTIONS#3), [§6](crate::check::sections::SECTIONS#6)).
pub(crate) mod header {
    /// Every header whose name starts so belongs to the platform.
    pub(crate) const PLATFORM_PREFIX: &str = "x-fc-";
    pub(crate) const REQUEST_ID: &str = "x-fc-request-id";
    pub(crate) const CONTROL_PATH: &str = "x-fc-control-path";
    pub(crate) const BASE_PATH: &str = "x-fc-base-path";
    pub(crate) const CLIENT_IP: &str = "x-fc-client-ip";
    pub(crate) const STATUS: &str = "x-fc-status";
    pub(crate) const ERROR_TYPE: &str = "x-fc-error-type";
    pub(crate) const LOG_TYPE: &str = "x-fc-log-type";
    pub(crate) const LOG_RESULT: &str = "x-fc-log-result";
    pub(crate) const INVOCATION_TYPE: &str = "x-fc-invocation-type";
    pub(crate) const ASYNC_TASK_ID: &str = "x-fc-async-task-id";
    /// The same in FC 2.0.
    pub(crate) const STATEFUL_ID: &str = "x-fc-stateful-async-invocation-id";
    pub(crate) const INVOCATION_DURATION: &str = "x-fc-invocation-duration";
    pub(crate) const MAX_MEMORY_USAGE: &str = "x-fc-max-memory-usage";
    pub(crate) const INSTANCE_ID: &str = "x-fc-instance-id";
    pub(crate) const CODE_CHECKSUM: &str = "x-fc-code-checksum";
    /// The cookie of a session that the platform made; its name is no header's.
    pub(crate) const SESSION_COOKIE: &str = "x-fc-cookie-session-id";
    /// How MCP's Streamable HTTP names a session.
    pub(crate) const MCP_SESSION_ID: &str = "mcp-session-id";
    pub(crate) const SERVICE_VERSION: &str = "x-fc-invocation-service-version";
}

/// Values of `x-fc-error-type` ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
pub(crate) mod error_type {
    pub(crate) const UNHANDLED: &str = "UnhandledInvocationError";
    pub(crate) const TIMEOUT: &str = "FunctionTimeoutError";
    pub(crate) const INITIALIZATION: &str = "InitializationError";
    /// Request and system errors: the function itself never ran.
    pub(crate) const COMMON: &str = "FcCommonError";
}

/// Limits of the platform ([contract §3.3](crate::check::sections::SECTIONS#3.3),
/// [§4.4](crate::check::sections::SECTIONS#4.4)).
pub(crate) mod limit {
    /// The longest Timeout that a function may have: one day.
    pub(crate) const TIMEOUT_SECONDS: u64 = 86_400;
    /// The tail log that `x-fc-log-result` carries.
    pub(crate) const TAIL_LOG_BYTES: usize = 4 * 1024;
    /// One log line; what is longer is cut.
    pub(crate) const LOG_LINE_BYTES: usize = 32 * 1024;
    /// A synchronous event or an HTTP request body.
    pub(crate) const SYNC_BODY_BYTES: usize = 32 * 1024 * 1024;
    /// An asynchronous event.
    pub(crate) const ASYNC_BODY_BYTES: usize = 128 * 1024;
    /// How many calls one instance may serve at once ([contract §4.4](crate::check::sections::SECTIONS#4.4)).
    pub(crate) const CONCURRENCY: u32 = 200;
    /// The longest that a session lives, and how long it does unless configured
    /// ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1)).
    pub(crate) const SESSION_TTL_SECONDS: u64 = 21_600;
    /// How long a session may be idle unless configured.
    pub(crate) const SESSION_IDLE_SECONDS: u64 = 1800;
    /// How long the id of an expired session is refused where ids are not used again: three days.
    pub(crate) const SESSION_REFUSED_SECONDS: u64 = 3 * 86_400;
    /// How often a failed asynchronous call is tried again, unless configured
    /// ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
    pub(crate) const ASYNC_RETRIES: u64 = 3;
    /// How old an asynchronous event may grow, unless configured: one day.
    pub(crate) const ASYNC_AGE_SECONDS: u64 = 86_400;
    /// An answer that has to be held as a whole; the built-in Node agent caps it here.
    pub(crate) const RESPONSE_BODY_BYTES: usize = 128 * 1024 * 1024;
    /// An API request body: a 100 MB package as base64 in JSON, with room for the rest.
    pub(crate) const API_BODY_BYTES: usize = 160 * 1024 * 1024;
    /// A code package; the console takes no larger one in any region.
    pub(crate) const PACKAGE_BYTES: u64 = 500 * 1024 * 1024;
    /// All header names and values of an HTTP trigger's request or answer together.
    pub(crate) const HTTP_HEADER_BYTES: usize = 8 * 1024;
    /// Path and query of an HTTP trigger's request.
    pub(crate) const HTTP_TARGET_BYTES: usize = 4 * 1024;
    /// How many headers either HTTP side reads: what 8 KB can hold, at 16 bytes for each. The parser sets memory aside for
    /// all of them with each request and each answer.
    pub(crate) const HEADER_COUNT: usize = 512;
    /// What a package may unpack to: the largest disk of an instance.
    pub(crate) const UNPACKED_BYTES: u64 = 10 * 1024 * 1024 * 1024;
    /// How long a new instance may take until its port accepts a connection.
    pub(crate) const START_SECONDS: u64 = 120;
}

/// The log lines that frame a call start with `FC`, the call's name and `Start` or `End`
/// ([contract §5.1](crate::check::sections::SECTIONS#5.1)).
pub(crate) const MARKER_CALLS: [&str; 4] = ["Initialize", "Invoke", "PreFreeze", "PreStop"];
