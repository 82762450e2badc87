//! `Context`, what Function Compute says about a call beside its body, and `Credentials`, which never show themselves.
//!
//! Owns the meaning of the `x-fc-*` headers ([contract §2](crate::guide::contract#2)). It must not know how a call
//! arrived or who answers it.

mod builder;
mod credentials;

use std::fmt;
use std::time::{Duration, Instant};

use crate::headers::{Headers, name};
use crate::panics;
use crate::scope::{self, Scope};

pub use builder::ContextBuilder;
pub use credentials::Credentials;

/// What Function Compute says to a handler about its call.
///
/// Every field but the request id is an `Option`: an empty header counts as absent
/// ([contract §2](crate::guide::contract#2)), and local tools send fewer headers than the platform.
///
/// | method | header | `None` when |
/// |---|---|---|
/// | [`request_id`](Self::request_id) | `x-fc-request-id` | never; empty when a local tool sends none |
/// | [`credentials`](Self::credentials) | `x-fc-access-key-id`, `-access-key-secret`, `x-fc-security-token` | the function has no role |
/// | [`function_name`](Self::function_name) | `x-fc-function-name` | only in local tools |
/// | [`function_handler`](Self::function_handler) | `x-fc-function-handler` | none is configured |
/// | [`memory_mb`](Self::memory_mb) | `x-fc-function-memory` | only in local tools |
/// | [`timeout`](Self::timeout) | `x-fc-function-timeout` | only in local tools |
/// | [`initializer`](Self::initializer) | `x-fc-function-initializer` | FC 3.0, or no initializer |
/// | [`initialization_timeout`](Self::initialization_timeout) | `x-fc-initialization-timeout` | FC 3.0, or no initializer |
/// | [`pre_freeze_handler`](Self::pre_freeze_handler) | `x-fc-instance-lifecycle-pre-freeze-handler` | FC 3.0, or no such hook |
/// | [`pre_stop_handler`](Self::pre_stop_handler) | `x-fc-instance-lifecycle-pre-stop-handler` | FC 3.0, or no such hook |
/// | [`region`](Self::region) | `x-fc-region` | only in local tools |
/// | [`account_id`](Self::account_id) | `x-fc-account-id` | only in local tools |
/// | [`qualifier`](Self::qualifier) | `x-fc-qualifier` | only in local tools |
/// | [`version_id`](Self::version_id) | `x-fc-version-id` | FC 3.0, or the call names no version |
/// | [`service_name`](Self::service_name) | `x-fc-service-name` | FC 3.0, which has no services |
/// | [`log_project`](Self::log_project), [`log_store`](Self::log_store) | `x-fc-service-logproject`, `-logstore` | FC 3.0, or no log project |
/// | [`retry_count`](Self::retry_count) | `x-fc-retry-count` | local tools, some versions of the platform |
/// | [`base_path`](Self::base_path) | `x-fc-base-path` | the call is no HTTP call, or comes through a custom domain |
/// | [`client_ip`](Self::client_ip) | `x-fc-client-ip` | mostly: the platform often leaves it empty |
/// | [`span_context`](Self::span_context), [`span_baggages`](Self::span_baggages), [`jaeger_endpoint`](Self::jaeger_endpoint) | `x-fc-tracing-…` | tracing is off |
///
/// # Examples
///
/// Test a handler with a context that you build:
///
/// ```
/// use std::time::Duration;
/// use fc_runtime::Context;
///
/// let ctx = Context::builder().request_id("r1").region("cn-hangzhou").timeout_seconds(3).build();
/// assert_eq!(ctx.region(), Some("cn-hangzhou"));
/// assert!(ctx.remaining().unwrap() <= Duration::from_secs(3));
/// ```
#[derive(Clone, Default)]
pub struct Context {
    fields: Headers,
    deadline: Option<Instant>,
}

/// Which configured timeout limits a call; a hook has another one than the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The function's own timeout.
    Function,
    /// The initializer's timeout, which FC 3.0 does not send.
    Initializer,
    /// Function Compute sends none.
    Unknown,
}

impl Context {
    /// A context for a test, filled field by field.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    /// The context of a call that arrived at `arrived` with these `x-fc-*` headers.
    pub(crate) fn new(fields: Headers, arrived: Instant, limit: Limit) -> Self {
        let mut context = Self {
            fields,
            deadline: None,
        };
        let time = match limit {
            Limit::Function => context.timeout(),
            Limit::Initializer => context.initialization_timeout(),
            Limit::Unknown => None,
        };
        context.deadline = time.and_then(|time| arrived.checked_add(time));
        context
    }

    /// The request id, which is in every log line of the call; empty when a local tool sends none.
    pub fn request_id(&self) -> &str {
        self.header(name::REQUEST_ID).unwrap_or_default()
    }

    /// The temporary credentials of the function's role, newer than those in the environment
    /// ([contract §4.3](crate::guide::contract#4.3)).
    pub fn credentials(&self) -> Option<Credentials<'_>> {
        Some(Credentials {
            access_key_id: self.header(name::ACCESS_KEY_ID)?,
            access_key_secret: self.header(name::ACCESS_KEY_SECRET)?,
            security_token: self.header(name::SECURITY_TOKEN),
        })
    }

    /// The memory that the function is configured with, in MB.
    pub fn memory_mb(&self) -> Option<u32> {
        self.number(name::FUNCTION_MEMORY)
    }

    /// How long an invocation of the function may take.
    pub fn timeout(&self) -> Option<Duration> {
        self.seconds(name::FUNCTION_TIMEOUT)
    }

    /// How long the initializer may take (FC 2.0).
    pub fn initialization_timeout(&self) -> Option<Duration> {
        self.seconds(name::INITIALIZATION_TIMEOUT)
    }

    /// How many attempts of this asynchronous invocation there were before: 0 the first time.
    pub fn retry_count(&self) -> Option<u32> {
        self.number(name::RETRY_COUNT)
    }

    /// When Function Compute gives up on the call and kills the instance.
    ///
    /// A custom runtime gets no deadline ([contract §2](crate::guide::contract#2)); this is the arrival of the call
    /// plus its timeout, so it is late by the time that the call took to arrive. `None` if the timeout is unknown: in
    /// the hooks, in the initializer of FC 3.0, and in local tools that send none.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time that is left until the [`deadline`](Self::deadline); zero after it has passed.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// The value of any `x-fc-*` header of the call, such as one that has no method here.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields.get(name).filter(|value| !value.is_empty())
    }

    /// Runs the work with this call's request id in its log lines. Use it in threads that the handler starts, whose
    /// lines have `-` otherwise. The log line of a panic in such a thread has the id, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use fc_runtime::{Context, Error, log};
    ///
    /// fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
    ///     let count = || {
    ///         log::info!("counting in a thread");
    ///         event.len().to_string()
    ///     };
    ///     let counted = thread::scope(|threads| threads.spawn(|| ctx.scope(count)).join());
    ///     Ok(counted.map_err(|_| Error::new("Panic", "the count failed"))?.into_bytes())
    /// }
    ///
    /// assert_eq!(handle(b"four", &Context::default())?, b"4");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let is_served_here = Scope::is_entered();
        let _scope = Scope::enter(scope::request_id(self.request_id()));
        if is_served_here {
            work()
        } else {
            panics::logged(work)
        }
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.header(name)?.parse().ok()
    }

    fn seconds(&self, name: &str) -> Option<Duration> {
        self.number(name)
            .map(|seconds| Duration::from_secs(seconds.into()))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("fields", &self.fields)
            .field("deadline", &self.deadline)
            .finish()
    }
}

/// Gives each field that is plain text its getter and the builder's setter, so that a header name stands once.
macro_rules! text_fields {
    ($($(#[$doc:meta])+ $field:ident = $header:expr;)+) => {
        impl Context {
            $($(#[$doc])+ pub fn $field(&self) -> Option<&str> {
                self.header($header)
            })+
        }
        impl ContextBuilder {
            $(#[doc = concat!("Sets [`Context::", stringify!($field), "`].")]
            #[must_use]
            pub fn $field(self, value: &str) -> Self {
                self.header($header, value)
            })+
        }
    };
}

text_fields! {
    /// The function's name.
    function_name = name::FUNCTION_NAME;
    /// The configured handler, which means nothing to a custom runtime.
    function_handler = name::FUNCTION_HANDLER;
    /// The configured initializer, if the function has one (FC 2.0).
    initializer = name::INITIALIZER;
    /// The configured pre-freeze handler (FC 2.0).
    pre_freeze_handler = name::PRE_FREEZE_HANDLER;
    /// The configured pre-stop handler (FC 2.0).
    pre_stop_handler = name::PRE_STOP_HANDLER;
    /// The region, such as `cn-hangzhou`.
    region = name::REGION;
    /// The owner's account.
    account_id = name::ACCOUNT_ID;
    /// The version or alias that was asked for, such as `LATEST`.
    qualifier = name::QUALIFIER;
    /// The version that serves the call (FC 2.0).
    version_id = name::VERSION_ID;
    /// The service the function belongs to (FC 2.0).
    service_name = name::SERVICE_NAME;
    /// The log project of the service (FC 2.0).
    log_project = name::LOG_PROJECT;
    /// The log store of the service (FC 2.0).
    log_store = name::LOG_STORE;
    /// The part of an HTTP call's path that is not the function's own, or the whole path: documents and what real
    /// instances sent disagree ([contract §9, K13](crate::guide::contract#K13)), so nothing is ever stripped unasked.
    base_path = name::BASE_PATH;
    /// The address of the HTTP client.
    client_ip = name::CLIENT_IP;
    /// The span that the call belongs to, in Jaeger's notation.
    span_context = name::SPAN_CONTEXT;
    /// The baggage of the span: base64 of a JSON object of strings.
    span_baggages = name::SPAN_BAGGAGES;
    /// Where spans are reported to.
    jaeger_endpoint = name::JAEGER_ENDPOINT;
}

#[cfg(test)]
mod tests;
