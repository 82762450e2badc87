//! What FC reports of a finished call: its log with the Duration line, its error type, its numbers
//! ([contract §3.2](crate::check::sections::SECTIONS#3.2), [§3.3](crate::check::sections::SECTIONS#3.3),
//! [§5.3](crate::check::sections::SECTIONS#5.3)).

use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use serde_json::json;

use crate::facts::error_type;
use crate::platform::log::CallLog;

/// A finished call.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) request_id: String,
    pub(crate) instance_id: String,
    /// `None` when the function succeeded.
    pub(crate) error_type: Option<&'static str>,
    /// How the instance came to its end with this call, if it did.
    pub(crate) end_of_instance: Option<String>,
    /// What the function wrote.
    pub(crate) log: CallLog,
    /// The lines that the platform adds to it.
    pub(crate) added: Vec<String>,
    pub(crate) usage: Usage,
    pub(crate) memory_limit_mb: u64,
}

impl Report {
    /// The tail log as FC returns it: made when somebody asks for it, which few callers do.
    pub(crate) fn tail_log(&self) -> CallLog {
        let lines = self.added.iter().map(String::as_str);
        finish_log(self.log.clone(), lines, &self.usage, self.memory_limit_mb)
    }
}

/// What a call took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) duration: Duration,
    pub(crate) memory_mb: f64,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The function said so.
    Handler,
    /// The function's own Timeout passed.
    TimedOut(Duration),
    /// The process died; how, in words.
    Exited(String),
    /// The process runs, but its response broke off or is none; why, in words.
    Broken(String),
    /// The response breaks a limit of the platform.
    BadResponse(String),
    /// The caller went away.
    Canceled,
}

impl Usage {
    pub(crate) fn duration_ms(&self) -> f64 {
        self.duration.as_secs_f64() * 1000.0
    }

    /// FC bills whole milliseconds, rounded up.
    pub(crate) fn billed_ms(&self) -> u128 {
        self.duration.as_nanos().div_ceil(1_000_000).max(1)
    }

    /// The last line of a tail log.
    fn duration_line(&self, memory_limit_mb: u64) -> String {
        format!(
            "Duration: {:.2} ms, Billed Duration: {} ms, Memory Size: {memory_limit_mb} MB, Max Memory Used: {:.2} MB",
            self.duration_ms(),
            self.billed_ms(),
            self.memory_mb
        )
    }

    fn in_words(&self) -> String {
        format!(
            "duration: {}ms, maxMemoryUsage: {:.2}MB",
            self.duration.as_millis(),
            self.memory_mb
        )
    }
}

impl Failure {
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => error_type::TIMEOUT,
            Self::Canceled => error_type::COMMON,
            Self::Handler | Self::Exited(_) | Self::Broken(_) | Self::BadResponse(_) => {
                error_type::UNHANDLED
            }
        }
    }

    /// How the instance came to its end with this call, if it did.
    pub(crate) fn end_of_instance(&self) -> Option<String> {
        match self {
            Self::Exited(how) => Some(format!("the instance ended with {how}")),
            Self::TimedOut(limit) => Some(format!(
                "the instance was ended by the timeout of {} s",
                limit.as_secs_f64()
            )),
            Self::Handler | Self::Broken(_) | Self::BadResponse(_) | Self::Canceled => None,
        }
    }

    /// The sentence the platform writes; `None` when the function's own answer says it.
    pub(crate) fn message(&self, usage: &Usage) -> Option<String> {
        match self {
            Self::Handler => None,
            Self::TimedOut(limit) => Some(format!(
                "Function timed out after {} seconds (maxMemoryUsage: {:.2}MB)",
                limit.as_secs_f64(),
                usage.memory_mb
            )),
            Self::Exited(_) => Some(format!(
                "Process exited unexpectedly before completing request ({})",
                usage.in_words()
            )),
            // FC says of these, too, that the process exited (contract §3.2), which would mislead here.
            Self::Broken(why) => Some(format!("{why} ({})", usage.in_words())),
            Self::BadResponse(why) => Some(why.clone()),
            Self::Canceled => Some(format!(
                "Invocation canceled by client ({})",
                usage.in_words()
            )),
        }
    }
}

/// The body of an error that the platform makes itself.
pub(crate) fn error_body(message: &str, kind: Option<&str>) -> Bytes {
    let body = match kind {
        Some(kind) => json!({ "errorMessage": message, "errorType": kind }),
        None => json!({ "errorMessage": message }),
    };
    body.to_string().into()
}

/// What servers answer where they cannot take a head: it is malformed, its target or its fields are too long, it expects
/// something, its version is another.
const REFUSALS: [u16; 5] = [400, 414, 417, 431, 505];

/// What there is to say of an HTTP call that a runtime answered before the function saw it: a server that cannot take the
/// head of a request refuses it, and mostly leaves no line in the log.
pub(crate) fn refusal_line(
    log: &CallLog,
    status: Option<StatusCode>,
    failure: Option<&Failure>,
) -> Option<String> {
    let seen = match (failure, status) {
        (Some(Failure::Broken(_)), _) => "hung up".to_owned(),
        (_, Some(status)) if REFUSALS.contains(&status.as_u16()) => format!("answered {status}"),
        _ => return None,
    };
    (!log.start_marker).then(|| {
        format!(
            "fc-local: the runtime {seen} and logged no start of the call: its HTTP server may have refused the head of \
             the request, mostly for a header that it cannot take"
        )
    })
}

/// The lines that the platform adds to what a call logged: the End line if the function wrote none.
pub(crate) fn platform_end_line(
    log: &CallLog,
    request_id: &str,
    failure: Option<&str>,
) -> Option<String> {
    match failure {
        Some(message) => Some(format!(
            "FC Invoke End RequestId: {request_id}, Error: {message}"
        )),
        None if log.end_marker => None,
        None => Some(format!("FC Invoke End RequestId: {request_id}")),
    }
}

/// The tail log as FC returns it.
///
/// Without a start marker FC shows none of the function's lines
/// ([contract §5.1](crate::check::sections::SECTIONS#5.1)); the Duration line always closes the log, after a blank
/// line, without a line end.
fn finish_log<'a>(
    mut log: CallLog,
    lines: impl IntoIterator<Item = &'a str>,
    usage: &Usage,
    memory_limit_mb: u64,
) -> CallLog {
    if !log.start_marker {
        (log.tail, log.dropped_bytes) = (Vec::new(), 0);
    }
    for line in lines {
        log.push(format!("{line}\n").as_bytes());
    }
    log.push(format!("\n{}", usage.duration_line(memory_limit_mb)).as_bytes());
    log
}

#[cfg(test)]
mod tests;
